//! Edges between resources, all read from ids: an id below another is a child, an id with a second
//! `/providers/` is an extension, an id inside a value is a reference.

use super::{Estate, Index, Resource, id_hash};
use crate::document::{Kind, Value};

/// Edges from a key to resources, those of one key in the order they were given.
#[derive(Debug, Default)]
pub struct Edges(Vec<(u64, u32)>);

impl Edges {
    pub fn new(mut pairs: Vec<(u64, u32)>) -> Self {
        pairs.sort_by_key(|(from, _)| *from);
        Edges(pairs)
    }

    /// Where the edges of a key lead.
    pub fn of(&self, key: u64) -> impl Iterator<Item = Index> + '_ {
        let start = self.0.partition_point(|(from, _)| *from < key);
        self.0[start..].iter().take_while(move |(from, _)| *from == key).map(|(_, to)| *to as Index)
    }

    /// All edges.
    pub fn pairs(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.0.iter().copied()
    }
}

/// Reference edges in both directions, each list in order of first mention.
#[derive(Debug, Default)]
pub struct References {
    pub outgoing: Edges,
    pub incoming: Edges,
}

/// The id one level up: the last type and name pair removed; nothing for a resource without parent.
pub fn parent_id(id: &str) -> Option<&str> {
    let mut cut = 0;
    for (behind, part) in from_end(id).enumerate() {
        if part.eq_ignore_ascii_case("providers") {
            // After `providers` come the namespace, then pairs of type and name.
            return if behind >= 5 { id.get(..id.len() - cut) } else { None };
        }
        if behind < 2 {
            cut += part.len() + 1;
        }
    }
    None
}

/// The parts of an id between `/` outside holes, last first.
pub fn from_end(id: &str) -> FromEnd<'_> {
    FromEnd { id, end: Some(id.len()) }
}

/// See [`from_end`].
pub struct FromEnd<'i> {
    id: &'i str,
    end: Option<usize>,
}

impl<'i> Iterator for FromEnd<'i> {
    type Item = &'i str;

    fn next(&mut self) -> Option<&'i str> {
        // The first two bytes of `‹` and `›`, and the last of each.
        const HEAD: [u8; 2] = [0xe2, 0x80];
        const OPENS: u8 = 0xb9;
        const CLOSES: u8 = 0xba;
        let end = self.end?;
        let bytes = self.id.as_bytes();
        let mut at = end;
        let mut depth = 0usize;
        while let Some(found) = memchr::memrchr3(b'/', OPENS, CLOSES, &bytes[..at]) {
            at = found;
            let is_hole = bytes[..at].ends_with(&HEAD);
            match bytes[at] {
                b'/' if depth == 0 => {
                    self.end = Some(at);
                    return self.id.get(at + 1..end);
                }
                CLOSES if is_hole => depth += 1,
                OPENS if is_hole => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.end = None;
        self.id.get(..end)
    }
}

/// The hashes of the ids that stand above an id in its own provider.
pub fn ancestors(id: &str) -> impl Iterator<Item = u64> + '_ {
    std::iter::successors(parent_id(id), |id| parent_id(id)).map(id_hash)
}

/// The id of the resource that an extension resource extends.
pub fn extended_id(id: &str) -> Option<&str> {
    let mut tail = 0;
    let mut end = None;
    for part in from_end(id) {
        tail += part.len() + 1;
        if part.eq_ignore_ascii_case("providers") {
            if end.is_some() {
                return end;
            }
            end = id.get(..id.len() - tail);
        }
    }
    None
}

/// What stands before the last provider of an id: the resource group, subscription or other scope it is deployed to; the
/// whole id where it has none.
pub fn scope_id(id: &str) -> &str {
    let mut tail = 0;
    for part in from_end(id) {
        tail += part.len() + 1;
        if part.eq_ignore_ascii_case("providers") {
            return id.get(..id.len().saturating_sub(tail)).unwrap_or_default();
        }
    }
    id
}

/// The subscription of a resource group's id; nothing of another scope's.
pub fn scope_around(scope: &str) -> Option<&str> {
    let (group, word) = {
        let mut parts = from_end(scope);
        (parts.next()?, parts.next()?)
    };
    let is_group = word.eq_ignore_ascii_case("resourceGroups");
    is_group.then(|| scope.get(..scope.len() - group.len() - word.len() - 2)).flatten()
}

/// The id of what a resource belongs to: its parent, or what it extends.
pub fn owner_id(id: &str) -> Option<&str> {
    parent_id(id).or_else(|| extended_id(id))
}

pub fn references(estate: &Estate, resources: &[Resource]) -> References {
    let mut pairs = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        let mut found: Vec<Index> = Vec::new();
        let mut take = |text: &str| {
            ids_in(text, &mut |id| {
                // The longest part of it that names a resource of the estate (`…/subnets/x` of a network declared whole).
                if let Some(other) = heads(id).find_map(|head| estate.by_id(head))
                    && !found.contains(&other)
                {
                    found.push(other);
                }
            });
        };
        if let Kind::Object(body) = &resource.body.kind {
            for member in &body.members {
                if !["id", "name", "type", "dependson"].iter().any(|name| name.eq_ignore_ascii_case(&member.key)) {
                    texts(&member.value, &mut take);
                }
            }
        }
        found.retain(|&other| other != index && !is_below(&resource.id, &resources[other].id));
        pairs.extend(found.into_iter().map(|other| (index as u64, other as u32)));
    }
    let incoming = pairs.iter().map(|(from, to)| (u64::from(*to), *from as u32)).collect();
    References { outgoing: Edges::new(pairs), incoming: Edges::new(incoming) }
}

/// Whether an id begins with another one, in any case (Azure's ids differ in that of ASCII letters only).
fn is_below(id: &str, above: &str) -> bool {
    let (id, above) = (id.as_bytes(), above.as_bytes());
    id.get(above.len()) == Some(&b'/') && id[..above.len()].eq_ignore_ascii_case(above)
}

/// Every text in a value; user-assigned identities stand as keys.
pub fn texts(value: &Value, take: &mut dyn FnMut(&str)) {
    match &value.kind {
        Kind::String(text) => take(text),
        Kind::Unknown(unknown) => take(&unknown.symbol),
        Kind::Array(items) => items.iter().for_each(|item| texts(item, take)),
        Kind::Object(object) => {
            for member in &object.members {
                take(&member.key);
                texts(&member.value, take);
            }
        }
        _ => {}
    }
}

/// An id and its beginnings, longest first, as far as they can name a resource.
pub fn heads(id: &str) -> impl Iterator<Item = &str> {
    // No id of a resource has fewer parts.
    const LEAST: usize = 5;
    let count = from_end(id).count();
    let shorter = from_end(id).scan(id.len(), |end, part| {
        *end = end.saturating_sub(part.len() + 1);
        Some(&id[..*end])
    });
    std::iter::once(id).chain(shorter).take((count + 1).saturating_sub(LEAST))
}

/// The ids that stand in a text: as the whole of it, or inside a hole such as `‹reference('…').x›`.
pub fn ids_in(text: &str, take: &mut dyn FnMut(&str)) {
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
        take(&text[start..end]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_to_what_they_are_below_and_what_they_extend() {
        let account = "/subscriptions/‹a/b›/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/st";
        assert_eq!(parent_id(account), None);
        assert_eq!(parent_id(&format!("{account}/blobServices/default")), Some(account));
        assert_eq!(parent_id("/subscriptions/s/resourceGroups/g"), None);
        let lock = format!("{account}/providers/Microsoft.Authorization/locks/keep");
        assert_eq!((extended_id(&lock), extended_id(account)), (Some(account), None));
        assert_eq!(parent_id(&lock), None);
        assert_eq!(scope_around(scope_id(account)), Some("/subscriptions/‹a/b›"));
        assert_eq!(scope_around("/subscriptions/s"), None);
    }

    #[test]
    fn heads_of_an_id_end_where_no_resource_is_named() {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/d";
        let parts: Vec<usize> = heads(id).map(|head| head.matches('/').count()).collect();
        assert_eq!(parts, [10, 9, 8, 7, 6, 5, 4]);
        assert_eq!(heads("/subscriptions/s/x").count(), 0);
    }

    #[test]
    fn parts_stand_outside_holes() {
        let parts = |id| from_end(id).collect::<Vec<_>>();
        assert_eq!(parts("a/‹b/‹c/d››x/é"), ["é", "‹b/‹c/d››x", "a"]);
        assert_eq!(parts("‹b/c"), ["c", "‹b"]);
        assert_eq!(parts("/º/›"), ["/º/›"]);
        assert_eq!(parts(""), [""]);
    }
}
