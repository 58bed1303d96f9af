//! What a JSON document is, told by its content, and the sections of a template.

use super::scope::Level;
use crate::document::{Object, Value};

/// What a document is to archlint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Template,
    Parameters,
    /// What the `az` CLI printed.
    Export,
    Neither,
}

/// Tells templates and parameter files by their schema, or by their sections where they state none.
pub fn recognise(root: &Value) -> Kind {
    let Some(object) = root.as_object() else { return Kind::Neither };
    let schema = object.get("$schema").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    if schema.contains("deploymenttemplate.json") {
        return Kind::Template;
    }
    if schema.contains("deploymentparameters.json") {
        return Kind::Parameters;
    }
    let resources =
        object.get("resources").is_some_and(|value| value.as_array().or(value.as_object().map(|_| &[][..])).is_some());
    if resources && object.get("contentVersion").is_some() {
        return Kind::Template;
    }
    let given = |value: &Value| ["value", "reference", "expression"].iter().any(|word| value.get(word).is_some());
    match object.get("parameters").and_then(Value::as_object) {
        Some(parameters)
            if object.get("resources").is_none()
                && !parameters.members.is_empty()
                && parameters.members.iter().all(|member| given(&member.value)) =>
        {
            Kind::Parameters
        }
        _ => Kind::Neither,
    }
}

/// The level a template is written for, by its schema.
pub fn level(root: &Value) -> Level {
    let schema = root.get("$schema").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    if schema.contains("subscriptiondeploymenttemplate") {
        Level::Subscription
    } else if schema.contains("managementgroupdeploymenttemplate") {
        Level::ManagementGroup
    } else if schema.contains("tenantdeploymenttemplate") {
        Level::Tenant
    } else {
        Level::ResourceGroup
    }
}

/// The position of a member, exact spelling first, then any case; the last of several.
pub fn position(section: Option<&Value>, name: &str) -> Option<usize> {
    let object: &Object = section?.as_object()?;
    let members = &object.members;
    members
        .iter()
        .rposition(|member| &*member.key == name)
        .or_else(|| members.iter().rposition(|member| member.key.eq_ignore_ascii_case(name)))
}
