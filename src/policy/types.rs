//! The resource types that rules look at.

use super::pack::Pack;
use super::rule::Subjects;
use crate::document::Value;
use crate::estate::InputKind;
use std::collections::BTreeSet;

/// The types (lower case) of all resources that the rules of a pack judge or relate to, where they judge exports.
pub fn types_of(pack: &Pack) -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for rule in pack.rules.iter().filter(|rule| rule.input != Some(InputKind::Template)) {
        match &rule.subjects {
            Subjects::Types(own) => types.extend(own.iter().cloned()),
            Subjects::Component(name) => types.extend(component(pack, name)),
            Subjects::Estate => {}
        }
        let (filter, assert) = rule.written();
        filter.into_iter().chain([assert]).for_each(|condition| collect(condition, pack, &mut types));
    }
    types
}

fn component(pack: &Pack, name: &str) -> Vec<String> {
    pack.components.iter().filter(|one| &*one.name == name).flat_map(|one| one.types.iter().cloned()).collect()
}

fn collect(value: &Value, pack: &Pack, types: &mut BTreeSet<String>) {
    if let Some(related) = value.get("related") {
        let stated = related.get("type");
        let names = stated.and_then(Value::as_array).unwrap_or_else(|| stated.map_or(&[], std::slice::from_ref));
        types.extend(names.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase));
        if let Some(name) = related.get("component").and_then(Value::as_str) {
            types.extend(component(pack, name));
        }
    }
    value.as_array().unwrap_or_default().iter().for_each(|item| collect(item, pack, types));
    for member in value.as_object().map_or(&[][..], |object| &object.members) {
        collect(&member.value, pack, types);
    }
}
