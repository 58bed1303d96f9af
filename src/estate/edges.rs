//! Edges between resources, all read from ids: an id below another is a child, an id with a second
//! `/providers/` is an extension, an id inside a value is a reference.

use super::{Estate, Index, segments};
use crate::document::{Kind, Value};
use std::collections::HashMap;

/// Reference edges in both directions, each list in order of first mention.
#[derive(Debug, Default)]
pub struct References {
    pub outgoing: HashMap<Index, Vec<Index>>,
    pub incoming: HashMap<Index, Vec<Index>>,
}

/// The id one level up: the last type and name pair removed; nothing for a resource without parent.
pub fn parent_id(id: &str) -> Option<&str> {
    let parts = segments(id);
    let provider = parts.iter().rposition(|part| part.eq_ignore_ascii_case("providers"))?;
    // After `providers` come the namespace, then pairs of type and name.
    if parts.len() < provider + 6 {
        return None;
    }
    let cut: usize = parts[parts.len() - 2..].iter().map(|part| part.len() + 1).sum();
    id.get(..id.len() - cut)
}

/// The id of the resource that an extension resource extends.
fn extended_id(id: &str) -> Option<&str> {
    let parts = segments(id);
    let mut providers = parts.iter().enumerate().filter(|(_, part)| part.eq_ignore_ascii_case("providers"));
    let last = providers.next_back()?.0;
    let tail: usize = parts[last..].iter().map(|part| part.len() + 1).sum();
    providers.next()?;
    id.get(..id.len() - tail)
}

/// The id of what a resource belongs to: its parent, or what it extends.
pub fn owner_id(id: &str) -> Option<&str> {
    parent_id(id).or_else(|| extended_id(id))
}

pub fn extensions(estate: &Estate) -> HashMap<Index, Vec<Index>> {
    edges_by(estate, extended_id)
}

fn edges_by(estate: &Estate, other: fn(&str) -> Option<&str>) -> HashMap<Index, Vec<Index>> {
    let mut map: HashMap<Index, Vec<Index>> = HashMap::new();
    for (index, resource) in estate.resources.iter().enumerate() {
        if let Some(target) = other(&resource.id).and_then(|id| estate.by_id(id)) {
            map.entry(target).or_default().push(index);
        }
    }
    map
}

pub fn references(estate: &Estate) -> References {
    let mut edges = References::default();
    for (index, resource) in estate.resources.iter().enumerate() {
        let mut found = Vec::new();
        if let Kind::Object(body) = &resource.body.kind {
            for member in &body.members {
                if !["id", "name", "type", "dependson"].contains(&member.key.to_ascii_lowercase().as_str()) {
                    collect(estate, &member.value, &mut found);
                }
            }
        }
        let own = resource.id.to_lowercase();
        found.retain(|&other| {
            let id = estate.resources[other].id.to_lowercase();
            other != index && !own.strip_prefix(&id).is_some_and(|rest| rest.starts_with('/'))
        });
        for &other in &found {
            edges.incoming.entry(other).or_default().push(index);
        }
        if !found.is_empty() {
            edges.outgoing.insert(index, found);
        }
    }
    edges
}

fn collect(estate: &Estate, value: &Value, found: &mut Vec<Index>) {
    match &value.kind {
        Kind::String(text) => ids_in(estate, text, found),
        Kind::Unknown(unknown) => ids_in(estate, &unknown.symbol, found),
        Kind::Array(items) => items.iter().for_each(|item| collect(estate, item, found)),
        Kind::Object(object) => {
            for member in &object.members {
                // User-assigned identities stand as keys.
                ids_in(estate, &member.key, found);
                collect(estate, &member.value, found);
            }
        }
        _ => {}
    }
}

/// The resources whose ids stand in a text: as the whole of it, or inside a hole such as `‹reference('…').x›`.
fn ids_in(estate: &Estate, text: &str, found: &mut Vec<Index>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'/', bytes.get(from..).unwrap_or_default()) {
        let start = from + at;
        let rest = &text[start..];
        let begins = ["/subscriptions/", "/providers/"]
            .iter()
            .any(|head| rest.get(..head.len()).is_some_and(|part| part.eq_ignore_ascii_case(head)));
        if !begins {
            from = start + 1;
            continue;
        }
        let end = start + end_of_id(rest);
        let mut id = &text[start..end];
        // The longest part of it that names a resource of the estate (`…/subnets/x` of a network declared whole).
        while segments(id).len() > 4 {
            if let Some(index) = estate.by_id(id) {
                if !found.contains(&index) {
                    found.push(index);
                }
                break;
            }
            match id.rfind('/') {
                Some(cut) if cut > 0 => id = &id[..cut],
                _ => break,
            }
        }
        from = end.max(start + 1);
    }
}

/// Length of the id a text starts with: up to a quote, comma, bracket or blank outside holes.
fn end_of_id(text: &str) -> usize {
    let mut depth = 0i32;
    for (index, character) in text.char_indices() {
        match character {
            '‹' => depth += 1,
            '›' if depth == 0 => return index,
            '›' => depth -= 1,
            '\'' | '"' | ',' | ' ' | '|' | ';' | ')' | '(' | '?' if depth == 0 => return index,
            _ => {}
        }
    }
    text.len()
}
