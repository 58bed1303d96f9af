//! What the `az` CLI prints, as the resources it describes: recognised by content, lifted to the shape of the REST API.
//! Input: [`Value`]s. Output: [`Resource`]s. Knows nothing of rules. What is known about commands is data.

mod collect;
mod commands;
mod envelope;
mod lift;
mod merge;
pub mod stream;
mod whole;

pub use collect::{Scope, script};
pub use commands::{commands, commands_for_any};
pub use envelope::{EVERYTHING, Lifted, Notice, is_export, lift, not_whole};
pub use lift::has_children;
pub use merge::{Conflict, merge};
pub use whole::{is_whole, is_whole_estate};

use crate::document::Value;
use crate::estate::Resource;

/// Where an exported resource's type is stated, or is derived from: its id.
fn type_of(body: &Value, id: &str) -> Option<String> {
    if let Some(stated) = body.get("type").and_then(Value::as_str).filter(|stated| stated.contains('/')) {
        return Some(stated.to_owned());
    }
    type_of_id(id)
}

/// The type that an id names.
pub fn type_of_id(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    let provider = parts.iter().rposition(|part| part.eq_ignore_ascii_case("providers"));
    match provider {
        Some(at) => {
            let namespace = parts.get(at + 1)?;
            let types: Vec<&str> = parts.get(at + 2..)?.iter().step_by(2).copied().collect();
            (!types.is_empty()).then(|| format!("{namespace}/{}", types.join("/")))
        }
        None => {
            let is_group = parts.len() == 5 && parts[3].eq_ignore_ascii_case("resourceGroups");
            is_group.then(|| "Microsoft.Resources/resourceGroups".to_owned())
        }
    }
}

/// The resource's whole name: the name segments of its id.
fn name_of(resource: &Resource) -> String {
    let parts: Vec<&str> = resource.id.split('/').collect();
    let provider = parts.iter().rposition(|part| part.eq_ignore_ascii_case("providers"));
    match provider {
        Some(at) => parts.get(at + 3..).unwrap_or_default().iter().step_by(2).copied().collect::<Vec<&str>>().join("/"),
        None => parts.last().copied().unwrap_or_default().to_owned(),
    }
}
