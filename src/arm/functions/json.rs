//! JSON text of template functions: written compactly as Azure writes it, and read as leniently as Azure reads it.
//! Azure's reader and writer are Json.NET (newtonsoft.com/json/help), which takes single quotes, comments,
//! unquoted keys and trailing commas.

use crate::document::{Kind, MAX_NESTING, Member, Object, Value};
use crate::source::Location;
use std::collections::HashMap;
use std::sync::Arc;

/// Compact JSON of a value, members in their order. An unknown part is written as its symbol, holes included.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match &value.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Int(value) => out.push_str(&value.to_string()),
        Kind::Float(value) => {
            let text = super::format_number::shortest(*value);
            out.push_str(&text);
            if !text.contains(['.', 'E']) {
                out.push_str(".0");
            }
        }
        Kind::String(text) => write_text(text, out),
        Kind::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Kind::Object(object) => {
            out.push('{');
            for (index, member) in object.members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(&member.key, out);
                out.push(':');
                write(&member.value, out);
            }
            out.push('}');
        }
        Kind::Unknown(unknown) => out.push_str(&unknown.symbol),
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // The line separators beside LF are escaped too, so that the text stays on one line.
            '\0'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// The value of a JSON text, without places. An empty text is null. The error says what is wrong and where
/// (in characters from 1).
pub fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.skip_space()?;
    if reader.at == text.len() {
        return Ok(Value::new(Kind::Null));
    }
    let value = reader.value()?;
    reader.skip_space()?;
    if reader.at < text.len() {
        return Err(reader.error("text after the value"));
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn error(&self, what: &str) -> String {
        format!("the text is not JSON: {what} at character {}", self.text[..self.at].chars().count() + 1)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn skip_space(&mut self) -> Result<(), String> {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.rest();
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                match comment.find("*/") {
                    Some(end) => self.at += end + 4,
                    None => return Err(self.error("a comment without end")),
                }
            } else {
                return Ok(());
            }
        }
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.peek() {
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::array),
            Some(quote @ ('"' | '\'')) => Ok(Value::string(self.string(quote)?)),
            Some('-' | '.' | '0'..='9') => self.number(),
            Some(_) => {
                let word = self.word();
                let kind = match word {
                    "true" => Kind::Bool(true),
                    "false" => Kind::Bool(false),
                    "null" => Kind::Null,
                    _ => return Err(self.error("no value")),
                };
                self.at += word.len();
                Ok(Value::new(kind))
            }
            None => Err(self.error("no value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, String>) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.error("nesting too deep"));
        }
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// The letters, digits, `_` and `$` that stand here.
    fn word(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
        &rest[..end]
    }

    fn array(&mut self) -> Result<Value, String> {
        let mut items = Vec::new();
        loop {
            self.skip_space()?;
            if self.take(']') {
                return Ok(Value::array(items));
            }
            items.push(self.value()?);
            self.skip_space()?;
            if !self.take(',') && self.peek() != Some(']') {
                return Err(self.error("no comma or bracket"));
            }
        }
    }

    fn object(&mut self) -> Result<Value, String> {
        let mut object = Object::default();
        let mut places: HashMap<Arc<str>, usize> = HashMap::new();
        loop {
            self.skip_space()?;
            if self.take('}') {
                return Ok(Value::new(Kind::Object(Arc::new(object))));
            }
            let key: Arc<str> = match self.peek() {
                Some(quote @ ('"' | '\'')) => self.string(quote)?.into(),
                _ => {
                    let word = self.word();
                    if word.is_empty() {
                        return Err(self.error("no key"));
                    }
                    self.at += word.len();
                    word.into()
                }
            };
            self.skip_space()?;
            if !self.take(':') {
                return Err(self.error("no colon"));
            }
            self.skip_space()?;
            let value = self.value()?;
            match places.get(&key) {
                // The last of several members of one name counts.
                Some(&place) => object.members[place].value = value,
                None => {
                    places.insert(key.clone(), object.members.len());
                    object.members.push(Member { key, key_at: Location::default(), value });
                }
            }
            self.skip_space()?;
            if !self.take(',') && self.peek() != Some('}') {
                return Err(self.error("no comma or brace"));
            }
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        let rest = self.rest();
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-'))).unwrap_or(rest.len());
        let text = &rest[..end];
        let Some(kind) = number(text) else { return Err(self.error("a malformed number")) };
        self.at += end;
        Ok(Value::new(kind))
    }

    fn string(&mut self, quote: char) -> Result<String, String> {
        self.at += 1;
        // UTF-16, because escapes may write one character as two surrogates.
        let mut units: Vec<u16> = Vec::new();
        let mut buffer = [0; 2];
        loop {
            let Some(character) = self.peek() else { return Err(self.error("a string without end")) };
            self.at += character.len_utf8();
            if character == quote {
                return Ok(String::from_utf16_lossy(&units));
            }
            if character != '\\' {
                units.extend_from_slice(character.encode_utf16(&mut buffer));
                continue;
            }
            let Some(escape) = self.peek() else { return Err(self.error("a string without end")) };
            let unit = match escape {
                'b' => 8,
                't' => 9,
                'n' => 10,
                'f' => 12,
                'r' => 13,
                '\\' | '\'' | '"' | '/' => escape as u16,
                'u' => {
                    let digits = self.rest().get(1..5).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                    let Some(unit) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) else {
                        return Err(self.error("a malformed escape"));
                    };
                    self.at += 4;
                    unit
                }
                _ => return Err(self.error("an unknown escape")),
            };
            self.at += 1;
            units.push(unit);
        }
    }
}

/// The number of a text as Json.NET reads it: a leading `0x` is hexadecimal, a leading `0` octal.
fn number(text: &str) -> Option<Kind> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let based = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => Some((16, &digits[2..])),
        [b'0', b'0'..=b'9', ..] if digits.bytes().all(|b| b.is_ascii_digit()) => Some((8, &digits[1..])),
        _ => None,
    };
    if let Some((base, digits)) = based {
        if digits.starts_with(['+', '-']) {
            return None;
        }
        let value = i64::from_str_radix(digits, base).ok()?;
        return Some(Kind::Int(if text.starts_with('-') { value.checked_neg()? } else { value }));
    }
    if let Ok(value) = text.parse() {
        return Some(Kind::Int(value));
    }
    // Rust reads `inf` and `nan` as numbers, JSON does not.
    if !digits.starts_with(['.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> String {
        read(text).map_or_else(|error| error, |value| compact(&value))
    }

    #[test]
    fn lenient_json_is_read() {
        assert_eq!(round("{'a': 'b', c: [1, 2,], /* x */ \"d\": null,} // end"), r#"{"a":"b","c":[1,2],"d":null}"#);
        assert_eq!(round("'it\\'s \\u00e9 \\ud83d\\ude00'"), "\"it's é 😀\"");
        assert_eq!(round("{'a':1,'A':2,'a':3}"), r#"{"a":3,"A":2}"#);
        assert_eq!(round(""), "null");
        assert_eq!(round("0x1F"), "31");
        assert_eq!(round("-0"), "0");
    }

    #[test]
    fn numbers_keep_their_kind_and_size() {
        assert_eq!(round("9223372036854775807"), "9223372036854775807");
        assert_eq!(round("-9223372036854775808"), "-9223372036854775808");
        assert_eq!(round("18446744073709551616"), "1.8446744073709552E+19");
        assert_eq!(round("1.0"), "1.0");
        assert_eq!(round("1.5e3"), "1500.0");
        assert_eq!(round("1e-7"), "1E-07");
    }

    #[test]
    fn what_is_not_json_is_an_error_with_its_place() {
        assert_eq!(round("{\"a\":1"), "the text is not JSON: no comma or brace at character 7");
        assert_eq!(round("[1,,2]"), "the text is not JSON: no value at character 4");
        assert_eq!(round("nope"), "the text is not JSON: no value at character 1");
        assert_eq!(round("inf"), "the text is not JSON: no value at character 1");
        assert_eq!(round("1 2"), "the text is not JSON: text after the value at character 3");
        assert_eq!(round("'a"), "the text is not JSON: a string without end at character 3");
        assert_eq!(round("'\\u12é4'"), "the text is not JSON: a malformed escape at character 3");
        assert!(read(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn text_is_escaped_as_azure_does() {
        assert_eq!(compact(&Value::string("a\"\\/\u{1}\u{7f}\u{2028}\né")), "\"a\\\"\\\\/\\u0001\u{7f}\\u2028\\né\"");
    }
}
