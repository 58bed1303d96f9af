//! Since which API version a resource type has a property, from a table that is read when a rule first asks.
//! A type or property that the table does not have is not judged.

use crate::document::{Kind, Value};
use std::collections::HashMap;
use std::sync::OnceLock;

/// One type a line: the type, the versions it mentions, and a tree of properties: `name@since,stable{members}`, each
/// version by its position; `-` for a property that no stable version has. Made by `tests/api_versions.rs`.
const TABLE: &str = include_str!("api_versions.txt");

/// A property with the version it came with.
#[derive(Debug, Default)]
struct Property {
    name: &'static str,
    since: Option<&'static str>,
    /// The first stable version, where `since` is a preview; empty where there is none.
    stable: Option<&'static str>,
    members: Vec<Property>,
}

/// A property that a version does not have, and what the property needs.
#[derive(Debug)]
pub struct Newer<'v> {
    pub name: &'v str,
    pub value: &'v Value,
    pub needs: String,
}

/// The types of the table in lower case, each with its line and what was read from it.
type Types = HashMap<String, (&'static str, OnceLock<Property>)>;

fn types() -> &'static Types {
    static READ: OnceLock<Types> = OnceLock::new();
    READ.get_or_init(|| {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| line.split_once(' '))
            .map(|(name, rest)| (name.to_ascii_lowercase(), (rest, OnceLock::new())))
            .collect()
    })
}

/// Whether the table has the type.
pub fn is_listed(type_name: &str) -> bool {
    types().contains_key(&type_name.to_ascii_lowercase())
}

/// The first property in a resource's body that its type has only since a later version.
pub fn newer<'v>(type_name: &str, version: &str, body: &'v Value) -> Option<Newer<'v>> {
    let (line, read) = types().get(&type_name.to_ascii_lowercase())?;
    let root = read.get_or_init(|| {
        let (versions, tree) = line.split_once(' ').unwrap_or_default();
        let versions: Vec<&'static str> = versions.split(',').collect();
        let members = Reader { rest: tree, versions: &versions }.members();
        Property { members, ..Property::default() }
    });
    newer_in(root, version, body)
}

fn newer_in<'v>(property: &Property, version: &str, value: &'v Value) -> Option<Newer<'v>> {
    match &value.kind {
        Kind::Array(items) => {
            let each = property.members.iter().find(|one| one.name == "[]")?;
            items.iter().find_map(|item| newer_in(each, version, item))
        }
        Kind::Object(object) => object.members.iter().filter(|member| !member.value.is_null()).find_map(|member| {
            let named = property.members.iter().find(|one| one.name.eq_ignore_ascii_case(&member.key));
            let own = named.or_else(|| property.members.iter().find(|one| one.name == "*"))?;
            match own.needs(version) {
                Some(needs) => Some(Newer { name: &member.key, value: &member.value, needs }),
                None => newer_in(own, version, &member.value),
            }
        }),
        _ => None,
    }
}

impl Property {
    /// What it needs, where that version lacks it. Versions are dates, and a preview comes before its stable version.
    fn needs(&self, version: &str) -> Option<String> {
        let since = self.since?;
        let date = |version: &'_ str| version.get(..10).unwrap_or(version).to_owned();
        let is_preview = version.len() > 10;
        match self.stable {
            Some("") if !is_preview => Some(format!("preview {since}")),
            Some(stable) if !is_preview => (date(version) < date(stable)).then(|| format!("{stable} or later")),
            _ => (date(version) < date(since)).then(|| format!("{since} or later")),
        }
    }
}

/// Reads a tree of properties.
struct Reader<'r> {
    rest: &'static str,
    versions: &'r [&'static str],
}

impl Reader<'_> {
    fn members(&mut self) -> Vec<Property> {
        let mut members = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(' ');
            if self.rest.is_empty() {
                return members;
            }
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                return members;
            }
            members.push(self.property());
        }
    }

    fn property(&mut self) -> Property {
        let end = self.rest.find([' ', '{', '}']).unwrap_or(self.rest.len());
        let (written, rest) = self.rest.split_at(end);
        self.rest = rest;
        let (name, versions) = written.split_once('@').map_or((written, None), |(name, rest)| (name, Some(rest)));
        let version = |position: &str| match position {
            "-" => Some(""),
            position => position.parse::<usize>().ok().and_then(|position| self.versions.get(position)).copied(),
        };
        let (since, stable) = versions.map_or((None, None), |versions| match versions.split_once(',') {
            Some((since, stable)) => (version(since), version(stable)),
            None => (version(versions), None),
        });
        let members = match self.rest.strip_prefix('{') {
            Some(rest) => {
                self.rest = rest;
                self.members()
            }
            None => Vec::new(),
        };
        Property { name, since, stable, members }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;
    use crate::source::SourceId;

    fn needs(version: &str, json: &str) -> Option<String> {
        let body = parse(SourceId(0), json).expect("json").root;
        newer("microsoft.storage/storageaccounts", version, &body).map(|newer| newer.needs)
    }

    #[test]
    fn a_property_is_newer_than_versions_before_it() {
        let json = r#"{"properties": {"allowBlobPublicAccess": false}}"#;
        assert_eq!(needs("2018-07-01", json).as_deref(), Some("2019-04-01 or later"));
        assert_eq!(needs("2019-04-01", json), None);
        assert_eq!(needs("2031-01-01", json), None);
    }

    #[test]
    fn what_the_table_lacks_is_not_judged() {
        assert_eq!(needs("2015-06-15", r#"{"properties": {"brandNew": {"a": 1}}}"#), None);
        assert!(!is_listed("Microsoft.Nothing/here") && is_listed("Microsoft.Storage/storageAccounts"));
    }
}
