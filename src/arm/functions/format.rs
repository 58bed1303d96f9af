//! format(), as .NET's composite formatting
//! (learn.microsoft.com/dotnet/standard/base-types/composite-formatting).

use super::arguments::{
    count, derived, has_unknown, scalar_text, symbol_of, unknown_result, within_limit, without_hole, wrong_type,
};
use super::format_number::{Number, format_number, shortest};
use super::json;
use crate::document::{Kind, Value};
use std::borrow::Cow;

/// Beyond this index or width .NET refuses a format item.
const ITEM_LIMIT: usize = 1_000_000;

/// Calls `format`; nothing for other names. `name` is in lower case.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    (name == "format").then(|| format(args))
}

fn format(args: &[Value]) -> Result<Value, String> {
    count("format", args, 1, None)?;
    let text = match &args[0].kind {
        Kind::String(text) => text,
        Kind::Unknown(_) => return unknown_result("format", args),
        _ => return Err(wrong_type("format", 0, "a string", &args[0])),
    };
    let mut out = String::with_capacity(text.len());
    let mut known = true;
    let mut rest: &str = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..at + 1];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
        } else if brace == "{" {
            let (item, after) = Item::read(rest).ok_or_else(|| malformed(text, text.len() - rest.len() - 1))?;
            rest = after;
            let argument = args
                .get(item.index + 1)
                .ok_or_else(|| format!("the format asks for argument {{{}}}, which is not given", item.index))?;
            known &= !has_unknown(argument);
            out.push_str(&item.write(argument)?);
        } else {
            return Err(malformed(text, text.len() - rest.len() - 1));
        }
        within_limit("format", out.len())?;
    }
    out.push_str(rest);
    if known {
        return Ok(Value::string(out));
    }
    derived(args, out).map_or_else(|| unknown_result("format", args), Ok)
}

fn malformed(text: &str, at: usize) -> String {
    let character = text[..at].chars().count() + 1;
    format!("the format '{text}' is malformed: the brace at character {character} has no counterpart or no item")
}

/// A format item, `{index,width:format}`.
struct Item<'t> {
    index: usize,
    /// Least width in UTF-16 units; text stands right in it, or left when the flag is set.
    width: usize,
    left: bool,
    format: &'t str,
}

impl<'t> Item<'t> {
    /// Reads an item after its opening brace; gives what follows its closing brace too.
    fn read(text: &'t str) -> Option<(Self, &'t str)> {
        let (index, rest) = number(text)?;
        let mut rest = rest.trim_start_matches(' ');
        let (mut width, mut left) = (0, false);
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start_matches(' ');
            if let Some(after) = rest.strip_prefix('-') {
                left = true;
                rest = after;
            }
            (width, rest) = number(rest)?;
            rest = rest.trim_start_matches(' ');
        }
        let mut format = "";
        if let Some(after) = rest.strip_prefix(':') {
            let end = after.find(['{', '}'])?;
            format = &after[..end];
            rest = &after[end..];
        }
        Some((Item { index, width, left, format }, rest.strip_prefix('}')?))
    }

    fn write(&self, value: &Value) -> Result<String, String> {
        if has_unknown(value) {
            return Ok(self.hole(value));
        }
        let text: Cow<str> = match &value.kind {
            Kind::Int(number) if !self.format.is_empty() => format_number(Number::Int(*number), self.format)?.into(),
            Kind::Float(number) if self.format.is_empty() => shortest(*number).into(),
            Kind::Float(number) => format_number(Number::Float(*number), self.format)?.into(),
            _ => match scalar_text(value) {
                Some(text) => text.to_string().into(),
                None => json::compact(value).replace('"', "'").into(),
            },
        };
        let missing = self.width.saturating_sub(text.encode_utf16().count());
        within_limit("format", text.len().saturating_add(missing))?;
        // Not by a width of `format!`, which ends at 65,535.
        let blanks = " ".repeat(missing);
        Ok(if self.left { format!("{text}{blanks}") } else { format!("{blanks}{text}") })
    }

    /// What stands for an item whose value is not known: the symbol itself where nothing is done to it.
    fn hole(&self, value: &Value) -> String {
        let symbol = symbol_of(value);
        let plain = self.width == 0 && self.format.is_empty();
        match value.kind {
            Kind::Unknown(_) if plain => return symbol,
            _ => {}
        }
        let mut item = String::from("{0");
        if self.width > 0 {
            item.push_str(&format!(",{}{}", if self.left { "-" } else { "" }, self.width));
        }
        if !self.format.is_empty() {
            item.push_str(&format!(":{}", self.format));
        }
        format!("‹format('{item}}}', {})›", without_hole(&symbol))
    }
}

/// The digits at the start of a text as a number below [`ITEM_LIMIT`], and what follows.
fn number(text: &str) -> Option<(usize, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..end].parse().ok().filter(|number| *number < ITEM_LIMIT)?;
    Some((number, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;

    #[test]
    fn fields_wider_than_the_standard_library_takes() {
        assert_eq!(run("{0,123456}", &[Value::int(7)]).len(), 123_456);
        assert_eq!(run("{0:D99999}", &[Value::int(7)]).len(), 99_999);
        assert_eq!(run("{0:X70000}", &[Value::int(255)]).len(), 70_000);
    }

    fn run(format: &str, args: &[Value]) -> String {
        let args: Vec<Value> = std::iter::once(Value::string(format)).chain(args.iter().cloned()).collect();
        match call("format", &args) {
            Some(Ok(value)) => value.symbol().map_or("no text".to_string(), |text| text.to_string()),
            Some(Err(_)) => "error".to_string(),
            None => "not mine".to_string(),
        }
    }

    #[test]
    fn items_are_aligned_and_formatted() {
        assert_eq!(
            run("{0}, {1}. {2:N0}", &[Value::string("a"), Value::bool(true), Value::int(8175133)]),
            "a, True. 8,175,133"
        );
        assert_eq!(run("metadisk-{0,2:D2}|{0,-4}|{0 , 3 }", &[Value::int(7)]), "metadisk-07|7   |  7");
        assert_eq!(run("{0,4}|{0:N0}", &[Value::string("日本")]), "  日本|日本");
        assert_eq!(run("{0}{1}", &[Value::new(Kind::Float(1.5)), Value::new(Kind::Null)]), "1.5");
        assert_eq!(run("{0:X}-{0:}", &[Value::int(255)]), "FF-255");
    }

    #[test]
    fn braces_are_doubled_to_stand_for_themselves() {
        assert_eq!(run("{{{0}}}", &[Value::string("a")]), "{a}");
        assert_eq!(run("{{0}}", &[Value::string("a")]), "{0}");
        for bad in ["{0", "}", "{", "{a}", "{-1}", "{ 0}", "{0:{1}}", "{1}", "{0,}", "{0,1000000}", "{1000000}", "{}"] {
            assert_eq!(run(bad, &[Value::int(1)]), "error", "{bad}");
        }
        assert_eq!(run("{0:Z}", &[Value::int(1)]), "error");
    }

    #[test]
    fn compound_values_are_json_in_single_quotes() {
        let list = Value::array(vec![Value::bool(true), Value::int(2893), Value::string("abc")]);
        assert_eq!(run("{0}", &[list]), "[true,2893,'abc']");
    }

    #[test]
    fn unknown_items_are_holes() {
        let x = Value::unknown(UnknownReason::Parameter("x".into()), "‹parameters('x')›");
        assert_eq!(run("{0}-{1}", &[Value::string("st"), x.clone()]), "st-‹parameters('x')›");
        assert_eq!(run("{0:D2}", std::slice::from_ref(&x)), "‹format('{0:D2}', parameters('x'))›");
        assert_eq!(run("{0,-3}", std::slice::from_ref(&x)), "‹format('{0,-3}', parameters('x'))›");
        assert_eq!(run("{0}", &[Value::array(vec![x.clone()])]), "‹format('{0}', [‹parameters('x')›])›");
        let unused = call("format", &[Value::string("{0}"), Value::int(1), x]);
        assert_eq!(unused, Some(Ok(Value::string("1"))));
    }
}
