//! `true`, `false`, `not`. What decides early (`if`, `and`, `or`) is the evaluator's.

use super::arguments;
use crate::document::{Kind, Value};

pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "true" => arguments::count(name, args, 0, Some(0)).map(|()| Value::bool(true)),
        "false" => arguments::count(name, args, 0, Some(0)).map(|()| Value::bool(false)),
        "not" => arguments::count(name, args, 1, Some(1)).and_then(|()| match args[0].kind {
            Kind::Bool(value) => Ok(Value::bool(!value)),
            Kind::Unknown(_) => arguments::unknown_result(name, args),
            _ => Err(arguments::wrong_type(name, 0, "a boolean", &args[0])),
        }),
        _ => return None,
    })
}
