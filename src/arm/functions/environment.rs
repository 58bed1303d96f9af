//! Facts of the Azure cloud, and functions whose answer only the live cloud has.

use super::arguments;
use crate::arm::scope::runtime;
use crate::document::{Kind, Value};
use crate::source::Location;
use std::sync::OnceLock;

const FACTS: &str = include_str!("environment.json");

fn environment() -> &'static serde_json::Value {
    static PARSED: OnceLock<serde_json::Value> = OnceLock::new();
    PARSED.get_or_init(|| {
        serde_json::from_str::<serde_json::Value>(FACTS)
            .map(|mut facts| facts["environment"].take())
            .unwrap_or_default()
    })
}

pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "environment" => {
            arguments::count(name, args, 0, Some(0)).map(|()| Value::from_json(environment(), Location::default()))
        }
        "providers" => live("providers", args, 1, 2, false),
        // Preview: configuration of deployment extensions.
        "extensions" => live("extensions", args, 1, 1, false),
        "roledefinitions" => live("roleDefinitions", args, 1, 1, false),
        "tologicalzone" => live("toLogicalZone", args, 3, 3, false),
        "tophysicalzone" => live("toPhysicalZone", args, 3, 3, false),
        "tologicalzones" => live("toLogicalZones", args, 3, 3, true),
        "tophysicalzones" => live("toPhysicalZones", args, 3, 3, true),
        _ => return None,
    })
}

fn live(name: &str, args: &[Value], least: usize, most: usize, list_last: bool) -> Result<Value, String> {
    arguments::count(name, args, least, Some(most))?;
    let texts = if list_last { &args[..args.len() - 1] } else { args };
    arguments::only_texts(name, texts)?;
    if let Some(list) = args.last().filter(|_| list_last)
        && !matches!(list.kind, Kind::Array(_) | Kind::Unknown(_))
    {
        return Err(arguments::wrong_type(name, args.len() - 1, "an array", list));
    }
    if let Some(open) = arguments::unknown_call(name, args) {
        return Ok(open);
    }
    let inner: Vec<String> = args
        .iter()
        .map(|arg| arg.as_str().map_or_else(|| arguments::symbol_of(arg), |text| format!("'{text}'")))
        .collect();
    Ok(runtime(&format!("{name}({})", inner.join(", "))))
}
