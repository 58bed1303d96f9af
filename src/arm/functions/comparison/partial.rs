//! What is known of a value that is not known: text around the holes of its symbol, and three-valued equality.

use crate::arm::functions::arguments;
use crate::document::{Kind, Object, Unknown, Value};

/// Text with holes: the known segments in order. The first is the prefix and the last the suffix (each may be
/// empty); between two segments stands text of any length that is not known.
pub struct PartialText<'s> {
    segments: Vec<&'s str>,
}

/// The known text of an unknown value. Gives nothing when no text stands outside holes: then the value need not
/// even be a string.
pub fn partial_text(unknown: &Unknown) -> Option<PartialText<'_>> {
    let symbol: &str = &unknown.symbol;
    let mut segments = Vec::new();
    let (mut depth, mut start, mut holes) = (0usize, 0usize, 0usize);
    for (at, character) in symbol.char_indices() {
        match character {
            '‹' => {
                if depth == 0 {
                    segments.push(&symbol[start..at]);
                    holes += 1;
                }
                depth += 1;
            }
            '›' => {
                depth = depth.checked_sub(1)?;
                start = at + character.len_utf8();
            }
            '…' if depth == 0 => {
                // A symbol that was too long ends in `…` and a hash: not text of the value.
                if let Some(end) = end_of_cut(symbol, at + character.len_utf8()) {
                    segments.push(&symbol[start..at]);
                    start = end;
                }
            }
            _ => {}
        }
    }
    if depth > 0 || holes == 0 {
        return None;
    }
    segments.push(&symbol[start..]);
    segments.iter().any(|segment| !segment.is_empty()).then_some(PartialText { segments })
}

/// Where the hash of a cut symbol ends, if one begins at `from`.
fn end_of_cut(symbol: &str, from: usize) -> Option<usize> {
    let hash = symbol.get(from..from + 16)?;
    hash.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(from + 16)
}

impl<'s> PartialText<'s> {
    pub fn prefix(&self) -> &'s str {
        self.segments.first().copied().unwrap_or_default()
    }

    pub fn suffix(&self) -> &'s str {
        self.segments.last().copied().unwrap_or_default()
    }

    /// False when the whole cannot be that text, whatever stands in the holes.
    pub fn may_be(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.prefix()) else { return false };
        let Some(rest) = rest.strip_suffix(self.suffix()) else { return false };
        let between = self.segments.len().saturating_sub(1);
        in_order(rest, self.segments.get(1..between).unwrap_or_default())
    }

    /// False when the two cannot be the same text: their known beginnings or ends differ.
    pub fn may_be_like(&self, other: &PartialText) -> bool {
        let (a, b) = (self.prefix(), other.prefix());
        let (c, d) = (self.suffix(), other.suffix());
        (a.starts_with(b) || b.starts_with(a)) && (c.ends_with(d) || d.ends_with(c))
    }

    /// True when the text certainly stands in it.
    pub fn surely_contains(&self, text: &str) -> bool {
        self.segments.iter().any(|segment| segment.contains(text))
    }

    /// False when it cannot stand anywhere in that text.
    pub fn may_stand_in(&self, text: &str) -> bool {
        in_order(text, &self.segments)
    }
}

/// True when the segments occur in the text in that order, without overlap.
fn in_order(text: &str, segments: &[&str]) -> bool {
    let mut rest = text;
    segments.iter().all(|segment| match rest.find(segment) {
        Some(at) => {
            rest = &rest[at + segment.len()..];
            true
        }
        None => false,
    })
}

/// Equality as the engine's deep comparison has it: strings and object keys case-sensitive, member order free,
/// and inside arrays and objects an int never equals a float. Nothing when unknown parts leave it open.
pub fn same(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Unknown(a), Kind::Unknown(b)) => {
            if a.symbol == b.symbol {
                return Some(true);
            }
            match (partial_text(a), partial_text(b)) {
                (Some(a), Some(b)) if !a.may_be_like(&b) => Some(false),
                _ => None,
            }
        }
        (Kind::Unknown(unknown), known) | (known, Kind::Unknown(unknown)) => {
            let partial = partial_text(unknown)?;
            match known {
                Kind::String(text) if partial.may_be(text) => None,
                _ => Some(false),
            }
        }
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Int(a), Kind::Int(b)) => Some(a == b),
        (Kind::Float(a), Kind::Float(b)) => Some(a == b),
        (Kind::String(a), Kind::String(b)) => Some(a == b),
        (Kind::Array(a), Kind::Array(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all(a.iter().zip(b.iter()).map(|(a, b)| same(a, b)))
        }
        (Kind::Object(a), Kind::Object(b)) => {
            if a.members.len() != b.members.len() {
                return Some(false);
            }
            all(a.members.iter().map(|member| match member_exactly(b, &member.key) {
                Some(other) => same(&member.value, other),
                None => Some(false),
            }))
        }
        _ => Some(false),
    }
}

/// The member spelt exactly so.
pub fn member_exactly<'o>(object: &'o Object, key: &str) -> Option<&'o Value> {
    object.member(key).filter(|member| &*member.key == key).map(|member| &member.value)
}

/// Kleene's *and*: false as soon as one is false, open when one is open.
pub fn all(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

/// Kleene's *or*: true as soon as one is true, open when one is open.
pub fn any(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    all(parts.into_iter().map(|part| part.map(|known| !known))).map(|none| !none)
}

/// The result of a function that unknown arguments leave open. `name` as Azure spells it.
pub fn open(name: &str, args: &[Value]) -> Result<Value, String> {
    arguments::unknown_call(name, args).ok_or_else(|| format!("the function '{name}' cannot use its arguments"))
}

/// A decided truth, or the open result of the function.
pub fn truth(name: &str, args: &[Value], decided: Option<bool>) -> Result<Value, String> {
    decided.map_or_else(|| open(name, args), |known| Ok(Value::bool(known)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;

    fn unknown(symbol: &str) -> Value {
        Value::unknown(UnknownReason::Runtime("x".into()), symbol)
    }

    #[test]
    fn text_around_holes_decides_equality_where_it_can() {
        let rows: &[(Value, Value, Option<bool>)] = &[
            (Value::string("abc"), unknown("st‹x›"), Some(false)),
            (Value::string("stabc"), unknown("st‹x›"), None),
            (Value::string("st"), unknown("st‹x›"), None),
            (Value::string("ST1"), unknown("st‹x›"), Some(false)),
            (Value::string("st-db"), unknown("st‹x›-dev"), Some(false)),
            (Value::string("abab"), unknown("ab‹x›bab"), Some(false)),
            (Value::string("a-1-z"), unknown("a‹x›-2-‹y›z"), Some(false)),
            (Value::string("a-2-z"), unknown("a‹x›-2-‹y›z"), None),
            (Value::string("anything"), unknown("‹x›"), None),
            (Value::int(1), unknown("‹x›"), None),
            (Value::int(1), unknown("1‹x›"), Some(false)),
            (unknown("a‹x›"), unknown("a‹x›"), Some(true)),
            (unknown("a‹x›"), unknown("ab‹y›"), None),
            (unknown("ac‹x›"), unknown("ab‹y›"), Some(false)),
            (unknown("‹x›-a"), unknown("‹y›-b"), Some(false)),
            (unknown("‹f('‹a›b')›"), Value::string("c"), None),
        ];
        for (a, b, expected) in rows {
            assert_eq!(same(a, b), *expected, "{a:?} {b:?}");
            assert_eq!(same(b, a), *expected, "{b:?} {a:?}");
        }
    }

    #[test]
    fn the_hash_of_a_cut_symbol_is_no_text_of_the_value() {
        let long = arguments::bounded(format!("st‹x›{}", "y".repeat(arguments::MAX_SYMBOL)));
        assert!(long.contains('…'));
        let text = format!("stx{}", "y".repeat(arguments::MAX_SYMBOL));
        assert_eq!(same(&Value::string(text), &unknown(&long)), None);
        assert_eq!(same(&Value::string("other"), &unknown(&long)), Some(false));
    }

    #[test]
    fn deep_equality_minds_case_and_number_type() {
        let object = |json: &str| match crate::document::parse(Default::default(), json) {
            Ok(parsed) => parsed.root,
            Err(error) => panic!("{error:?}"),
        };
        assert_eq!(same(&object(r#"{"a":1,"b":[2]}"#), &object(r#"{"b":[2],"a":1}"#)), Some(true));
        assert_eq!(same(&object(r#"{"a":1}"#), &object(r#"{"A":1}"#)), Some(false));
        assert_eq!(same(&object("[1]"), &object("[1.0]")), Some(false));
        let with_unknown = |first: i64| Value::array(vec![Value::int(first), unknown("‹x›")]);
        assert_eq!(same(&with_unknown(1), &object("[2,3]")), Some(false));
        assert_eq!(same(&with_unknown(1), &object("[1,3]")), None);
        assert_eq!(same(&with_unknown(1), &with_unknown(1)), Some(true));
    }
}
