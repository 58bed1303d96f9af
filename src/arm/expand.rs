//! A template with its parameter values, expanded to the resources it would deploy.

use super::declarations::{Asked, declarations};
use super::declare::{self, declare};
use super::deployment::{Deployment, Fault, Linked, Session};
use super::functions::arguments;
use super::parameters::{Declaration, Given};
use super::scope::Facts;
use super::template;
use crate::document::Value;
use crate::estate::{InputKind, Presence, Resource};
use crate::source::Location;
use std::rc::Rc;
use std::sync::Arc;

/// What an expansion starts from.
pub struct Request<'i> {
    pub template: &'i Value,
    /// Entries of parameter files and the command line, later ones first in force.
    pub given: Vec<Given>,
    pub linked: &'i Linked<'i>,
    /// Values tried for parameters without value.
    pub trial: &'i [(Arc<str>, Value)],
    /// What is stated about the deployment's subscription and resource group.
    pub facts: Option<Facts>,
    /// Where texts of the template stand that may be secrets, when that was noted.
    pub noticed: Option<&'i [u32]>,
}

/// An expanded template.
#[derive(Debug, Default)]
pub struct Expansion {
    pub resources: Vec<Resource>,
    /// What the template declares beside resources, where it was asked for.
    pub declarations: Vec<Resource>,
    /// `{name: {type, value}}`.
    pub outputs: Value,
    pub faults: Vec<Fault>,
    /// Parts of the platform that the input does not hold, in words.
    pub gaps: Vec<(Location, String)>,
    /// Parameters without value that have few possible ones.
    pub domains: Vec<(Arc<str>, Vec<Value>)>,
}

/// Expands a template.
pub fn expand(request: Request) -> Expansion {
    expand_with(request, Asked::default())
}

/// Expands a template, and gives the declarations that rules ask for.
pub fn expand_with(request: Request, asked: Asked) -> Expansion {
    let mut session = Session::new(request.linked, request.trial);
    session.noticed = request.noticed;
    let facts = request.facts.unwrap_or_else(|| Facts::unstated(template::level(request.template)));
    let root = Rc::new(Deployment::new(0, request.template.clone(), facts, request.given));
    session.deployments.borrow_mut().push(root.clone());
    undeclared_parameters(&session, &root);
    declare(&session, &root);
    let mut resources = Vec::new();
    let mut number = 0;
    while let Some(deployment) = {
        let list = session.deployments.borrow();
        list.get(number).cloned()
    } {
        let declared = deployment.declared.borrow().clone();
        resources.extend(declared.iter().filter_map(|one| resource(&session, &deployment, one)));
        number += 1;
    }
    let outputs = session.outputs(&root);
    // Which faults are told does not depend on what rules ask for.
    let faults = session.faults.take();
    let declarations = declarations(&session, asked, &resources);
    Expansion { resources, declarations, outputs, domains: domains(&root), faults, gaps: session.gaps.into_inner() }
}

fn resource(session: &Session, deployment: &Rc<Deployment>, declared: &Rc<declare::Declared>) -> Option<Resource> {
    let body = declare::body(session, deployment, declared)?;
    let text = |value: &Value| -> Arc<str> { arguments::symbol_of(value).into() };
    Some(Resource {
        id: text(&declared.identity.id),
        type_name: declared.identity.type_name.as_str().into(),
        name: text(&declared.identity.name),
        api_version: if declared.api_version.is_null() { "".into() } else { text(&declared.api_version) },
        body,
        at: declared.raw.at,
        declared_as: declared.path.clone(),
        presence: declared.undecided.clone().map_or(Presence::Certain, Presence::Undecided),
        existing: declared.existing,
        input: InputKind::Template,
        partial: None,
        change: None,
    })
}

/// Given values that the template has no parameter for: Azure refuses them.
fn undeclared_parameters(session: &Session, root: &Deployment) {
    let section = root.template.get("parameters");
    for given in &root.given {
        if template::position(section, &given.name).is_none() {
            let message = format!("the template declares no parameter '{}'", given.name);
            session.fault("unknown-parameter", given.entry.at, message);
        }
    }
}

/// Parameters of the top deployment that have neither value nor default, and few possible values.
fn domains(root: &Deployment) -> Vec<(Arc<str>, Vec<Value>)> {
    let Some(section) = root.template.get("parameters").and_then(Value::as_object) else { return Vec::new() };
    let open = section.members.iter().filter(|member| {
        let declaration = Declaration::new(member, &root.template);
        declaration.word("defaultValue").is_none()
            && !declaration.is_nullable()
            && !declaration.is_secure()
            && !root.given.iter().any(|given| given.name.eq_ignore_ascii_case(&member.key))
    });
    open.filter_map(|member| {
        Declaration::new(member, &root.template).domain().map(|values| (member.key.clone(), values))
    })
    .collect()
}
