//! Comparison functions: `equals`, the four orderings, `coalesce`.

mod collation;
mod partial;

pub use collation::{compare_text, sort_key};
pub use partial::{PartialText, all, any, member_exactly, open, partial_text, same, truth};

use crate::arm::functions::arguments;
use crate::document::{Kind, Value};
use std::cmp::Ordering;

/// Calls the comparison function of that lower-case name; nothing when it is not of this family.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "equals" => equals(args),
        "less" => ordering("less", args, Ordering::is_lt),
        "lessorequals" => ordering("lessOrEquals", args, Ordering::is_le),
        "greater" => ordering("greater", args, Ordering::is_gt),
        "greaterorequals" => ordering("greaterOrEquals", args, Ordering::is_ge),
        "coalesce" => coalesce(args),
        _ => return None,
    })
}

/// `equals(a, b)`: deep and case-sensitive; only two numbers side by side compare across int and float.
fn equals(args: &[Value]) -> Result<Value, String> {
    let name = "equals";
    arguments::count(name, args, 2, Some(2))?;
    let decided = match (&args[0].kind, &args[1].kind) {
        (Kind::Int(int), Kind::Float(float)) | (Kind::Float(float), Kind::Int(int)) => Some(*int as f64 == *float),
        _ => same(&args[0], &args[1]),
    };
    truth(name, args, decided)
}

/// One side of an ordering. A missing string orders as the empty one.
enum Side<'v> {
    Text(&'v str),
    Int(i64),
    Float(f64),
    Unknown,
}

fn side<'v>(name: &str, args: &'v [Value], index: usize) -> Result<Side<'v>, String> {
    match &args[index].kind {
        Kind::String(text) => Ok(Side::Text(text)),
        Kind::Null => Ok(Side::Text("")),
        Kind::Int(value) => Ok(Side::Int(*value)),
        Kind::Float(value) => Ok(Side::Float(*value)),
        Kind::Unknown(_) => Ok(Side::Unknown),
        _ => Err(arguments::wrong_type(name, index, "a number or a string", &args[index])),
    }
}

/// `less` and its relatives: two numbers by value, or two strings in culture order.
fn ordering(name: &str, args: &[Value], holds: fn(Ordering) -> bool) -> Result<Value, String> {
    arguments::count(name, args, 2, Some(2))?;
    let order = match (side(name, args, 0)?, side(name, args, 1)?) {
        (Side::Unknown, Side::Unknown) if same(&args[0], &args[1]) == Some(true) => Ordering::Equal,
        (Side::Unknown, _) | (_, Side::Unknown) => return open(name, args),
        (Side::Text(a), Side::Text(b)) => compare_text(a, b),
        (Side::Int(a), Side::Int(b)) => a.cmp(&b),
        (Side::Int(a), Side::Float(b)) => by_value(name, a as f64, b)?,
        (Side::Float(a), Side::Int(b)) => by_value(name, a, b as f64)?,
        (Side::Float(a), Side::Float(b)) => by_value(name, a, b)?,
        (Side::Text(_), _) | (_, Side::Text(_)) => {
            return Err(format!("the function '{name}' wants two numbers or two strings, not one of each"));
        }
    };
    Ok(Value::bool(holds(order)))
}

fn by_value(name: &str, a: f64, b: f64) -> Result<Ordering, String> {
    a.partial_cmp(&b).ok_or_else(|| format!("the function '{name}' cannot order {a} and {b}"))
}

/// `coalesce(a, …)`: the first argument that is not null, with its place; null when all are.
/// An argument that is not known leaves it open unless nothing but null can follow it.
fn coalesce(args: &[Value]) -> Result<Value, String> {
    let name = "coalesce";
    arguments::count(name, args, 1, None)?;
    let mut candidates: Vec<Value> = Vec::new();
    for arg in args {
        match &arg.kind {
            Kind::Null => {}
            Kind::Unknown(unknown) if partial_text(unknown).is_none() => {
                if !candidates.contains(arg) {
                    candidates.push(arg.clone());
                }
            }
            _ => {
                candidates.push(arg.clone());
                break;
            }
        }
    }
    match candidates.len() {
        0 => Ok(args[0].clone()),
        1 => Ok(candidates.swap_remove(0)),
        _ => open(name, &candidates),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;

    fn unknown(symbol: &str) -> Value {
        Value::unknown(UnknownReason::Runtime("x".into()), symbol)
    }

    fn null() -> Value {
        Value::new(Kind::Null)
    }

    #[test]
    fn comparisons_give_exact_values() {
        let s = |text: &str| Value::string(text);
        let rows: &[(&str, Vec<Value>, Value)] = &[
            ("equals", vec![s("a"), s("A")], Value::bool(false)),
            ("equals", vec![Value::int(3), Value::new(Kind::Float(3.0))], Value::bool(true)),
            ("equals", vec![Value::int(1), s("1")], Value::bool(false)),
            ("equals", vec![null(), s("")], Value::bool(false)),
            ("equals", vec![s("abc"), unknown("st‹x›")], Value::bool(false)),
            ("equals", vec![unknown("‹x›"), unknown("‹x›")], Value::bool(true)),
            ("equals", vec![unknown("‹x›"), s("a")], unknown("‹equals(x, 'a')›")),
            ("less", vec![s("a"), s("A")], Value::bool(true)),
            ("less", vec![s("10"), s("9")], Value::bool(true)),
            ("less", vec![Value::new(Kind::Float(2.5)), Value::int(3)], Value::bool(true)),
            ("lessorequals", vec![s("A"), s("a")], Value::bool(false)),
            ("greater", vec![s("a"), s("B")], Value::bool(false)),
            ("greaterorequals", vec![unknown("‹x›"), unknown("‹x›")], Value::bool(true)),
            ("greater", vec![unknown("‹x›"), Value::int(3)], unknown("‹greater(x, 3)›")),
            ("coalesce", vec![null(), s("")], s("")),
            ("coalesce", vec![null(), null()], null()),
            ("coalesce", vec![null(), unknown("‹x›"), null()], unknown("‹x›")),
            ("coalesce", vec![unknown("a‹x›"), s("b")], unknown("a‹x›")),
            ("coalesce", vec![null(), unknown("‹x›"), s("b"), s("c")], unknown("‹coalesce(x, 'b')›")),
            ("coalesce", vec![s("a"), unknown("‹x›")], s("a")),
        ];
        for (name, args, expected) in rows {
            assert_eq!(call(name, args), Some(Ok(expected.clone())), "{name} {args:?}");
        }
    }

    #[test]
    fn wrong_arguments_are_errors_even_beside_unknown_ones() {
        let rows: &[(&str, Vec<Value>)] = &[
            ("equals", vec![unknown("‹x›")]),
            ("less", vec![Value::int(1), Value::string("1")]),
            ("less", vec![Value::bool(true), unknown("‹x›")]),
            ("greater", vec![unknown("‹x›"), Value::array(vec![])]),
            ("coalesce", vec![]),
        ];
        for (name, args) in rows {
            assert!(matches!(call(name, args), Some(Err(_))), "{name} {args:?}");
        }
        assert_eq!(call("if", &[]), None);
    }
}
