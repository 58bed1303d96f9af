//! `pickZones`, as far as facts about regions and types reach; beyond them only Azure can tell.

use crate::arm::functions::{arguments, comparison, numeric};
use crate::document::{Kind, UnknownReason, Value};
use std::sync::OnceLock;

/// Which regions have zones and which types can be placed in them, with their sources.
const FACTS: &str = include_str!("zones.json");

/// How many zones a region with zones has.
const ZONES: i64 = 3;

fn facts() -> &'static serde_json::Value {
    static PARSED: OnceLock<serde_json::Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(FACTS).unwrap_or_default())
}

/// True when the list at that path has the name, in any case.
fn listed(pointer: &str, name: &str) -> bool {
    let list = facts().pointer(pointer).and_then(serde_json::Value::as_array);
    list.is_some_and(|list| list.iter().any(|item| item.as_str().is_some_and(|item| item.eq_ignore_ascii_case(name))))
}

/// `pickZones(namespace, type, region, count = 1, offset = 0)`: names of logical zones, none where the type or
/// the region has no zones.
pub fn pick_zones(args: &[Value]) -> Result<Value, String> {
    let name = "pickZones";
    arguments::count(name, args, 3, Some(5))?;
    for (index, arg) in args.iter().take(3).enumerate() {
        if !matches!(arg.kind, Kind::String(_) | Kind::Unknown(_)) {
            return Err(arguments::wrong_type(name, index, "a string", arg));
        }
    }
    let count = if args.len() > 3 { numeric::whole_number(name, args, 3)? } else { Some(1) };
    let offset = if args.len() > 4 { numeric::whole_number(name, args, 4)? } else { Some(0) };
    if count.is_some_and(|count| !(1..=ZONES).contains(&count)) || offset.is_some_and(|offset| offset < 0) {
        return Err(format!("the function '{name}' picks 1 to {ZONES} zones after an offset of 0 or more"));
    }
    let resource_type = match (args[0].as_str(), args[1].as_str()) {
        (Some(namespace), Some(resource_type)) => Some(format!("{namespace}/{resource_type}")),
        _ => None,
    };
    let region = args[2].as_str().map(|region| region.replace(' ', ""));
    let not_zonal = resource_type.as_deref().is_some_and(|known| listed("/types/notZonal", known));
    let without_zones = region.as_deref().is_some_and(|known| listed("/regions/withoutZones", known));
    if not_zonal || without_zones {
        return Ok(Value::array(Vec::new()));
    }
    if args.iter().any(|arg| arg.as_unknown().is_some()) {
        return comparison::open(name, args);
    }
    let (Some(resource_type), Some(region), Some(count), Some(offset)) = (resource_type, region, count, offset) else {
        return comparison::open(name, args);
    };
    if !listed("/types/zonal", &resource_type) || !listed("/regions/withThreeZones", &region) {
        let reason = UnknownReason::Runtime(format!("which zones {resource_type} has in {region}").into());
        let symbol = format!("‹{name}('{resource_type}', '{region}', {count}, {offset})›");
        return Ok(Value::unknown(reason, arguments::bounded(symbol)));
    }
    match offset.checked_add(count) {
        Some(last) if last <= ZONES => {
            Ok(Value::array((offset + 1..=last).map(|zone| Value::string(zone.to_string())).collect()))
        }
        _ => Err(format!("the function '{name}' finds {ZONES} zones in {region}, not {count} after {offset}")),
    }
}
