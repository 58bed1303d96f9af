//! Declared parameters: user-defined types, secure types, allowed values, domains.

use super::functions::comparison;
use crate::document::{Kind, Member, Object, Value};
use crate::secrets::{self, is_secure_type};
use crate::source::Location;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most values of a parameter's domain that are tried.
pub const MAX_DOMAIN: i64 = 16;

/// A parameter's declaration with its user-defined type followed.
#[derive(Clone, Copy, Debug)]
pub struct Declaration<'t> {
    pub member: &'t Member,
    template: &'t Value,
}

impl<'t> Declaration<'t> {
    pub fn new(member: &'t Member, template: &'t Value) -> Self {
        Declaration { member, template }
    }

    /// A word of the declaration, or of the type it refers to.
    pub fn word(&self, name: &str) -> Option<&'t Value> {
        // Types refer to types; a circle has no word that a bounded walk would miss.
        const MOST_STEPS: usize = 32;
        let mut value = &self.member.value;
        for _ in 0..MOST_STEPS {
            if let Some(found) = value.get(name) {
                return Some(found);
            }
            let path = value.get("$ref").and_then(Value::as_str)?;
            value = path
                .strip_prefix('#')
                .filter(|path| path.starts_with('/'))
                .and_then(|path| self.template.pointer(path))?;
        }
        None
    }

    pub fn is_secure(&self) -> bool {
        self.word("type").and_then(Value::as_str).is_some_and(is_secure_type)
    }

    pub fn is_nullable(&self) -> bool {
        self.word("nullable").and_then(Value::as_bool) == Some(true)
    }

    /// The values a parameter can have, where they are few.
    pub fn domain(&self) -> Option<Vec<Value>> {
        if self.is_secure() {
            // What was tried is told.
            return None;
        }
        if let Some(values) = self.word("allowedValues").and_then(Value::as_array) {
            let is_array =
                self.word("type").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case("array"));
            return (!is_array && values.len() as i64 <= MAX_DOMAIN && !values.is_empty()).then(|| values.to_vec());
        }
        let type_name = self.word("type").and_then(Value::as_str)?.to_ascii_lowercase();
        match type_name.as_str() {
            "bool" => Some(vec![Value::bool(true), Value::bool(false)]),
            "int" => {
                let low = self.word("minValue").and_then(Value::as_int)?;
                let high = self.word("maxValue").and_then(Value::as_int)?;
                let few = high.checked_sub(low).is_some_and(|width| (0..MAX_DOMAIN).contains(&width));
                few.then(|| (low..=high).map(Value::int).collect())
            }
            _ => None,
        }
    }

    /// What is wrong with a given value, where its type and allowed values say.
    pub fn refuses(&self, value: &Value) -> Option<String> {
        let name = &self.member.key;
        if value.as_unknown().is_some() || (value.is_null() && self.is_nullable()) {
            return None;
        }
        let type_name = self.word("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let fits = match (type_name.as_str(), &value.kind) {
            ("string" | "securestring", Kind::String(_))
            | ("int", Kind::Int(_))
            | ("bool", Kind::Bool(_))
            | ("array", Kind::Array(_))
            | ("object" | "secureobject", Kind::Object(_)) => true,
            ("string" | "securestring" | "int" | "bool" | "array" | "object" | "secureobject", _) => false,
            _ => true,
        };
        if !fits {
            return Some(format!("parameter '{name}' is of type {type_name}, and this is {}", value.type_name()));
        }
        let allowed = self.word("allowedValues").and_then(Value::as_array)?;
        let is_allowed = |value: &Value| {
            allowed.iter().any(|one| {
                comparison::same(one, value) != Some(false)
                    || one.as_str().zip(value.as_str()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
            })
        };
        let allowed_whole = match &value.kind {
            Kind::Array(items) => {
                items.iter().all(|item| item.as_unknown().is_some() || is_allowed(item)) || is_allowed(value)
            }
            _ => is_allowed(value),
        };
        (!allowed_whole).then(|| {
            if self.is_secure() {
                return format!("the value of the secure parameter '{name}' is none of the allowed ones");
            }
            let list: Vec<String> = allowed.iter().map(|one| one.to_json().to_string()).collect();
            format!("parameter '{name}' takes only {}", list.join(", "))
        })
    }
}

/// A value that a secure parameter may have in clear: nothing to hide in it.
pub fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::String(text) => text.is_empty(),
        Kind::Object(object) => object.members.is_empty(),
        _ => false,
    }
}

/// What a parameter file, the command line or a nested deployment gives for one parameter.
#[derive(Clone, Debug)]
pub struct Given {
    pub name: Arc<str>,
    /// The whole entry: `{"value": …}`, `{"reference": …}`, `{"expression": …}`.
    pub entry: Value,
}

/// The places of the values that secure parameters of a template, and those named as secrets, have: their defaults,
/// what they may be and what is given for them. Where one of these is among the `known` places of secrets, since it
/// flows into one, so are the others.
pub fn secret_values(template: &Value, given: &[Given], known: &[Location]) -> Vec<Location> {
    let mut places = Vec::new();
    let declared = template.get("parameters").and_then(Value::as_object);
    for member in declared.map_or(&[][..], |object| &object.members) {
        let declaration = Declaration::new(member, template);
        let own = given.iter().filter(|one| one.name.eq_ignore_ascii_case(&member.key));
        let allowed = declaration.word("allowedValues").and_then(Value::as_array).into_iter().flatten();
        let stated = declaration.word("defaultValue").into_iter().chain(allowed);
        let values: Vec<&Value> = own.filter_map(|one| one.entry.get("value")).chain(stated).collect();
        if declaration.is_secure() || secrets::is_secret_name(&member.key) {
            values.iter().for_each(|value| secrets::literals(value, &mut places));
        } else {
            alike(&values, known, &mut places);
        }
    }
    places
}

/// The places in values of one parameter that stand where a known secret stands in another of them.
fn alike(values: &[&Value], known: &[Location], places: &mut Vec<Location>) {
    if values.len() < 2 || known.is_empty() {
        return;
    }
    if values.iter().any(|value| known.contains(&value.at)) {
        return values.iter().for_each(|value| secrets::literals(value, places));
    }
    let members = values.iter().filter_map(|value| value.as_object()).flat_map(|object| &object.members);
    let names: BTreeSet<String> = members.map(|member| member.key.to_ascii_lowercase()).collect();
    for name in names {
        let inner: Vec<&Value> = values.iter().filter_map(|value| value.get(&name)).collect();
        alike(&inner, known, places);
    }
}

/// The entries of a `parameters` object.
pub fn given(section: Option<&Value>) -> Vec<Given> {
    let members = section.and_then(Value::as_object).map_or(&[][..], |object: &Object| &object.members);
    members.iter().map(|member| Given { name: member.key.clone(), entry: member.value.clone() }).collect()
}
