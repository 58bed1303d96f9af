//! Argument checks, and symbols of results that are not known.
//! A symbol is text with holes `‹…›`; equal symbols mean equal values.

use super::json;
use crate::document::{Kind, Unknown, UnknownReason, Value};
use std::sync::Arc;

/// Longest symbol kept; a longer one is cut and ended by a hash, so that it stays canonical and bounded.
pub const MAX_SYMBOL: usize = 2048;

/// Longest text and largest array (at two bytes an item) a function may make: a template of more than 4 MB, counted
/// after evaluation, cannot be deployed (learn.microsoft.com/azure/azure-resource-manager/templates/best-practices).
pub const MAX_TEXT: usize = 4 * 1024 * 1024;

/// The text a value contributes inside a symbol: a known scalar's text, JSON for the rest, the symbol of an unknown.
pub fn symbol_of(value: &Value) -> String {
    match &value.kind {
        Kind::String(text) => text.to_string(),
        Kind::Unknown(unknown) => unknown.symbol.to_string(),
        _ => json::compact(value),
    }
}

/// The inside of a symbol that is one whole hole (`‹x›` gives `x`), else the symbol itself.
pub fn without_hole(symbol: &str) -> &str {
    let Some(inner) = symbol.strip_prefix('‹').and_then(|rest| rest.strip_suffix('›')) else { return symbol };
    let mut depth = 0i32;
    for character in inner.chars() {
        match character {
            '‹' => depth += 1,
            '›' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return symbol;
        }
    }
    inner
}

/// The text before the first hole of a symbol: what the value surely starts with.
pub fn known_prefix(symbol: &str) -> &str {
    symbol.find(['‹', '…']).map_or(symbol, |at| &symbol[..at])
}

/// The text after the last hole of a symbol: what the value surely ends with. Nothing for a cut symbol.
pub fn known_suffix(symbol: &str) -> &str {
    if symbol.contains('…') {
        return "";
    }
    symbol.rfind('›').map_or(symbol, |at| &symbol[at + '›'.len_utf8()..])
}

/// Applies a function that works on each character alone to a symbol: `text` to known text, `hole` to the inside of
/// each hole (it gives the whole replacement, brackets included). Gives nothing for a cut or unbalanced symbol.
pub fn map_symbol(symbol: &str, text: impl Fn(&str) -> String, hole: impl Fn(&str) -> String) -> Option<String> {
    if symbol.contains('…') {
        return None;
    }
    let mut out = String::with_capacity(symbol.len());
    let mut depth = 0usize;
    let mut from = 0;
    for (at, character) in symbol.char_indices() {
        match character {
            '‹' => {
                if depth == 0 {
                    out.push_str(&text(&symbol[from..at]));
                    from = at + character.len_utf8();
                }
                depth += 1;
            }
            '›' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    out.push_str(&hole(&symbol[from..at]));
                    from = at + character.len_utf8();
                }
            }
            _ => {}
        }
    }
    out.push_str(&text(&symbol[from..]));
    (depth == 0).then_some(out)
}

/// True for a hole whose value has only the characters `a` to `z` and `2` to `7`.
pub fn is_unique_string(hole: &str) -> bool {
    hole.starts_with("uniqueString(") && hole.ends_with(')')
}

/// A symbol within [`MAX_SYMBOL`] bytes.
pub fn bounded(symbol: String) -> Arc<str> {
    if symbol.len() <= MAX_SYMBOL {
        return symbol.into();
    }
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in symbol.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let cut = (0..=MAX_SYMBOL - 32).rev().find(|&at| symbol.is_char_boundary(at)).unwrap_or(0);
    let head = &symbol[..cut];
    // The cut must not leave a hole open, or what follows would be read as part of it.
    let open = head.matches('‹').count().saturating_sub(head.matches('›').count());
    format!("{head}…{hash:016x}{}", "›".repeat(open)).into()
}

/// An unknown made of others: the first one's reason, all their parameters, secret when one is.
/// Gives nothing when no part is unknown.
pub fn derived<'v>(parts: impl IntoIterator<Item = &'v Value>, symbol: String) -> Option<Value> {
    derived_whole(parts, bounded(symbol).as_ref())
}

/// The same with a symbol that is never cut: of an id, whose end says what it belongs to. Its parts are bounded.
pub fn derived_whole<'v>(parts: impl IntoIterator<Item = &'v Value>, symbol: &str) -> Option<Value> {
    let mut reason: Option<UnknownReason> = None;
    let mut secret = false;
    let mut parameters: Vec<Arc<str>> = Vec::new();
    for part in parts {
        collect(part, &mut reason, &mut secret, &mut parameters);
    }
    parameters.sort();
    parameters.dedup();
    let symbol = symbol.into();
    reason
        .map(|reason| Value::new(Kind::Unknown(Arc::new(Unknown { reason, symbol, secret, parameters, partly: None }))))
}

fn collect(value: &Value, reason: &mut Option<UnknownReason>, secret: &mut bool, parameters: &mut Vec<Arc<str>>) {
    match &value.kind {
        Kind::Unknown(unknown) => {
            reason.get_or_insert_with(|| unknown.reason.clone());
            *secret |= unknown.secret;
            parameters.extend(unknown.parameters.iter().cloned());
        }
        Kind::Array(items) => items.iter().for_each(|item| collect(item, reason, secret, parameters)),
        Kind::Object(object) => {
            object.members.iter().for_each(|member| collect(&member.value, reason, secret, parameters));
        }
        _ => {}
    }
}

/// True when the value or anything inside it is unknown.
pub fn has_unknown(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(_) => true,
        Kind::Array(items) => items.iter().any(has_unknown),
        Kind::Object(object) => object.members.iter().any(|member| has_unknown(&member.value)),
        _ => false,
    }
}

/// The result of a function that cannot be computed because an argument is not known: `‹name(a, b)›`.
/// Strings stand in quotes, unknowns without their outer hole. Gives nothing when all arguments are known.
pub fn unknown_call(name: &str, args: &[Value]) -> Option<Value> {
    if !args.iter().any(has_unknown) {
        return None;
    }
    let inner: Vec<String> = args
        .iter()
        .map(|arg| match &arg.kind {
            Kind::String(text) => format!("'{text}'"),
            Kind::Unknown(unknown) => without_hole(&unknown.symbol).to_string(),
            _ => json::compact(arg),
        })
        .collect();
    derived(args, format!("‹{name}({})›", inner.join(", ")))
}

/// As [`unknown_call`], where an argument is not known; an error when all are.
pub fn unknown_result(name: &str, args: &[Value]) -> Result<Value, String> {
    unknown_call(name, args).ok_or_else(|| format!("the function '{name}' does not take these arguments"))
}

/// The text of the n-th argument, or the error Azure gives.
pub fn text<'v>(name: &str, args: &'v [Value], index: usize) -> Result<&'v str, String> {
    let Some(value) = args.get(index) else {
        return Err(format!("the function '{name}' needs argument {}", index + 1));
    };
    value.as_str().ok_or_else(|| wrong_type(name, index, "a string", value))
}

/// The integer of the n-th argument, or the error Azure gives.
pub fn integer(name: &str, args: &[Value], index: usize) -> Result<i64, String> {
    let Some(value) = args.get(index) else {
        return Err(format!("the function '{name}' needs argument {}", index + 1));
    };
    value.as_int().ok_or_else(|| wrong_type(name, index, "an integer", value))
}

/// The error for an argument of the wrong type; `index` from 0, told from 1.
pub fn wrong_type(name: &str, index: usize, wanted: &str, got: &Value) -> String {
    format!("the function '{name}' wants {wanted} as argument {}, not {}", index + 1, got.type_name())
}

/// Holds the number of arguments within bounds; no upper bound when `most` is nothing.
pub fn count(name: &str, args: &[Value], least: usize, most: Option<usize>) -> Result<(), String> {
    let got = args.len();
    if got >= least && most.is_none_or(|most| got <= most) {
        return Ok(());
    }
    let wanted = match most {
        Some(most) if most == least => least.to_string(),
        Some(most) => format!("{least} to {most}"),
        None => format!("at least {least}"),
    };
    Err(format!("the function '{name}' takes {wanted} arguments, not {got}"))
}

/// Holds every argument to a string, where it is known.
pub fn only_texts(name: &str, args: &[Value]) -> Result<(), String> {
    only_texts_from(name, args, 0)
}

/// As [`only_texts`], from the n-th argument on.
pub fn only_texts_from(name: &str, args: &[Value], from: usize) -> Result<(), String> {
    for (index, arg) in args.iter().enumerate().skip(from) {
        if !matches!(arg.kind, Kind::String(_) | Kind::Unknown(_)) {
            return Err(wrong_type(name, index, "a string", arg));
        }
    }
    Ok(())
}

/// Holds the n-th argument to an integer, where it is given and known.
pub fn integer_if_known(name: &str, args: &[Value], index: usize) -> Result<(), String> {
    match args.get(index) {
        Some(arg) if !matches!(arg.kind, Kind::Int(_) | Kind::Unknown(_)) => {
            Err(wrong_type(name, index, "an integer", arg))
        }
        _ => Ok(()),
    }
}

/// The text of a scalar as Azure joins it to other text: `True`, `False`, nothing for null. No text for other kinds.
pub fn scalar_text(value: &Value) -> Option<Arc<str>> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Int(number) => Some(number.to_string().into()),
        Kind::Bool(true) => Some("True".into()),
        Kind::Bool(false) => Some("False".into()),
        Kind::Null => Some("".into()),
        _ => None,
    }
}

/// A text as the result of a function, or an error when it is longer than [`MAX_TEXT`].
pub fn text_result(name: &str, text: String) -> Result<Value, String> {
    within_limit(name, text.len())?;
    Ok(Value::string(text))
}

/// Holds the size of a result, in bytes of text, within [`MAX_TEXT`].
pub fn within_limit(name: &str, size: usize) -> Result<(), String> {
    if size > MAX_TEXT {
        return Err(format!("the function '{name}' gives more than {MAX_TEXT} bytes, which no template may hold"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ends_of_a_symbol() {
        assert_eq!(known_prefix("st‹x›-dev"), "st");
        assert_eq!(known_suffix("st‹x›-dev"), "-dev");
        assert_eq!(known_prefix("plain"), "plain");
        let cut = bounded(format!("a‹{}›z", "x".repeat(MAX_SYMBOL)));
        assert_eq!(known_prefix(&cut), "a");
        assert_eq!(known_suffix(&cut), "", "the end of a cut symbol is a hash");
    }

    #[test]
    fn a_symbol_is_mapped_hole_by_hole() {
        let upper = |symbol| map_symbol(symbol, str::to_uppercase, |hole| format!("‹f({hole})›"));
        assert_eq!(upper("a‹x‹y››b‹z›").as_deref(), Some("A‹f(x‹y›)›B‹f(z)›"));
        assert_eq!(upper("a‹x"), None);
        assert_eq!(upper("a›"), None);
    }

    #[test]
    fn objects_with_unknown_parts_show_them_as_holes_in_symbols() {
        let part = Value::unknown(UnknownReason::Parameter("p".into()), "‹parameters('p')›");
        let symbol = unknown_call("length", &[Value::array(vec![Value::int(1), part])]);
        let unknown = symbol.as_ref().and_then(Value::as_unknown);
        assert_eq!(unknown.map(|unknown| &*unknown.symbol), Some("‹length([1,‹parameters('p')›])›"));
    }
}
