//! String functions. Positions and lengths count UTF-16 code units, as .NET does.

use super::arguments::{
    count, derived, has_unknown, integer, integer_if_known, is_unique_string, known_prefix, known_suffix, map_symbol,
    only_texts, only_texts_from, scalar_text, text, text_result, unknown_call, unknown_result, within_limit,
    without_hole, wrong_type,
};
use super::{format_number, json};
use crate::document::{Kind, Unknown, Value};

/// Calls a string function; nothing for other names. `name` is in lower case.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "concat" => concat(args),
        "join" => join(args),
        "split" => split(args),
        "replace" => replace(args),
        "substring" => substring(args),
        "tolower" => case("toLower", args, lower),
        "toupper" => case("toUpper", args, upper),
        "trim" => trim(args),
        "padleft" => pad_left(args),
        "startswith" => starts_with(args),
        "endswith" => ends_with(args),
        "like" => like(args),
        "indexof" => index_of(args),
        "lastindexof" => last_index_of(args),
        "string" => string(args),
        "bool" => bool(args),
        _ => return None,
    })
}

/// A character in upper case by the simple mapping of .NET's invariant culture: one character stays one, and the
/// dotless i and the long s stay themselves.
fn upper(character: char) -> char {
    if matches!(character, '\u{131}' | '\u{17f}') {
        return character;
    }
    single(character, character.to_uppercase())
}

/// A character in lower case by the simple mapping of .NET's invariant culture.
fn lower(character: char) -> char {
    single(character, character.to_lowercase())
}

fn single(character: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => character,
    }
}

/// Text by which strings are compared when case does not count.
fn folded(text: &str) -> String {
    text.chars().map(upper).collect()
}

fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Part of a text in UTF-16 units; nothing when it reaches beyond the end. Half a surrogate pair becomes U+FFFD.
fn slice(text: &str, start: usize, length: usize) -> Option<String> {
    let end = start.checked_add(length)?;
    if text.is_ascii() {
        return text.get(start..end).map(str::to_string);
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    units.get(start..end).map(String::from_utf16_lossy)
}

fn concat(args: &[Value]) -> Result<Value, String> {
    count("concat", args, 1, None)?;
    if args.iter().any(|arg| matches!(arg.kind, Kind::Array(_))) {
        return concat_arrays(args);
    }
    texts("concat", args, args, "")
}

fn concat_arrays(args: &[Value]) -> Result<Value, String> {
    let mut items = Vec::new();
    let mut known = true;
    for (index, arg) in args.iter().enumerate() {
        match &arg.kind {
            Kind::Array(more) => {
                // Two bytes an item is the least that JSON needs.
                within_limit("concat", (items.len() + more.len()) * 2)?;
                items.extend(more.iter().cloned());
            }
            Kind::Unknown(_) => known = false,
            _ => return Err(wrong_type("concat", index, "an array, as the others are,", arg)),
        }
    }
    if known {
        return Ok(Value::array(items));
    }
    unknown_result("concat", args)
}

/// Scalars as one text. Unknown parts become holes; `args` are those an unknown result depends on.
fn texts(name: &str, args: &[Value], parts: &[Value], delimiter: &str) -> Result<Value, String> {
    let mut out = String::new();
    let mut known = true;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(delimiter);
        }
        match &part.kind {
            Kind::Unknown(unknown) => {
                out.push_str(&unknown.symbol);
                known = false;
            }
            _ => match scalar_text(part) {
                Some(text) => out.push_str(&text),
                None => return Err(wrong_type(name, index, "a string, an integer or a bool", part)),
            },
        }
        within_limit(name, out.len())?;
    }
    if known {
        return Ok(Value::string(out));
    }
    derived(args, out).map_or_else(|| unknown_result(name, args), Ok)
}

fn join(args: &[Value]) -> Result<Value, String> {
    count("join", args, 2, Some(2))?;
    if !matches!(args[0].kind, Kind::Array(_) | Kind::Unknown(_)) {
        return Err(wrong_type("join", 0, "an array", &args[0]));
    }
    only_texts_from("join", args, 1)?;
    match (&args[0].kind, &args[1].kind) {
        (Kind::Array(items), Kind::String(delimiter)) => texts("join", args, items, delimiter),
        (Kind::Array(items), _) if items.is_empty() => Ok(Value::string("")),
        (Kind::Array(items), Kind::Unknown(delimiter)) => {
            let joined = texts("join", args, items, &delimiter.symbol)?;
            match joined.as_str() {
                // One item needs no delimiter.
                Some(text) if items.len() > 1 => Ok(derived(args, text.to_string()).unwrap_or(joined)),
                _ => Ok(joined),
            }
        }
        _ => unknown_result("join", args),
    }
}

fn split(args: &[Value]) -> Result<Value, String> {
    count("split", args, 2, Some(2))?;
    only_texts("split", &args[..1])?;
    let delimiters: Vec<&str> = match &args[1].kind {
        Kind::String(delimiter) => vec![delimiter],
        Kind::Array(items) => {
            let wrong = items.iter().find(|item| !matches!(item.kind, Kind::String(_) | Kind::Unknown(_)));
            if let Some(item) = wrong {
                return Err(wrong_type("split", 1, "strings", item));
            }
            items.iter().filter_map(Value::as_str).collect()
        }
        Kind::Unknown(_) => Vec::new(),
        _ => return Err(wrong_type("split", 1, "a string or an array of strings", &args[1])),
    };
    if let Some(unknown) = unknown_call("split", args) {
        return Ok(unknown);
    }
    let text = text("split", args, 0)?;
    let parts = if delimiters.is_empty() {
        // .NET splits at white space when there is no delimiter at all.
        text.split(char::is_whitespace).collect()
    } else {
        split_at(text, &delimiters)
    };
    Ok(Value::array(parts.into_iter().map(Value::string).collect()))
}

/// Splits at whichever delimiter stands at a place, the first given winning. Empty delimiters are passed over.
fn split_at<'t>(text: &'t str, delimiters: &[&str]) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        match delimiters.iter().find(|delimiter| !delimiter.is_empty() && rest.starts_with(**delimiter)) {
            Some(delimiter) => {
                parts.push(&text[from..at]);
                at += delimiter.len();
                from = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    parts.push(&text[from..]);
    parts
}

fn replace(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "replace";
    count(NAME, args, 3, Some(3))?;
    only_texts(NAME, args)?;
    if args[1].as_str() == Some("") {
        return Err("the function 'replace' wants a text of at least one character as argument 2".to_string());
    }
    if let (Kind::Unknown(unknown), Some(old), Some(new)) = (&args[0].kind, args[1].as_str(), args[2].as_str()) {
        let mut characters = old.chars();
        // One character cannot stand across the edge of a hole, so known text and holes can be treated alone.
        if let (Some(one), None) = (characters.next(), characters.next()) {
            let mapped = map_symbol(
                &unknown.symbol,
                |text| text.replace(one, new),
                |hole| {
                    let unchanged = is_unique_string(hole) && !matches!(one, 'a'..='z' | '2'..='7');
                    if unchanged { format!("‹{hole}›") } else { format!("‹replace({hole}, '{old}', '{new}')›") }
                },
            );
            if let Some(value) = mapped.and_then(|symbol| derived(args, symbol)) {
                return Ok(value);
            }
        }
    }
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let (text, old, new) = (text(NAME, args, 0)?, text(NAME, args, 1)?, text(NAME, args, 2)?);
    if new.len() > old.len() {
        let found = text.matches(old).count();
        within_limit(NAME, text.len().saturating_add(found.saturating_mul(new.len() - old.len())))?;
    }
    Ok(Value::string(text.replace(old, new)))
}

fn substring(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "substring";
    count(NAME, args, 2, Some(3))?;
    only_texts(NAME, &args[..1])?;
    integer_if_known(NAME, args, 1)?;
    integer_if_known(NAME, args, 2)?;
    let place = |index: usize| -> Result<Option<usize>, String> {
        match args.get(index).and_then(Value::as_int) {
            Some(number) => usize::try_from(number)
                .map(Some)
                .map_err(|_| format!("the function 'substring' wants no negative number as argument {}", index + 1)),
            None => Ok(None),
        }
    };
    let (start, length) = (place(1)?, place(2)?);
    if let (Kind::Unknown(unknown), Some(start)) = (&args[0].kind, start)
        && let Some(value) = substring_of_unknown(args, unknown, start, length)
    {
        return Ok(value);
    }
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let text = text(NAME, args, 0)?;
    let start = start.unwrap_or(0);
    let all = units(text);
    let length = length.unwrap_or(all.saturating_sub(start));
    slice(text, start, length).map(Value::string).ok_or_else(|| {
        format!("the function 'substring' wants {length} characters from {start} on, but the text has only {all}")
    })
}

/// What of a substring is certain because the text surely begins with known text.
fn substring_of_unknown(args: &[Value], unknown: &Unknown, start: usize, length: Option<usize>) -> Option<Value> {
    let prefix = known_prefix(&unknown.symbol);
    match length {
        Some(length) => slice(prefix, start, length).map(Value::string),
        None if args.len() == 2 => {
            let left = slice(prefix, start, units(prefix).checked_sub(start)?)?;
            derived(args, left + &unknown.symbol[prefix.len()..])
        }
        None => None,
    }
}

fn case(name: &str, args: &[Value], map: fn(char) -> char) -> Result<Value, String> {
    count(name, args, 1, Some(1))?;
    only_texts(name, args)?;
    let Kind::Unknown(unknown) = &args[0].kind else {
        return Ok(Value::string(text(name, args, 0)?.chars().map(map).collect::<String>()));
    };
    let mapped = map_symbol(
        &unknown.symbol,
        |text| text.chars().map(map).collect(),
        |hole| {
            let done = (hole.starts_with(name) && hole[name.len()..].starts_with('(') && hole.ends_with(')'))
                || (name == "toLower" && is_lower(hole));
            if done { format!("‹{hole}›") } else { format!("‹{name}({hole})›") }
        },
    );
    match mapped.and_then(|symbol| derived(args, symbol)) {
        Some(value) => Ok(value),
        None => unknown_result(name, args),
    }
}

/// True for a hole whose value is surely in lower case.
fn is_lower(hole: &str) -> bool {
    is_unique_string(hole) || (hole.ends_with(')') && (hole.starts_with("guid(") || hole.starts_with("newGuid(")))
}

fn trim(args: &[Value]) -> Result<Value, String> {
    count("trim", args, 1, Some(1))?;
    only_texts("trim", args)?;
    match &args[0].kind {
        Kind::Unknown(unknown) if has_firm_ends(&unknown.symbol) => Ok(Value::new(args[0].kind.clone())),
        Kind::Unknown(_) => unknown_result("trim", args),
        _ => Ok(Value::string(text("trim", args, 0)?.trim())),
    }
}

/// True for a symbol whose text surely neither starts nor ends with white space.
fn has_firm_ends(symbol: &str) -> bool {
    let firm = |character: Option<char>| character.is_some_and(|character| !character.is_whitespace());
    let whole = without_hole(symbol);
    (whole.len() < symbol.len() && is_lower(whole))
        || (firm(known_prefix(symbol).chars().next()) && firm(known_suffix(symbol).chars().next_back()))
}

fn pad_left(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "padLeft";
    count(NAME, args, 2, Some(3))?;
    if !matches!(args[0].kind, Kind::String(_) | Kind::Int(_) | Kind::Unknown(_)) {
        return Err(wrong_type(NAME, 0, "a string or an integer", &args[0]));
    }
    integer_if_known(NAME, args, 1)?;
    let padding = match args.get(2).map(|arg| &arg.kind) {
        None | Some(Kind::Null | Kind::Unknown(_)) => ' ',
        Some(Kind::String(text)) => {
            let mut characters = text.chars();
            match (characters.next(), characters.next()) {
                // .NET pads with one UTF-16 unit.
                (Some(one), None) if one.len_utf16() == 1 => one,
                _ => return Err("the function 'padLeft' wants one character as argument 3".to_string()),
            }
        }
        Some(_) => return Err(wrong_type(NAME, 2, "a string", &args[2])),
    };
    if args[1].as_int().is_some_and(|width| width <= 0) {
        return Err("the function 'padLeft' wants a positive number as argument 2".to_string());
    }
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let text = scalar_text(&args[0]).unwrap_or_default();
    let width = usize::try_from(integer(NAME, args, 1)?).unwrap_or(usize::MAX);
    let missing = width.saturating_sub(units(&text));
    within_limit(NAME, missing)?;
    let mut out: String = std::iter::repeat_n(padding, missing).collect();
    out.push_str(&text);
    text_result(NAME, out)
}

/// What is certain of a text's start or end: all of a known text, the part before or after the holes of a symbol.
fn certain(value: &Value, part: fn(&str) -> &str) -> &str {
    match &value.kind {
        Kind::String(text) => text,
        Kind::Unknown(unknown) => part(&unknown.symbol),
        _ => "",
    }
}

fn starts_with(args: &[Value]) -> Result<Value, String> {
    affix("startsWith", args, known_prefix, |text, affix| text.starts_with(affix))
}

fn ends_with(args: &[Value]) -> Result<Value, String> {
    affix("endsWith", args, known_suffix, |text, affix| text.ends_with(affix))
}

/// startsWith and endsWith; case does not count. Decided for an unknown text by what of it is certain.
fn affix(name: &str, args: &[Value], part: fn(&str) -> &str, has: fn(&str, &str) -> bool) -> Result<Value, String> {
    count(name, args, 2, Some(2))?;
    only_texts(name, args)?;
    let (text, affix) = (folded(certain(&args[0], part)), folded(certain(&args[1], part)));
    let decided = match (args[0].as_str().is_some(), args[1].as_str().is_some()) {
        (true, true) => Some(has(&text, &affix)),
        // The certain part has it, or differs from it where both are certain.
        (false, true) if has(&text, &affix) => Some(true),
        (false, true) if !has(&affix, &text) => Some(false),
        (true, false) if !has(&text, &affix) => Some(false),
        (false, false) if !has(&text, &affix) && !has(&affix, &text) => Some(false),
        _ => None,
    };
    match decided {
        Some(answer) => Ok(Value::bool(answer)),
        None => unknown_result(name, args),
    }
}

/// like(text, pattern): `*` stands for any run of characters, case does not count.
fn like(args: &[Value]) -> Result<Value, String> {
    count("like", args, 2, Some(2))?;
    only_texts("like", args)?;
    if let Some(unknown) = unknown_call("like", args) {
        return Ok(unknown);
    }
    let (text, pattern) = (folded(text("like", args, 0)?), folded(text("like", args, 1)?));
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return Ok(Value::bool(false)) };
    let Some(last) = pieces.next_back() else { return Ok(Value::bool(rest.is_empty())) };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return Ok(Value::bool(false)),
        }
    }
    Ok(Value::bool(rest.ends_with(last)))
}

fn index_of(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "indexOf";
    count(NAME, args, 2, Some(2))?;
    match &args[0].kind {
        Kind::Array(items) => found(NAME, args, items.iter().enumerate()),
        Kind::String(text) => {
            only_texts(NAME, args)?;
            Ok(match args[1].as_str() {
                Some(wanted) => place(text, folded(text).find(&folded(wanted))),
                None => unknown_result(NAME, args)?,
            })
        }
        Kind::Unknown(unknown) => {
            let prefix = known_prefix(&unknown.symbol);
            let at = args[1].as_str().and_then(|wanted| folded(prefix).find(&folded(wanted)));
            if at.is_some() {
                return Ok(place(prefix, at));
            }
            unknown_result(NAME, args)
        }
        _ => Err(wrong_type(NAME, 0, "a string or an array", &args[0])),
    }
}

fn last_index_of(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "lastIndexOf";
    count(NAME, args, 2, Some(2))?;
    match &args[0].kind {
        Kind::Array(items) => found(NAME, args, items.iter().enumerate().rev()),
        Kind::String(text) => {
            only_texts(NAME, args)?;
            Ok(match args[1].as_str() {
                Some(wanted) => place(text, folded(text).rfind(&folded(wanted))),
                None => unknown_result(NAME, args)?,
            })
        }
        Kind::Unknown(_) => unknown_result(NAME, args),
        _ => Err(wrong_type(NAME, 0, "a string or an array", &args[0])),
    }
}

/// A byte place in the folded text as a place in UTF-16 units; -1 for nothing. Folding keeps the number of characters.
fn place(text: &str, at: Option<usize>) -> Value {
    let Some(at) = at else { return Value::int(-1) };
    if text.is_ascii() {
        return Value::int(at as i64);
    }
    Value::int(folded(text)[..at].encode_utf16().count() as i64)
}

/// The place of the first equal item in the order given. Unknown when an item before it could be equal too.
fn found<'v>(name: &str, args: &[Value], items: impl Iterator<Item = (usize, &'v Value)>) -> Result<Value, String> {
    let wanted = &args[1];
    let wanted_known = !has_unknown(wanted);
    for (index, item) in items {
        if item == wanted {
            return Ok(Value::int(index as i64));
        }
        if !wanted_known || has_unknown(item) {
            return unknown_result(name, args);
        }
    }
    Ok(Value::int(-1))
}

fn string(args: &[Value]) -> Result<Value, String> {
    count("string", args, 1, Some(1))?;
    match &args[0].kind {
        // With known text around its holes it is a string already.
        Kind::Unknown(unknown) if without_hole(&unknown.symbol).len() == unknown.symbol.len() => {
            Ok(Value::new(args[0].kind.clone()))
        }
        Kind::Float(value) => Ok(Value::string(format_number::shortest(*value))),
        _ => match (scalar_text(&args[0]), unknown_call("string", args)) {
            (Some(text), _) => Ok(Value::string(text)),
            (None, Some(unknown)) => Ok(unknown),
            (None, None) => text_result("string", json::compact(&args[0])),
        },
    }
}

fn bool(args: &[Value]) -> Result<Value, String> {
    count("bool", args, 1, Some(1))?;
    match &args[0].kind {
        Kind::Bool(value) => Ok(Value::bool(*value)),
        Kind::Int(value) => Ok(Value::bool(*value != 0)),
        Kind::Float(value) => Ok(Value::bool(*value != 0.0)),
        Kind::String(text) => match text.trim() {
            word if word.eq_ignore_ascii_case("true") => Ok(Value::bool(true)),
            word if word.eq_ignore_ascii_case("false") => Ok(Value::bool(false)),
            _ => Err(format!("the function 'bool' cannot make a bool of '{text}'")),
        },
        Kind::Unknown(_) => unknown_result("bool", args),
        _ => Err(wrong_type("bool", 0, "a string, an integer or a bool", &args[0])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;

    fn unknown(symbol: &str) -> Value {
        Value::unknown(UnknownReason::Parameter("p".into()), symbol)
    }

    /// The result as text: JSON of a known value, the symbol of an unknown one, `error: …`.
    fn run(name: &str, args: &[Value]) -> String {
        match call(&name.to_lowercase(), args) {
            Some(Ok(value)) => json::compact(&value),
            Some(Err(error)) => format!("error: {error}"),
            None => "not mine".to_string(),
        }
    }

    fn texts(items: &[&str]) -> Vec<Value> {
        items.iter().copied().map(Value::string).collect()
    }

    #[test]
    fn concat_keeps_known_text_around_holes() {
        let name = unknown("‹parameters('p')›");
        assert_eq!(run("concat", &[Value::string("st"), name.clone(), Value::int(7)]), "st‹parameters('p')›7");
        let nested = unknown("st‹uniqueString(resourceGroup().id)›");
        assert_eq!(run("concat", &[nested, Value::string("-x")]), "st‹uniqueString(resourceGroup().id)›-x");
        let arrays = [Value::array(vec![Value::int(1)]), name];
        assert_eq!(run("concat", &arrays), "‹concat([1], parameters('p'))›");
        assert!(run("concat", &[Value::array(vec![]), Value::string("a")]).starts_with("error: "));
        assert_eq!(run("concat", &[Value::bool(false), Value::string("/"), Value::new(Kind::Null)]), "\"False/\"");
    }

    #[test]
    fn concat_takes_over_reason_and_parameters() {
        let secret = Value::unknown(UnknownReason::Secret("listKeys".into()), "‹listKeys()›");
        let Some(Ok(value)) = call("concat", &[unknown("‹a›"), secret]) else { panic!("no value") };
        let Some(unknown) = value.as_unknown() else { panic!("known") };
        assert_eq!(unknown.reason, UnknownReason::Parameter("p".into()));
        assert!(unknown.secret);
        assert_eq!(unknown.parameters, vec!["p".into()]);
    }

    #[test]
    fn concat_that_grows_beyond_any_template_is_an_error() {
        let long = Value::string("x".repeat(3 << 20));
        assert!(run("concat", &[long.clone(), long]).starts_with("error: "));
        let many = Value::array(vec![Value::int(0); 1_500_000]);
        assert!(run("concat", &[many.clone(), many]).starts_with("error: "));
    }

    #[test]
    fn case_is_mapped_around_holes() {
        assert_eq!(run("toLower", &[unknown("ST‹x›Y")]), "st‹toLower(x)›y");
        assert_eq!(run("toLower", &[unknown("ST‹uniqueString(x)›")]), "st‹uniqueString(x)›");
        assert_eq!(run("toLower", &[unknown("‹toLower(x)›")]), "‹toLower(x)›");
        assert_eq!(run("toUpper", &[unknown("a‹uniqueString(x)›")]), "A‹toUpper(uniqueString(x))›");
        assert_eq!(run("toUpper", &texts(&["straße ıſ"])), "\"STRAßE ıſ\"");
        assert_eq!(run("toLower", &texts(&["ΣΑΣ"])), "\"σασ\"", "no final sigma");
    }

    #[test]
    fn trim_keeps_what_has_firm_ends() {
        assert_eq!(run("trim", &[unknown("a‹x›b")]), "a‹x›b");
        assert_eq!(run("trim", &[unknown("‹guid('a')›")]), "‹guid('a')›");
        assert_eq!(run("trim", &[unknown("a‹x›")]), "‹trim(a‹x›)›");
        assert_eq!(run("trim", &texts(&["\u{a0} a b\t"])), "\"a b\"");
    }

    #[test]
    fn split_by_whichever_delimiter_comes() {
        let by =
            |text: &str, delimiters: &[&str]| run("split", &[Value::string(text), Value::array(texts(delimiters))]);
        assert_eq!(by("one;two,three", &[",", ";"]), r#"["one","two","three"]"#);
        assert_eq!(by("a--b-c", &["--", "-"]), r#"["a","b","c"]"#);
        assert_eq!(by("a b", &[]), r#"["a","b"]"#);
        assert_eq!(by("é-日", &["", "-"]), r#"["é","日"]"#);
        assert_eq!(run("split", &texts(&["abc", ""])), r#"["abc"]"#);
        assert_eq!(run("split", &texts(&["", ","])), r#"[""]"#);
        assert_eq!(run("split", &[unknown("‹x›"), Value::string(",")]), "‹split(x, ',')›");
    }

    #[test]
    fn join_makes_holes_of_unknown_items() {
        let items = Value::array(vec![Value::string("a"), unknown("‹x›"), Value::bool(true)]);
        assert_eq!(run("join", &[items.clone(), Value::string("-")]), "a-‹x›-True");
        assert_eq!(run("join", &[items, unknown("‹d›")]), "a‹d›‹x›‹d›True");
        assert_eq!(run("join", &[Value::array(texts(&["a", "b"])), unknown("‹d›")]), "a‹d›b");
        assert_eq!(run("join", &[Value::array(texts(&["a"])), unknown("‹d›")]), "\"a\"");
        assert_eq!(run("join", &[unknown("‹x›"), Value::string("-")]), "‹join(x, '-')›");
        assert!(run("join", &[Value::array(vec![Value::array(vec![])]), Value::string("")]).starts_with("error: "));
    }

    #[test]
    fn replace_works_around_holes_for_single_characters() {
        let of = |symbol: &str, old: &str| run("replace", &[unknown(symbol), Value::string(old), Value::string("")]);
        assert_eq!(of("a-b‹x›-", "-"), "ab‹replace(x, '-', '')›");
        assert_eq!(of("a-‹uniqueString(x)›", "-"), "a‹uniqueString(x)›");
        assert_eq!(of("a-b‹x›", "-b"), "‹replace(a-b‹x›, '-b', '')›");
        assert!(of("‹x›", "").starts_with("error: "));
        let blow = [Value::string("a".repeat(3000)), Value::string("a"), Value::string("b".repeat(3000))];
        assert!(run("replace", &blow).starts_with("error: "));
    }

    #[test]
    fn substring_is_known_where_the_prefix_is() {
        let of = |args: &[i64]| {
            let numbers = args.iter().map(|number| Value::int(*number));
            run("substring", &[unknown("abc‹x›")].into_iter().chain(numbers).collect::<Vec<_>>())
        };
        assert_eq!(of(&[1, 2]), "\"bc\"");
        assert_eq!(of(&[1]), "bc‹x›");
        assert_eq!(of(&[3]), "‹x›");
        assert_eq!(of(&[1, 3]), "‹substring(abc‹x›, 1, 3)›");
        assert_eq!(of(&[4]), "‹substring(abc‹x›, 4)›");
        assert!(of(&[-1]).starts_with("error: "));
        assert_eq!(run("substring", &[Value::string("a😀b"), Value::int(3), Value::int(1)]), "\"b\"");
        let beyond = [Value::string("abc"), Value::int(1), Value::int(i64::MAX)];
        assert!(run("substring", &beyond).starts_with("error: "));
    }

    #[test]
    fn affixes_are_decided_by_what_is_certain() {
        let starts = |text: Value, affix: &str| run("startsWith", &[text, Value::string(affix)]);
        assert_eq!(starts(unknown("st‹x›"), "ST"), "true");
        assert_eq!(starts(unknown("st‹x›"), "b"), "false");
        assert_eq!(starts(unknown("st‹x›"), "sta"), "‹startsWith(st‹x›, 'sta')›");
        assert_eq!(starts(unknown("‹x›"), ""), "true");
        assert_eq!(run("endsWith", &[unknown("‹x›-dev"), Value::string("DEV")]), "true");
        assert_eq!(run("endsWith", &[unknown("‹x›-dev"), Value::string("prod")]), "false");
        assert_eq!(run("endsWith", &[Value::string("abc"), unknown("‹x›b")]), "false");
        assert_eq!(run("endsWith", &[Value::string("abc"), unknown("‹x›c")]), "‹endsWith('abc', ‹x›c)›");
    }

    #[test]
    fn places_count_utf16_units_and_ignore_case() {
        assert_eq!(run("indexOf", &texts(&["😀éA", "a"])), "3");
        assert_eq!(run("lastIndexOf", &texts(&["aXa", "A"])), "2");
        assert_eq!(run("indexOf", &[unknown("ab‹x›"), Value::string("B")]), "1");
        assert_eq!(run("indexOf", &[unknown("ab‹x›"), Value::string("c")]), "‹indexOf(ab‹x›, 'c')›");
        let items = Value::array(vec![Value::string("a"), unknown("‹x›"), Value::string("b")]);
        assert_eq!(run("indexOf", &[items.clone(), Value::string("a")]), "0");
        assert_eq!(run("indexOf", &[items.clone(), Value::string("b")]), "‹indexOf([\"a\",‹x›,\"b\"], 'b')›");
        assert_eq!(run("lastIndexOf", &[items, Value::string("b")]), "2");
    }

    #[test]
    fn like_knows_the_asterisk_only() {
        let like = |text: &str, pattern: &str| run("like", &texts(&[text, pattern]));
        assert_eq!(like("foobar", "F*O*AR"), "true");
        assert_eq!(like("ab", "ab*b"), "false");
        assert_eq!(like("", "*"), "true");
        assert_eq!(like("a?c", "a?c"), "true");
        assert_eq!(like("abc", "a?c"), "false");
    }

    #[test]
    fn strings_of_other_values() {
        assert_eq!(run("string", &[Value::new(Kind::Float(3.5))]), "\"3.5\"");
        assert_eq!(run("string", &[Value::bool(true)]), "\"True\"");
        assert_eq!(run("string", &[Value::array(vec![Value::bool(true)])]), "\"[true]\"");
        assert_eq!(run("string", &[Value::array(vec![unknown("‹x›")])]), "‹string([‹x›])›");
        assert_eq!(run("string", &[unknown("‹x›")]), "‹string(x)›");
        assert_eq!(run("string", &[unknown("a‹x›")]), "a‹x›");
    }

    #[test]
    fn padding_and_bools() {
        assert_eq!(run("padLeft", &[Value::int(-5), Value::int(4), Value::string("0")]), "\"00-5\"");
        assert!(run("padLeft", &[Value::string("a"), Value::int(1 << 40)]).starts_with("error: "));
        assert!(run("padLeft", &[Value::string("a"), Value::int(3), Value::string("😀")]).starts_with("error: "));
        assert_eq!(run("padLeft", &[unknown("‹x›"), Value::int(3)]), "‹padLeft(x, 3)›");
        assert_eq!(run("bool", &texts(&["FALSE"])), "false");
        assert!(run("bool", &texts(&["1"])).starts_with("error: "));
        assert_eq!(run("bool", &[unknown("‹x›")]), "‹bool(x)›");
    }
}
