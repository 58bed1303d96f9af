//! Azure's defaults of absent properties, from `defaults.json` of the packs.

use super::reader::{PackError, object, only, text};
use crate::document::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// What an absent property means.
#[derive(Clone, Debug)]
pub enum Default {
    Is(Value),
    /// The service decides (why): absence tells nothing.
    Varies(Arc<str>),
}

#[derive(Clone, Debug)]
struct Entry {
    path: String,
    from: Option<String>,
    until: Option<String>,
    default: Default,
}

/// The table, by lower-case type.
#[derive(Clone, Debug, std::default::Default)]
pub struct Defaults {
    entries: HashMap<String, Vec<Entry>>,
}

impl Defaults {
    /// Adds the entries of one `defaults.json`.
    pub fn add(&mut self, root: &Value) -> Result<(), PackError> {
        let members = object(root, "a table of defaults")?;
        only(members, "word in a table of defaults", &["$schema", "defaults"])?;
        let list = members
            .get("defaults")
            .and_then(Value::as_array)
            .ok_or_else(|| PackError::new(root.at, "'defaults' must be a list"))?;
        for item in list {
            let entry = object(item, "a default")?;
            only(entry, "word in a default", &["type", "path", "value", "varies", "from", "until", "source", "note"])?;
            let needed = |name: &str| {
                entry.get(name).ok_or_else(|| PackError::new(item.at, format!("a default needs '{name}'")))
            };
            let optional = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
            text(needed("source")?, "source")?;
            let default = match entry.get("varies") {
                Some(why) => Default::Varies(text(why, "varies")?.into()),
                None => Default::Is(needed("value")?.clone()),
            };
            self.entries.entry(text(needed("type")?, "type")?.to_ascii_lowercase()).or_default().push(Entry {
                path: text(needed("path")?, "path")?.to_ascii_lowercase(),
                from: optional("from"),
                until: optional("until"),
                default,
            });
        }
        Ok(())
    }

    /// What absence means at `path` of a resource of that type and API version; an unknown version counts as newest.
    pub fn get(&self, type_name: &str, path: &str, api_version: &str) -> Option<&Default> {
        let dated = api_version.starts_with(|first: char| first.is_ascii_digit());
        self.entries
            .get(&type_name.to_ascii_lowercase())?
            .iter()
            .filter(|entry| entry.path.eq_ignore_ascii_case(path))
            .find(|entry| {
                let from = entry.from.as_deref().is_none_or(|from| !dated || api_version >= from);
                let until = entry.until.as_deref().is_none_or(|until| dated && api_version < until);
                from && until
            })
            .map(|entry| &entry.default)
    }
}
