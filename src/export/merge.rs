//! The same resource in several files.

use crate::document::{Member, Object, Value};
use crate::estate::Resource;
use std::collections::HashMap;
use std::sync::Arc;

/// Two descriptions of one resource that contradict each other, and the property in which they do.
#[derive(Debug)]
pub struct Conflict {
    pub kept: Resource,
    pub other: Resource,
    pub property: String,
}

/// Joins descriptions of the same resource. The newer one counts where both say when they were true; else the more
/// complete one, with what only the other states.
pub fn merge(resources: Vec<Resource>) -> (Vec<Resource>, Vec<Conflict>) {
    let mut kept: Vec<Resource> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut conflicts = Vec::new();
    for resource in resources {
        let id = resource.id.to_lowercase();
        let Some(&index) = known.get(&id) else {
            known.insert(id, kept.len());
            kept.push(resource);
            continue;
        };
        let (mut better, other) = if is_better(&resource, &kept[index]) {
            (resource, kept[index].clone())
        } else {
            (kept[index].clone(), resource)
        };
        if let Some(property) = contradiction(properties(&better), properties(&other), "") {
            conflicts.push(Conflict { kept: better.clone(), other: other.clone(), property });
        }
        let is_older = moment(&better).zip(moment(&other)).is_some_and(|(a, b)| a != b);
        if !is_older {
            complete(&mut better, &other);
        }
        kept[index] = better;
    }
    (kept, conflicts)
}

fn properties(of: &Resource) -> Option<&Object> {
    of.body.get("properties").and_then(Value::as_object)
}

/// When the resource was changed last, as the description says.
fn moment(of: &Resource) -> Option<&str> {
    properties(of)?;
    of.body.get("systemData")?.get("lastModifiedAt")?.as_str().and_then(|text| text.get(..19))
}

fn is_better(one: &Resource, other: &Resource) -> bool {
    let weight = |resource: &Resource| properties(resource).map_or(0, |object| 1 + object.members.len());
    match moment(one).zip(moment(other)) {
        Some((a, b)) if a != b => a > b,
        _ => weight(one) > weight(other),
    }
}

/// Adds what only the other description states.
fn complete(resource: &mut Resource, other: &Resource) {
    if let (Some(own), Some(theirs)) = (resource.body.as_object(), other.body.as_object()) {
        let whole = united(own, theirs);
        resource.body = Value { at: resource.body.at, ..Value::object(whole.members) };
    }
    if other.partial.is_none() {
        resource.partial = None;
    }
}

fn united(own: &Object, theirs: &Object) -> Object {
    let mut members = own.members.clone();
    for member in &theirs.members {
        match members.iter_mut().find(|known| known.key.eq_ignore_ascii_case(&member.key)) {
            None => members.push(member.clone()),
            Some(known) => {
                if let (Some(a), Some(b)) = (known.value.as_object(), member.value.as_object()) {
                    let inner = Value::object(united(a, b).members);
                    *known = Member { value: Value { at: known.value.at, ..inner }, ..known.clone() };
                }
            }
        }
    }
    Object { members }
}

/// The first property of which two descriptions state different scalars.
fn contradiction(one: Option<&Object>, other: Option<&Object>, path: &str) -> Option<String> {
    let (one, other) = (one?, other?);
    one.members.iter().find_map(|member| {
        let name = if path.is_empty() { member.key.to_string() } else { format!("{path}.{}", member.key) };
        let theirs = other.get(&member.key)?;
        match (member.value.as_object(), theirs.as_object()) {
            (Some(a), Some(b)) => contradiction(Some(a), Some(b), &name),
            _ => {
                let is_scalar = |value: &Value| value.as_object().is_none() && value.as_array().is_none();
                let differ = is_scalar(&member.value) && is_scalar(theirs) && !is_same(&member.value, theirs);
                differ.then_some(name)
            }
        }
    })
}

/// Whether two scalars are the same text in any case, or the same second.
fn is_same(a: &Value, b: &Value) -> bool {
    let second = |value: &Value| -> Option<Arc<str>> {
        let text = value.as_str()?;
        let is_moment = text.len() > 19 && text.as_bytes()[10] == b'T' && text.as_bytes()[13] == b':';
        if is_moment { text.get(..19).map(Arc::from) } else { None }
    };
    crate::check::same_text(a, b) || second(a).zip(second(b)).is_some_and(|(a, b)| a == b)
}
