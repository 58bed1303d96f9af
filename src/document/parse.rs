//! JSON and JSONC text to a [`Value`] tree with the byte span of every key and value.
//! Takes comments, trailing commas, multi-line strings, a byte order mark and CRLF.

use super::value::{Kind, Member, Object, Value};
use crate::source::{Location, SourceId, Span};
use std::cell::RefCell;
use std::sync::Arc;

/// Deepest nesting of arrays and objects that is read.
pub const MAX_NESTING: usize = 512;

/// A text that is not JSON, with the place where that shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    pub span: Span,
}

/// A key that stands twice in one object; the last one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    pub key: Arc<str>,
    pub first: Location,
    pub again: Location,
}

/// A parsed text.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub root: Value,
    pub duplicates: Vec<DuplicateKey>,
    /// Spans of all comments, in order, delimiters included.
    pub comments: Vec<Span>,
    /// Where the texts begin that were to be noticed, in order.
    pub noticed: Vec<u32>,
}

/// Tells which texts the reader wants to find again, by the key that a text stands under (empty where it has none) and
/// the text.
pub type Notice = fn(&str, &str) -> bool;

/// Parses one JSON or JSONC text of at most 4 GiB.
pub fn parse(source: SourceId, text: &str) -> Result<Parsed, SyntaxError> {
    parse_noticing(source, text, |_, _| false)
}

/// The same, with the places of the texts that `notice` picks.
pub fn parse_noticing(source: SourceId, text: &str, notice: Notice) -> Result<Parsed, SyntaxError> {
    let mut parser = Parser { notice, ..Parser::new(source, 0, text, text.as_bytes()) };
    if text.starts_with('\u{feff}') {
        parser.at = 3;
    }
    parser.skip_space()?;
    let root = parser.value()?;
    parser.skip_space()?;
    if parser.at < parser.bytes.len() {
        return Err(parser.error_here("expected the end of the file"));
    }
    Ok(Parsed { root, duplicates: parser.duplicates, comments: parser.comments, noticed: parser.noticed })
}

/// Parses one value that stands at `base` in its source, from its text alone.
pub fn parse_part(source: SourceId, text: &str, base: u32) -> Result<Value, SyntaxError> {
    let mut parser = Parser::new(source, base, text, text.as_bytes());
    parser.skip_space()?;
    parser.value()
}

/// Parses newline-delimited JSON as the list of its lines; nothing when there are fewer than two,
/// or a line is not a JSON object of its own.
pub fn parse_lines(source: SourceId, text: &str) -> Option<Parsed> {
    let mut whole =
        Parsed { root: Value::default(), duplicates: Vec::new(), comments: Vec::new(), noticed: Vec::new() };
    let mut items = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if !line.trim().is_empty() {
            let bytes = text.as_bytes().get(..end)?;
            let mut parser = Parser { at: start, ..Parser::new(source, 0, text, bytes) };
            parser.skip_space().ok()?;
            let value = parser.value().ok()?;
            parser.skip_space().ok()?;
            if parser.at < end || value.as_object().is_none() {
                return None;
            }
            whole.duplicates.append(&mut parser.duplicates);
            items.push(value);
        }
        start = end;
    }
    if items.len() < 2 {
        return None;
    }
    let at = Location { source, span: Span { start: 0, end: text.len() as u32 } };
    whole.root = Value::at(Kind::Array(Arc::new(items)), at);
    Some(whole)
}

/// Places for keys that were met last; more than one text's different keys.
const KEYS: usize = 1024;

thread_local! {
    static LAST_KEYS: RefCell<Vec<Option<Arc<str>>>> = RefCell::new(vec![None; KEYS]);
}

/// The key, shared with an equal one met on this thread before: documents have few keys, many times over.
fn shared_key(key: &str) -> Arc<str> {
    let bytes = key.as_bytes();
    let letter = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
    let middle = letter(bytes.len() / 2);
    let place = (bytes.len() * 31 + letter(0) * 7 + middle * 131 + letter(bytes.len().wrapping_sub(1)) * 17) % KEYS;
    LAST_KEYS.with_borrow_mut(|keys| match &keys[place] {
        Some(known) if **known == *key => known.clone(),
        _ => {
            let made: Arc<str> = Arc::from(key);
            keys[place] = Some(made.clone());
            made
        }
    })
}

struct Parser<'src> {
    source: SourceId,
    /// Where the text begins in its source.
    base: u32,
    text: &'src str,
    bytes: &'src [u8],
    at: usize,
    depth: usize,
    duplicates: Vec<DuplicateKey>,
    comments: Vec<Span>,
    notice: Notice,
    noticed: Vec<u32>,
    /// The key that the next text stands under.
    under: &'src str,
}

impl<'src> Parser<'src> {
    fn new(source: SourceId, base: u32, text: &'src str, bytes: &'src [u8]) -> Self {
        Parser {
            source,
            base,
            text,
            bytes,
            at: 0,
            depth: 0,
            duplicates: Vec::new(),
            comments: Vec::new(),
            notice: |_, _| false,
            noticed: Vec::new(),
            under: "",
        }
    }

    fn location(&self, start: usize) -> Location {
        let base = self.base;
        Location { source: self.source, span: Span { start: base + start as u32, end: base + self.at as u32 } }
    }

    fn error(&self, message: impl Into<String>, start: usize, end: usize) -> SyntaxError {
        let span = Span { start: self.base + start as u32, end: self.base + end as u32 };
        SyntaxError { message: message.into(), span }
    }

    fn error_here(&self, expected: &str) -> SyntaxError {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => self.error(format!("{expected}, found {found:?}"), self.at, self.at + found.len_utf8()),
            None => self.error(format!("{expected}, found the end of the file"), self.at, self.at),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) -> Result<(), SyntaxError> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(b'/') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        match self.bytes.get(self.at + 1) {
            Some(b'/') => {
                self.at = memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |length| start + length);
            }
            Some(b'*') => match memchr::memmem::find(&self.bytes[start + 2..], b"*/") {
                Some(length) => self.at = start + 2 + length + 2,
                None => return Err(self.error("this comment has no end", start, start + 2)),
            },
            _ => return Err(self.error_here("expected a value")),
        }
        self.comments.push(self.location(start).span);
        Ok(())
    }

    fn value(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'"') => {
                let text = self.string(|text| text.into())?;
                if (self.notice)(self.under, &text) {
                    self.noticed.push(self.base + start as u32);
                }
                Kind::String(text)
            }
            Some(b'{') => return self.object(),
            Some(b'[') => return self.array(),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Kind::Bool(true))?,
            Some(b'f') => self.word("false", Kind::Bool(false))?,
            Some(b'n') => self.word("null", Kind::Null)?,
            _ => return Err(self.error_here("expected a value")),
        };
        Ok(Value::at(kind, self.location(start)))
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, SyntaxError> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.error_here("expected a value"));
        }
        self.at += word.len();
        Ok(kind)
    }

    fn number(&mut self) -> Result<Kind, SyntaxError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if let Ok(value) = text.parse::<i64>() {
            return Ok(Kind::Int(value));
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Kind::Float(value)),
            _ => Err(self.error(format!("{text} is not a number"), start, self.at)),
        }
    }

    /// A string, its text made by `make` where nothing in it is escaped.
    fn string(&mut self, make: impl Fn(&str) -> Arc<str>) -> Result<Arc<str>, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        match memchr::memchr2(b'"', b'\\', &self.bytes[from..]) {
            Some(length) if self.bytes[from + length] == b'"' => {
                self.at = from + length + 1;
                Ok(make(&self.text[from..from + length]))
            }
            Some(_) => self.escaped_string(start).map(Arc::from),
            None => Err(self.error("this string has no end", start, start + 1)),
        }
    }

    fn escaped_string(&mut self, start: usize) -> Result<String, SyntaxError> {
        let mut out = String::new();
        loop {
            let from = self.at;
            let Some(length) = memchr::memchr2(b'"', b'\\', &self.bytes[from..]) else {
                return Err(self.error("this string has no end", start, start + 1));
            };
            out.push_str(&self.text[from..from + length]);
            self.at = from + length + 1;
            if self.bytes[from + length] == b'"' {
                return Ok(out);
            }
            let escape = self.at - 1;
            let Some(byte) = self.peek() else {
                return Err(self.error("this string has no end", start, start + 1));
            };
            self.at += 1;
            match byte {
                b'"' => out.push('"'),
                b'\\' => out.push('\\'),
                b'/' => out.push('/'),
                b'b' => out.push('\u{8}'),
                b'f' => out.push('\u{c}'),
                b'n' => out.push('\n'),
                b'r' => out.push('\r'),
                b't' => out.push('\t'),
                b'u' => out.push(self.unicode_escape(escape)?),
                _ => return Err(self.error("unknown escape in a string", escape, escape + 1)),
            }
        }
    }

    /// A `\uXXXX`, with its low half where it is a surrogate pair; a lone half becomes U+FFFD.
    fn unicode_escape(&mut self, escape: usize) -> Result<char, SyntaxError> {
        let high = self.hex4(escape)?;
        if (0xd800..0xdc00).contains(&high) && self.bytes[self.at..].starts_with(b"\\u") {
            let resume = self.at;
            self.at += 2;
            let low = self.hex4(escape)?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            self.at = resume;
        }
        Ok(char::from_u32(high).unwrap_or('\u{fffd}'))
    }

    fn hex4(&mut self, escape: usize) -> Result<u32, SyntaxError> {
        let digits =
            self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.at += 4;
                Ok(code)
            }
            None => Err(self.error("\\u needs four hexadecimal digits", escape, escape + 2)),
        }
    }

    fn enter(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.error(format!("nested deeper than {MAX_NESTING} levels"), self.at, self.at + 1));
        }
        Ok(())
    }

    fn array(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        self.enter()?;
        self.at += 1;
        let mut items = Vec::new();
        let under = self.under;
        loop {
            self.skip_space()?;
            match self.peek() {
                Some(b']') => break,
                None => return Err(self.error("this array has no end", start, start + 1)),
                _ => {
                    self.under = under;
                    items.push(self.value()?);
                }
            }
            self.skip_space()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                None => return Err(self.error("this array has no end", start, start + 1)),
                _ => return Err(self.error_here("expected ',' or ']'")),
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(Value::at(Kind::Array(Arc::new(items)), self.location(start)))
    }

    fn object(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        self.enter()?;
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        loop {
            self.skip_space()?;
            match self.peek() {
                Some(b'}') => break,
                Some(b'"') => {}
                None => return Err(self.error("this object has no end", start, start + 1)),
                _ => return Err(self.error_here("expected a key in double quotes or '}'")),
            }
            let key_start = self.at;
            let key = self.string(shared_key)?;
            let key_at = self.location(key_start);
            let under = self.text.get(key_start + 1..self.at - 1).unwrap_or_default();
            self.skip_space()?;
            if self.peek() != Some(b':') {
                return Err(self.error_here("expected ':'"));
            }
            self.at += 1;
            self.skip_space()?;
            self.under = under;
            let value = self.value()?;
            members.push(Member { key, key_at, value });
            self.skip_space()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                None => return Err(self.error("this object has no end", start, start + 1)),
                _ => return Err(self.error_here("expected ',' or '}'")),
            }
        }
        self.at += 1;
        self.depth -= 1;
        self.note_duplicates(&mut members);
        Ok(Value::at(Kind::Object(Arc::new(Object { members })), self.location(start)))
    }

    /// Reports keys that stand twice and keeps the last, as Azure's parser does.
    fn note_duplicates(&mut self, members: &mut Vec<Member>) {
        const SMALL: usize = 16;
        let mut repeated = Vec::new();
        if members.len() <= SMALL {
            for later in 1..members.len() {
                for earlier in 0..later {
                    if members[earlier].key == members[later].key {
                        repeated.push((earlier, later));
                        break;
                    }
                }
            }
        } else {
            let mut seen = std::collections::HashMap::with_capacity(members.len());
            for (index, member) in members.iter().enumerate() {
                if let Some(earlier) = seen.insert(member.key.clone(), index) {
                    repeated.push((earlier, index));
                }
            }
        }
        if repeated.is_empty() {
            return;
        }
        for &(earlier, later) in &repeated {
            self.duplicates.push(DuplicateKey {
                key: members[later].key.clone(),
                first: members[earlier].key_at,
                again: members[later].key_at,
            });
        }
        let mut kept = std::collections::HashSet::new();
        let mut from_last: Vec<Member> =
            members.drain(..).rev().filter(|member| kept.insert(member.key.clone())).collect();
        from_last.reverse();
        *members = from_last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Parsed, SyntaxError> {
        parse(SourceId(0), text)
    }

    fn span_text<'a>(text: &'a str, value: &Value) -> &'a str {
        &text[value.at.span.start as usize..value.at.span.end as usize]
    }

    #[test]
    fn keys_and_values_know_their_text() {
        let text = "\u{feff}{ // c\r\n \"a\": [1, 2.5,], /* x */ \"b\": \"two\nlines\", }";
        let parsed = read(text).expect("valid");
        let list = parsed.root.get("A").expect("any case");
        assert_eq!(span_text(text, list), "[1, 2.5,]");
        let member = parsed.root.as_object().and_then(|object| object.member("b")).expect("b");
        assert_eq!(&text[member.key_at.span.start as usize..member.key_at.span.end as usize], "\"b\"");
        assert_eq!(member.value.as_str(), Some("two\nlines"));
        assert_eq!(parsed.comments.len(), 2);
    }

    #[test]
    fn escapes_are_decoded() {
        let parsed = read(r#""\u00e4\ud83d\ude00\ud800x\n\/""#).expect("valid");
        assert_eq!(parsed.root.as_str(), Some("ä😀\u{fffd}x\n/"));
    }

    #[test]
    fn the_last_of_two_equal_keys_counts_and_both_are_told() {
        let parsed = read(r#"{"a":1,"b":2,"a":3}"#).expect("valid");
        assert_eq!(parsed.root.get("a").and_then(Value::as_int), Some(3));
        assert_eq!(parsed.duplicates.len(), 1);
        assert_eq!(parsed.duplicates[0].again.span.start, 13);
    }

    #[test]
    fn broken_texts_give_a_place() {
        for (text, message, start) in [
            ("{\"a\": }", "expected a value, found '}'", 6),
            ("[1", "this array has no end", 0),
            ("{\"a\"", "expected ':', found the end of the file", 4),
            ("\"abc", "this string has no end", 0),
            ("1-2", "1-2 is not a number", 0),
            ("{} x", "expected the end of the file, found 'x'", 3),
            ("/* x", "this comment has no end", 0),
            ("", "expected a value, found the end of the file", 0),
        ] {
            let error = read(text).expect_err(text);
            assert_eq!((error.message.as_str(), error.span.start), (message, start), "{text}");
        }
    }

    #[test]
    fn texts_are_noticed_with_the_key_they_stand_under() {
        let text = r#"{"a": "x", "b": ["x", {"c": "y"}, "x"], "d": {"b": "z"}}"#;
        let parsed = parse_noticing(SourceId(0), text, |key, text| key == "b" || text == "y").expect("valid");
        let noticed: Vec<&str> = parsed.noticed.iter().map(|at| &text[*at as usize..*at as usize + 3]).collect();
        assert_eq!(noticed, ["\"x\"", "\"y\"", "\"x\"", "\"z\""]);
    }

    #[test]
    fn deep_nesting_is_an_answer() {
        let error = read(&"[".repeat(200_000)).expect_err("too deep");
        assert_eq!(error.message, "nested deeper than 512 levels");
        assert_eq!(error.span.start, 512);
    }
}
