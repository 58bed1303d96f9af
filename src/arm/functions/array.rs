//! Array functions, and those that take a string as well: `contains`, `empty`, `first`, `last`, `length`, `skip`,
//! `take`. Items keep their places. Positions in strings count UTF-16 code units, as .NET does; half of a
//! surrogate pair comes out as U+FFFD.

mod sets;
mod zones;

use crate::arm::functions::{arguments, comparison, date, numeric};
use crate::document::{Kind, Value};
use std::sync::Arc;

/// Most items that `range` makes (<https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array#range>).
const LONGEST_RANGE: i64 = 10_000;

/// Calls the array function of that lower-case name; nothing when it is not of this family.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "array" => array(args),
        "createarray" => Ok(Value::array(args.to_vec())),
        "contains" => contains(args),
        "empty" => empty(args),
        "first" => end("first", args),
        "last" => end("last", args),
        "length" => length(args),
        "skip" => skip(args),
        "take" => take(args),
        "range" => range(args),
        "union" => sets::union(args),
        "intersection" => sets::intersection(args),
        "flatten" => flatten(args),
        "distinct" => sets::distinct(args),
        "indexfromend" => index_from_end(args),
        "tryindexfromend" => try_index_from_end(args),
        "pickzones" => zones::pick_zones(args),
        _ => return None,
    })
}

/// `array(x)`: an array as it is, anything else as the one item of one.
fn array(args: &[Value]) -> Result<Value, String> {
    let name = "array";
    arguments::count(name, args, 1, Some(1))?;
    match &args[0].kind {
        Kind::Array(_) => Ok(args[0].clone()),
        Kind::Unknown(unknown) if comparison::partial_text(unknown).is_none() => comparison::open(name, args),
        _ => Ok(Value::array(args.to_vec())),
    }
}

/// `contains(container, item)`: an equal item of an array, a key of an object in any case, or a part of a string
/// in the same case.
fn contains(args: &[Value]) -> Result<Value, String> {
    let name = "contains";
    arguments::count(name, args, 2, Some(2))?;
    let (container, item) = (&args[0], &args[1]);
    let wrong_item = || Err(arguments::wrong_type(name, 1, "a string", item));
    let decided = match (&container.kind, &item.kind) {
        (Kind::Array(items), _) => comparison::any(items.iter().map(|known| comparison::same(known, item))),
        (Kind::Object(object), Kind::String(key)) => Some(object.get(key).is_some()),
        (Kind::Object(object), Kind::Unknown(_)) => object.members.is_empty().then_some(false),
        (Kind::Object(_), Kind::Null) => Some(false),
        (Kind::String(text), Kind::String(part)) => Some(text.contains(&**part)),
        (Kind::String(text), Kind::Unknown(part)) => match comparison::partial_text(part) {
            Some(part) if !part.may_stand_in(text) => Some(false),
            _ => None,
        },
        (Kind::Unknown(text), Kind::String(part)) => match comparison::partial_text(text) {
            Some(text) if text.surely_contains(part) => Some(true),
            _ => None,
        },
        (Kind::Unknown(_), _) => None,
        (Kind::Object(_) | Kind::String(_), _) => return wrong_item(),
        _ => return Err(arguments::wrong_type(name, 0, "an array, an object or a string", container)),
    };
    comparison::truth(name, args, decided)
}

/// `empty(x)` of an array, object, string or null.
fn empty(args: &[Value]) -> Result<Value, String> {
    let name = "empty";
    arguments::count(name, args, 1, Some(1))?;
    let decided = match &args[0].kind {
        Kind::Null => Some(true),
        Kind::Array(items) => Some(items.is_empty()),
        Kind::Object(object) => Some(object.members.is_empty()),
        Kind::String(text) => Some(text.is_empty()),
        Kind::Unknown(unknown) => comparison::partial_text(unknown).map(|_| false),
        _ => return Err(arguments::wrong_type(name, 0, "an array, an object or a string", &args[0])),
    };
    comparison::truth(name, args, decided)
}

/// `first(x)` and `last(x)`: an item or a character; null for an empty array, empty for an empty string.
fn end(name: &str, args: &[Value]) -> Result<Value, String> {
    arguments::count(name, args, 1, Some(1))?;
    let is_first = name == "first";
    let character = |text: &str| {
        let units = utf16_length(text);
        if is_first { part_of(text, 0, 1) } else { part_of(text, units.saturating_sub(1), units) }
    };
    match &args[0].kind {
        Kind::Null => Ok(args[0].clone()),
        Kind::Array(items) => {
            let item = if is_first { items.first() } else { items.last() };
            Ok(item.cloned().unwrap_or_default())
        }
        Kind::String(text) => Ok(Value::string(character(text))),
        Kind::Unknown(unknown) => {
            let known = comparison::partial_text(unknown)
                .map(|text| if is_first { text.prefix() } else { text.suffix() })
                .filter(|known| !known.is_empty());
            known.map_or_else(|| comparison::open(name, args), |known| Ok(Value::string(character(known))))
        }
        _ => Err(arguments::wrong_type(name, 0, "an array or a string", &args[0])),
    }
}

/// `length(x)`: items, members, or UTF-16 code units; 0 of null.
fn length(args: &[Value]) -> Result<Value, String> {
    let name = "length";
    arguments::count(name, args, 1, Some(1))?;
    let length = match &args[0].kind {
        Kind::Null => 0,
        Kind::Array(items) => items.len(),
        Kind::Object(object) => object.members.len(),
        Kind::String(text) => utf16_length(text),
        Kind::Unknown(unknown) => match fixed_length(&unknown.symbol) {
            Some(length) => length,
            None => return comparison::open(name, args),
        },
        _ => return Err(arguments::wrong_type(name, 0, "an array, an object or a string", &args[0])),
    };
    Ok(Value::int(length as i64))
}

/// The length of a text whose holes are all of known length.
fn fixed_length(symbol: &str) -> Option<usize> {
    const OPEN: &str = "?";
    let filled = arguments::map_symbol(
        symbol,
        |text| "x".repeat(utf16_length(text)),
        |hole| hole_length(hole).map_or_else(|| OPEN.to_owned(), |length| "x".repeat(length)),
    )?;
    (!filled.contains(OPEN)).then_some(filled.len())
}

/// The length of what a function gives, where it does not depend on the arguments.
fn hole_length(hole: &str) -> Option<usize> {
    const GUID: usize = 36;
    const UNIQUE: usize = 13;
    if arguments::is_unique_string(hole) {
        return Some(UNIQUE);
    }
    if hole.ends_with(')') && (hole.starts_with("guid(") || hole.starts_with("newGuid(")) {
        return Some(GUID);
    }
    let format = hole.strip_prefix("utcNow(")?.strip_suffix(')')?;
    let format =
        if format.is_empty() { date::DEFAULT_FORMAT } else { format.strip_prefix('\'')?.strip_suffix('\'')? };
    // 1 January 2025 01:01:01 has short names and numbers, 30 September 2026 22:44:59 long ones.
    let lengths = [1_735_693_261, 1_790_808_299].map(|seconds| {
        let text = date::format_date(date::Moment::from_epoch(seconds)?, format).ok()?;
        Some(utf16_length(&text))
    });
    lengths[0].filter(|length| Some(*length) == lengths[1])
}

/// The count of `skip` and `take`, negative ones as 0; nothing while it is unknown.
fn clamped_count(name: &str, args: &[Value]) -> Result<Option<usize>, String> {
    let count = numeric::whole_number(name, args, 1)?;
    Ok(count.map(|count| usize::try_from(count.max(0)).unwrap_or(usize::MAX)))
}

/// Checks what `skip` and `take` are given.
fn sliceable(name: &str, args: &[Value]) -> Result<Option<usize>, String> {
    arguments::count(name, args, 2, Some(2))?;
    match &args[0].kind {
        Kind::Null | Kind::Array(_) | Kind::String(_) | Kind::Unknown(_) => clamped_count(name, args),
        _ => Err(arguments::wrong_type(name, 0, "an array or a string", &args[0])),
    }
}

/// The same array with part of its items; the place stays.
fn with_items(array: &Value, items: &[Value]) -> Value {
    Value { kind: Kind::Array(Arc::new(items.to_vec())), at: array.at, trace: array.trace.clone() }
}

/// `skip(x, count)`: all after the first `count` items or characters; too many leave nothing.
fn skip(args: &[Value]) -> Result<Value, String> {
    let name = "skip";
    let Some(count) = sliceable(name, args)? else { return comparison::open(name, args) };
    match &args[0].kind {
        Kind::Array(items) => Ok(with_items(&args[0], &items[count.min(items.len())..])),
        Kind::String(text) => Ok(Value::string(part_of(text, count, usize::MAX))),
        Kind::Unknown(_) if count == 0 => Ok(args[0].clone()),
        Kind::Unknown(unknown) => {
            // The known beginning may be cut off; what is left must still show that it is a string.
            let known = comparison::partial_text(unknown).map(|text| text.prefix()).unwrap_or_default();
            if count < utf16_length(known) {
                let rest = format!("{}{}", part_of(known, count, usize::MAX), &unknown.symbol[known.len()..]);
                if let Some(rest) = arguments::derived(&args[..1], rest) {
                    return Ok(rest);
                }
            }
            comparison::open(name, args)
        }
        _ => Ok(args[0].clone()),
    }
}

/// `take(x, count)`: the first `count` items or characters, or all there are.
fn take(args: &[Value]) -> Result<Value, String> {
    let name = "take";
    let Some(count) = sliceable(name, args)? else { return comparison::open(name, args) };
    match &args[0].kind {
        Kind::Array(items) => Ok(with_items(&args[0], &items[..count.min(items.len())])),
        Kind::String(text) => Ok(Value::string(part_of(text, 0, count))),
        Kind::Unknown(unknown) => match comparison::partial_text(unknown) {
            Some(text) if count <= utf16_length(text.prefix()) => Ok(Value::string(part_of(text.prefix(), 0, count))),
            _ => comparison::open(name, args),
        },
        _ => Ok(args[0].clone()),
    }
}

/// `range(start, count)`: whole numbers of 32 bits, at most [`LONGEST_RANGE`].
fn range(args: &[Value]) -> Result<Value, String> {
    let name = "range";
    arguments::count(name, args, 2, Some(2))?;
    let (start, count) = (numeric::whole_number(name, args, 0)?, numeric::whole_number(name, args, 1)?);
    if let Some(count) = count.filter(|count| !(0..=LONGEST_RANGE).contains(count)) {
        return Err(format!("the function '{name}' makes 0 to {LONGEST_RANGE} numbers, not {count}"));
    }
    let (Some(start), Some(count)) = (start, count) else { return comparison::open(name, args) };
    let fits = i32::try_from(start).is_ok() && start + count - 1 <= i64::from(i32::MAX);
    if !fits {
        return Err(format!("the function '{name}' makes numbers of 32 bits, which {start} and on are not"));
    }
    Ok(Value::array((start..start + count).map(Value::int).collect()))
}

/// `flatten(arrays)`: the items of the items, one level.
fn flatten(args: &[Value]) -> Result<Value, String> {
    let name = "flatten";
    arguments::count(name, args, 1, Some(1))?;
    let parts = match &args[0].kind {
        Kind::Array(parts) => parts,
        Kind::Unknown(_) => return comparison::open(name, args),
        _ => return Err(arguments::wrong_type(name, 0, "an array of arrays", &args[0])),
    };
    let mut unknown = false;
    let mut items = Vec::new();
    for part in parts.iter() {
        match &part.kind {
            Kind::Array(inner) => items.extend(inner.iter().cloned()),
            Kind::Unknown(_) => unknown = true,
            _ => return Err(format!("the function '{name}' wants arrays in its array, not {}", part.type_name())),
        }
    }
    if unknown { comparison::open(name, args) } else { Ok(with_items(&args[0], &items)) }
}

/// `indexFromEnd(array, index)`: 1 is the last item; out of range is an error.
fn index_from_end(args: &[Value]) -> Result<Value, String> {
    let name = "indexFromEnd";
    arguments::count(name, args, 2, Some(2))?;
    let index = numeric::whole_number(name, args, 1)?;
    let items = match &args[0].kind {
        Kind::Array(items) => items,
        Kind::Unknown(_) => return comparison::open(name, args),
        _ => return Err(arguments::wrong_type(name, 0, "an array", &args[0])),
    };
    let Some(index) = index else { return comparison::open(name, args) };
    from_end(items, index).cloned().ok_or_else(|| {
        format!("the function '{name}' wants an index from 1 to the array's {} items, not {index}", items.len())
    })
}

fn from_end(items: &[Value], index: i64) -> Option<&Value> {
    let index = usize::try_from(index).ok().filter(|index| *index > 0)?;
    items.len().checked_sub(index).and_then(|place| items.get(place))
}

/// `tryIndexFromEnd(array, index)`: as [`index_from_end`], with null where nothing is.
fn try_index_from_end(args: &[Value]) -> Result<Value, String> {
    let name = "tryIndexFromEnd";
    arguments::count(name, args, 2, Some(2))?;
    match (&args[0].kind, &args[1].kind) {
        (Kind::Array(items), Kind::Int(index)) => Ok(from_end(items, *index).cloned().unwrap_or_default()),
        (Kind::Array(items), Kind::Unknown(_)) if !items.is_empty() => comparison::open(name, args),
        (Kind::Unknown(_), Kind::Unknown(_) | Kind::Int(_)) => comparison::open(name, args),
        _ => Ok(Value::default()),
    }
}

fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The UTF-16 code units from `from` up to `to`, as far as there are any.
fn part_of(text: &str, from: usize, to: usize) -> String {
    if text.is_ascii() {
        let to = to.min(text.len());
        return text.get(from.min(to)..to).unwrap_or_default().to_string();
    }
    let units: Vec<u16> = text.encode_utf16().skip(from).take(to.saturating_sub(from)).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests;
