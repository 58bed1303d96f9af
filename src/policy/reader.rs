//! Reading of pack files: members by name with spans in the errors, and the nearest known word for a wrong one.

use crate::document::{Object, Value};
use crate::source::Location;

/// Something wrong in a pack file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    pub at: Location,
    pub message: String,
    pub help: Option<String>,
}

impl PackError {
    pub fn new(at: Location, message: impl Into<String>) -> Self {
        PackError { at, message: message.into(), help: None }
    }
}

/// The object a value must be.
pub fn object<'v>(value: &'v Value, what: &str) -> Result<&'v Object, PackError> {
    value
        .as_object()
        .ok_or_else(|| PackError::new(value.at, format!("{what} must be an object, not {}", value.type_name())))
}

/// The text a value must be.
pub fn text<'v>(value: &'v Value, what: &str) -> Result<&'v str, PackError> {
    value
        .as_str()
        .ok_or_else(|| PackError::new(value.at, format!("{what} must be a string, not {}", value.type_name())))
}

/// A list of texts; one text alone is a list of one.
pub fn texts(value: &Value, what: &str) -> Result<Vec<String>, PackError> {
    match value.as_array() {
        Some(items) => items.iter().map(|item| text(item, what).map(str::to_owned)).collect(),
        None => Ok(vec![text(value, what)?.to_owned()]),
    }
}

/// The error for a word that is none of the known ones, with the nearest of them.
pub fn unknown_word<'w>(at: Location, what: &str, word: &str, known: impl IntoIterator<Item = &'w str>) -> PackError {
    let help = nearest(word, known).map(|near| format!("did you mean '{near}'?"));
    PackError { at, message: format!("unknown {what} '{word}'"), help }
}

/// Holds the members of an object to the known names.
pub fn only(object: &Object, what: &str, known: &[&str]) -> Result<(), PackError> {
    match object.members.iter().find(|member| !known.contains(&&*member.key)) {
        Some(member) => Err(unknown_word(member.key_at, what, &member.key, known.iter().copied())),
        None => Ok(()),
    }
}

/// Least letters of a word that is taken for the beginning of another.
const LEAST_BEGINNING: usize = 4;

/// The known word with the fewest edits away, when it is near enough to be meant; else the shortest that begins so.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    let mut best: Option<(usize, &'w str)> = None;
    let mut begun: Option<&'w str> = None;
    for candidate in known {
        let other = candidate.to_lowercase();
        let distance = edits(&lower, &other);
        let is_near = distance <= 1 + other.chars().count().min(lower.chars().count()) / 4;
        if is_near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
        let begins = lower.chars().count() >= LEAST_BEGINNING && other.starts_with(&lower);
        if begins && begun.is_none_or(|least| candidate.len() < least.len()) {
            begun = Some(candidate);
        }
    }
    best.map(|(_, candidate)| candidate).or(begun)
}

/// Levenshtein distance.
pub fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if from == *to { diagonal } else { 1 + diagonal.min(above).min(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_only_when_near() {
        assert_eq!(nearest("notEqual", ["equals", "notEquals", "exists"]), Some("notEquals"));
        assert_eq!(nearest("banana", ["equals", "notEquals"]), None);
        assert_eq!(
            nearest("sql-firewall", ["sql-firewall-open-to-internet", "sql-firewall-lets-azure-in"]),
            Some("sql-firewall-lets-azure-in")
        );
    }
}
