//! Numeric functions. Whole numbers have 64 bits; a result beyond them is an error.

use crate::arm::functions::{arguments, comparison};
use crate::document::{Kind, Value};

/// Calls the numeric function of that lower-case name; nothing when it is not of this family.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "add" => arithmetic("add", args, i64::checked_add),
        "sub" => arithmetic("sub", args, i64::checked_sub),
        "mul" => arithmetic("mul", args, i64::checked_mul),
        "div" => quotient("div", args, i64::checked_div),
        "mod" => quotient("mod", args, i64::checked_rem),
        "int" => int(args),
        "float" => float(args),
        "min" => extreme("min", args, |new, best| new < best),
        "max" => extreme("max", args, |new, best| new > best),
        _ => return None,
    })
}

/// The whole number of an argument; nothing while it is unknown; the error for another type.
pub fn whole_number(name: &str, args: &[Value], index: usize) -> Result<Option<i64>, String> {
    match args.get(index).map(|arg| &arg.kind) {
        Some(Kind::Unknown(_)) => Ok(None),
        _ => arguments::integer(name, args, index).map(Some),
    }
}

fn arithmetic(name: &str, args: &[Value], operation: fn(i64, i64) -> Option<i64>) -> Result<Value, String> {
    arguments::count(name, args, 2, Some(2))?;
    match (whole_number(name, args, 0)?, whole_number(name, args, 1)?) {
        (Some(a), Some(b)) => operation(a, b)
            .map(Value::int)
            .ok_or_else(|| format!("the result of {name}({a}, {b}) does not fit a 64-bit integer")),
        _ => comparison::open(name, args),
    }
}

/// Division: truncates toward zero, the remainder has the dividend's sign.
fn quotient(name: &str, args: &[Value], operation: fn(i64, i64) -> Option<i64>) -> Result<Value, String> {
    if args.get(1).and_then(Value::as_int) == Some(0) {
        return Err(format!("the function '{name}' cannot divide by zero"));
    }
    arithmetic(name, args, operation)
}

/// `int(x)`: an integer as it is, or a string of digits with an optional sign, white space around it allowed.
fn int(args: &[Value]) -> Result<Value, String> {
    let name = "int";
    arguments::count(name, args, 1, Some(1))?;
    match &args[0].kind {
        Kind::Int(_) => Ok(args[0].clone()),
        Kind::String(text) => text
            .trim_matches(is_white)
            .parse()
            .map(Value::int)
            .map_err(|_| format!("the function 'int' cannot read '{text}' as a 64-bit integer")),
        Kind::Unknown(_) => comparison::open(name, args),
        _ => Err(arguments::wrong_type(name, 0, "an integer or a string", &args[0])),
    }
}

/// `float(x)`: a number, a truth as 1 or 0, or a string in invariant culture (`,` may group digits, `e` scales).
fn float(args: &[Value]) -> Result<Value, String> {
    let name = "float";
    arguments::count(name, args, 1, Some(1))?;
    let number = match &args[0].kind {
        Kind::Int(value) => *value as f64,
        Kind::Float(value) => *value,
        Kind::Bool(value) => f64::from(u8::from(*value)),
        Kind::String(text) => {
            parse_float(text).ok_or_else(|| format!("the function 'float' cannot read '{text}' as a number"))?
        }
        Kind::Unknown(_) => return comparison::open(name, args),
        _ => return Err(arguments::wrong_type(name, 0, "a number or a string", &args[0])),
    };
    Ok(Value::new(Kind::Float(number)))
}

/// What .NET counts as white space around a number.
fn is_white(character: char) -> bool {
    matches!(character, '\t'..='\r' | ' ')
}

fn parse_float(text: &str) -> Option<f64> {
    let trimmed = text.trim_matches(is_white);
    // Rust also reads "inf" and "nan", which JSON has no number for.
    if !trimmed.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b',' | b'e' | b'E')) {
        return None;
    }
    let whole_end = trimmed.find(['.', 'e', 'E']).unwrap_or(trimmed.len());
    let (whole, rest) = trimmed.split_at(whole_end);
    let digits = whole.trim_start_matches(['+', '-']);
    if digits.starts_with(',') || rest.contains(',') {
        return None;
    }
    let number: f64 = format!("{}{rest}", whole.replace(',', "")).parse().ok()?;
    number.is_finite().then_some(number)
}

/// `min` and `max` of all arguments, or of the items of the one array given. With a float among them the result
/// is a float. The result keeps the place of the winner.
fn extreme(name: &str, args: &[Value], better: fn(f64, f64) -> bool) -> Result<Value, String> {
    let items = match args {
        [Value { kind: Kind::Array(items), .. }] => items.as_slice(),
        _ => args,
    };
    let mut unknown = false;
    let mut any_float = false;
    for (index, item) in items.iter().enumerate() {
        match &item.kind {
            Kind::Int(_) => {}
            Kind::Float(_) => any_float = true,
            Kind::Unknown(_) => unknown = true,
            _ => return Err(arguments::wrong_type(name, index, "a number", item)),
        }
    }
    if unknown {
        return comparison::open(name, args);
    }
    let mut best: Option<&Value> = None;
    for item in items {
        let wins = match (best.map(|best| &best.kind), &item.kind) {
            (None, _) => true,
            // Whole numbers beyond 2^53 must not meet as floats.
            (Some(Kind::Int(best)), Kind::Int(new)) => better(new.cmp(best) as i8 as f64, 0.0),
            (Some(best), new) => better(as_float(new), as_float(best)),
        };
        if wins {
            best = Some(item);
        }
    }
    let best = best.ok_or_else(|| format!("the function '{name}' needs at least one number"))?;
    let mut result = best.clone();
    if any_float {
        result.kind = Kind::Float(as_float(&best.kind));
    }
    Ok(result)
}

fn as_float(kind: &Kind) -> f64 {
    match kind {
        Kind::Int(value) => *value as f64,
        Kind::Float(value) => *value,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;

    fn unknown() -> Value {
        Value::unknown(UnknownReason::Parameter("n".into()), "‹parameters('n')›")
    }

    fn float(value: f64) -> Value {
        Value::new(Kind::Float(value))
    }

    fn symbol(text: &str) -> Value {
        Value::unknown(UnknownReason::Parameter("n".into()), text)
    }

    #[test]
    fn numbers_come_out_exact() {
        let int = Value::int;
        let rows: Vec<(&str, Vec<Value>, Value)> = vec![
            ("add", vec![int(-5), int(3)], int(-2)),
            ("sub", vec![int(-i64::MAX), int(1)], int(i64::MIN)),
            ("mul", vec![int(0), int(i64::MAX)], int(0)),
            ("div", vec![int(-7), int(2)], int(-3)),
            ("mod", vec![int(-7), int(3)], int(-1)),
            ("mod", vec![int(7), int(-3)], int(1)),
            ("int", vec![Value::string(" +42\r\n")], int(42)),
            ("int", vec![Value::string("-9223372036854775808")], int(i64::MIN)),
            ("float", vec![Value::string("1e3")], float(1000.0)),
            ("float", vec![Value::string(" -1,234.5 ")], float(-1234.5)),
            ("min", vec![Value::array(vec![int(4), int(-9), int(6)])], int(-9)),
            ("max", vec![int(1), float(0.5)], float(1.0)),
            ("max", vec![int(i64::MAX - 1), int(i64::MAX)], int(i64::MAX)),
            ("min", vec![int(i64::MAX), int(i64::MAX - 1)], int(i64::MAX - 1)),
            ("add", vec![unknown(), int(1)], symbol("‹add(parameters('n'), 1)›")),
            ("max", vec![unknown(), int(1)], symbol("‹max(parameters('n'), 1)›")),
            ("int", vec![unknown()], symbol("‹int(parameters('n'))›")),
        ];
        for (name, args, expected) in rows {
            let result = call(name, &args);
            assert_eq!(result, Some(Ok(expected.clone())), "{name} {args:?}");
            if let (Some(Ok(result)), Kind::Float(_)) = (&result, &expected.kind) {
                assert_eq!(result.type_name(), "float", "{name} {args:?}");
            }
        }
    }

    #[test]
    fn what_azure_refuses_is_an_error() {
        let int = Value::int;
        let s = |text: &str| Value::string(text);
        let rows: Vec<(&str, Vec<Value>)> = vec![
            ("add", vec![int(i64::MAX), int(1)]),
            ("mul", vec![int(i64::MAX), int(2)]),
            ("div", vec![int(i64::MIN), int(-1)]),
            ("mod", vec![int(i64::MIN), int(-1)]),
            ("div", vec![int(1), int(0)]),
            ("mod", vec![unknown(), int(0)]),
            ("add", vec![s("5"), unknown()]),
            ("add", vec![float(1.0), int(1)]),
            ("add", vec![int(1), int(2), int(3)]),
            ("int", vec![s("")]),
            ("int", vec![s("4.0")]),
            ("int", vec![s("1,000")]),
            ("int", vec![s("0x10")]),
            ("int", vec![s("1e3")]),
            ("int", vec![s("9223372036854775808")]),
            ("int", vec![Value::bool(true)]),
            ("float", vec![s("inf")]),
            ("float", vec![s("1e999")]),
            ("float", vec![s("1.0,0")]),
            ("float", vec![Value::array(vec![])]),
            ("min", vec![]),
            ("min", vec![Value::array(vec![])]),
            ("max", vec![int(1), s("2")]),
            ("max", vec![Value::array(vec![int(1)]), int(2)]),
        ];
        for (name, args) in rows {
            assert!(matches!(call(name, &args), Some(Err(_))), "{name} {args:?}");
        }
    }
}
