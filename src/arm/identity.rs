//! Types, names and ids of declared resources.

use super::functions::arguments;
use super::scope::{Facts, Level, joined};
use crate::document::{Kind, Value};
use crate::estate::segments;

/// A declared resource's identity.
#[derive(Clone, Debug)]
pub struct Identity {
    pub type_name: String,
    /// Segments joined by `/`; may be unknown.
    pub name: Value,
    pub id: Value,
}

/// Type and name of a resource that stands inside another's `resources`.
pub fn below(parent: &Identity, type_name: &str, name: &Value) -> (String, Value) {
    let is_full = type_name.len() > parent.type_name.len()
        && type_name.as_bytes()[..parent.type_name.len()].eq_ignore_ascii_case(parent.type_name.as_bytes())
        && type_name.as_bytes()[parent.type_name.len()] == b'/';
    let full_type = if is_full { type_name.to_owned() } else { format!("{}/{type_name}", parent.type_name) };
    let wanted = full_type.matches('/').count();
    let given = segments(&arguments::symbol_of(name)).len();
    // Templates exist that spell the full name inside the parent.
    let full_name = if given == wanted { name.clone() } else { joined(&[&parent.name, &Value::string("/"), name]) };
    (full_type, Value { at: name.at, trace: name.trace.clone(), ..full_name })
}

/// The identity of a resource deployed at `facts`' scope, or at `scope` where the template states one.
pub fn identity(type_name: &str, name: Value, scope: Option<&Value>, facts: &Facts) -> Identity {
    let own_scope = facts.scope_id();
    let head = match scope {
        None => own_scope,
        Some(scope) => match &scope.kind {
            Kind::String(text) if &**text == "/" || text.is_empty() => Value::string(""),
            Kind::String(text) if text.starts_with('/') => scope.clone(),
            Kind::Unknown(unknown) if unknown.symbol.starts_with('/') || unknown.symbol.starts_with('‹') => {
                scope.clone()
            }
            // The short form that Bicep writes: `Microsoft.Storage/storageAccounts/name`.
            _ => joined(&[&own_scope, &Value::string("/providers/"), scope]),
        },
    };
    let name_text = arguments::symbol_of(&name);
    let mut tail = String::new();
    let is_group = type_name.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups");
    if is_group && facts.level == Level::Subscription {
        tail.push_str("/resourceGroups/");
        tail.push_str(&name_text);
    } else {
        let mut types = type_name.split('/');
        tail.push_str("/providers/");
        tail.push_str(types.next().unwrap_or_default());
        let mut names = segments(&name_text).into_iter();
        loop {
            let (next_type, next_name) = (types.next(), names.next());
            if next_type.is_none() && next_name.is_none() {
                break;
            }
            for part in [next_type, next_name].into_iter().flatten() {
                tail.push('/');
                tail.push_str(part);
            }
        }
    }
    let text = format!("{}{tail}", arguments::symbol_of(&head));
    let id = arguments::derived_whole([&head, &name], &text).unwrap_or_else(|| Value::string(text.clone()));
    extension(type_name, &name, &text).map_or_else(
        || Identity { type_name: type_name.to_owned(), name: name.clone(), id: id.clone() },
        |(type_name, short)| {
            let short_value = match &name.kind {
                Kind::String(_) => Value::string(short),
                _ => arguments::derived([&name], short).unwrap_or_default(),
            };
            Identity {
                type_name,
                name: Value { at: name.at, trace: name.trace.clone(), ..short_value },
                id: id.clone(),
            }
        },
    )
}

/// Type and name of an extension resource spelled the old way: `Microsoft.X/a/providers/b` named `n/Microsoft.Y/m`.
fn extension(type_name: &str, name: &Value, id: &str) -> Option<(String, String)> {
    if !type_name.split('/').any(|part| part.eq_ignore_ascii_case("providers")) || name.is_null() {
        return None;
    }
    let parts = segments(id);
    let at = parts.iter().rposition(|part| part.eq_ignore_ascii_case("providers"))?;
    let rest = parts.get(at + 1..)?;
    let (namespace, pairs) = rest.split_first()?;
    let types: Vec<&str> = pairs.iter().step_by(2).copied().collect();
    let names: Vec<&str> = pairs.iter().skip(1).step_by(2).copied().collect();
    Some((format!("{namespace}/{}", types.join("/")), names.join("/")))
}
