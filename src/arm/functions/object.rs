//! Object functions: `createObject`, `items`, `objectKeys`, `shallowMerge`, `tryGet`, `null`, and the merge behind
//! `union` of objects. Members keep the places of their keys and values.

use crate::arm::functions::{arguments, comparison};
use crate::document::{Kind, Member, Object, Value};
use std::collections::HashSet;
use std::sync::Arc;

/// Calls the object function of that lower-case name; nothing when it is not of this family.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "createobject" => create_object(args),
        "items" => items(args),
        "objectkeys" => object_keys(args),
        "shallowmerge" => shallow_merge(args),
        "tryget" => try_get(args),
        "null" => arguments::count("null", args, 0, Some(0)).map(|()| Value::default()),
        _ => return None,
    })
}

/// `createObject(key, value, …)`. Keys are strings, no two spelt alike; values may be unknown.
fn create_object(args: &[Value]) -> Result<Value, String> {
    let name = "createObject";
    if !args.len().is_multiple_of(2) {
        return Err(format!("the function '{name}' takes pairs of key and value, not {} arguments", args.len()));
    }
    let mut members = Vec::with_capacity(args.len() / 2);
    let mut seen = HashSet::new();
    let mut unknown_key = false;
    for (pair, chunk) in args.chunks_exact(2).enumerate() {
        match &chunk[0].kind {
            Kind::String(key) => {
                if !seen.insert(key.clone()) {
                    return Err(format!("the function '{name}' got the key '{key}' twice"));
                }
                members.push(Member { key: key.clone(), key_at: chunk[0].at, value: chunk[1].clone() });
            }
            Kind::Unknown(_) => unknown_key = true,
            _ => return Err(arguments::wrong_type(name, 2 * pair, "a string", &chunk[0])),
        }
    }
    if unknown_key { comparison::open(name, args) } else { Ok(Value::object(members)) }
}

/// The one object argument; nothing while it is unknown.
fn one_object<'v>(name: &str, args: &'v [Value]) -> Result<Option<&'v Object>, String> {
    arguments::count(name, args, 1, Some(1))?;
    match &args[0].kind {
        Kind::Object(object) => Ok(Some(object)),
        Kind::Unknown(_) => Ok(None),
        _ => Err(arguments::wrong_type(name, 0, "an object", &args[0])),
    }
}

/// Members in the culture order of their keys.
fn by_key(object: &Object) -> Vec<&Member> {
    let mut members: Vec<&Member> = object.members.iter().collect();
    members.sort_by_cached_key(|member| comparison::sort_key(&member.key));
    members
}

/// `items(o)`: objects of `key` and `value`, in the order of the keys; each stands where its key stands.
fn items(args: &[Value]) -> Result<Value, String> {
    let name = "items";
    let Some(object) = one_object(name, args)? else { return comparison::open(name, args) };
    let (key_name, value_name): (Arc<str>, Arc<str>) = ("key".into(), "value".into());
    let item = |member: &Member| {
        let key = Value::at(Kind::String(member.key.clone()), member.key_at);
        let members = vec![
            Member { key: key_name.clone(), key_at: member.key_at, value: key },
            Member { key: value_name.clone(), key_at: member.key_at, value: member.value.clone() },
        ];
        Value::at(Kind::Object(Arc::new(Object { members })), member.key_at)
    };
    Ok(Value::array(by_key(object).into_iter().map(item).collect()))
}

/// `objectKeys(o)`, in the same order as [`items`].
fn object_keys(args: &[Value]) -> Result<Value, String> {
    let name = "objectKeys";
    let Some(object) = one_object(name, args)? else { return comparison::open(name, args) };
    let key = |member: &Member| Value::at(Kind::String(member.key.clone()), member.key_at);
    Ok(Value::array(by_key(object).into_iter().map(key).collect()))
}

/// `shallowMerge(objects)`: one level, the last of equal keys wins.
fn shallow_merge(args: &[Value]) -> Result<Value, String> {
    let name = "shallowMerge";
    arguments::count(name, args, 1, Some(1))?;
    let parts = match &args[0].kind {
        Kind::Array(parts) => parts,
        Kind::Unknown(_) => return comparison::open(name, args),
        _ => return Err(arguments::wrong_type(name, 0, "an array of objects", &args[0])),
    };
    let mut unknown = false;
    let mut merged = Object::default();
    for part in parts.iter() {
        match &part.kind {
            Kind::Object(object) => {
                for member in &object.members {
                    merged.set(member.key.clone(), member.key_at, member.value.clone());
                }
            }
            Kind::Unknown(_) => unknown = true,
            _ => return Err(format!("the function '{name}' wants objects in its array, not {}", part.type_name())),
        }
    }
    if unknown { comparison::open(name, args) } else { Ok(Value::new(Kind::Object(Arc::new(merged)))) }
}

/// Merges a patch into an object: keys in any case, nested objects recursively, everything else replaced.
pub fn merge(into: &mut Object, patch: &Object) {
    for member in &patch.members {
        match into.members.iter_mut().find(|known| known.key.eq_ignore_ascii_case(&member.key)) {
            Some(known) => known.value = merged(&known.value, &member.value),
            None => into.members.push(member.clone()),
        }
    }
}

/// What stands after `new` is merged over `old`. A value that may turn out an object leaves the result open, for
/// two objects merge where others replace.
fn merged(old: &Value, new: &Value) -> Value {
    let mut result = match (&old.kind, &new.kind) {
        (Kind::Object(old), Kind::Object(patch)) => {
            let mut object = Object::clone(old);
            merge(&mut object, patch);
            Value::new(Kind::Object(Arc::new(object)))
        }
        _ if may_be_object(old) && may_be_object(new) && comparison::same(old, new) != Some(true) => {
            match arguments::unknown_call("union", &[old.clone(), new.clone()]) {
                Some(open) => open,
                None => return new.clone(),
            }
        }
        _ => return new.clone(),
    };
    result.at = new.at;
    result.trace = new.trace.clone();
    result
}

fn may_be_object(value: &Value) -> bool {
    match &value.kind {
        Kind::Object(_) => true,
        Kind::Unknown(unknown) => comparison::partial_text(unknown).is_none(),
        _ => false,
    }
}

/// The members that all objects share, key as spelt and value; nothing when unknown parts leave it open.
pub fn shared(first: &Object, others: &[&Object]) -> Option<Object> {
    let mut members = Vec::new();
    for member in &first.members {
        let in_all = comparison::all(others.iter().map(|other| match comparison::member_exactly(other, &member.key) {
            Some(value) => comparison::same(&member.value, value),
            None => Some(false),
        }));
        if in_all? {
            members.push(member.clone());
        }
    }
    Some(Object { members })
}

/// `tryGet(value, key, …)`: the first look-up gives null where nothing is; after it the chain is strict, and a
/// later key that is missing is an error (remarks in Azure/azure-policy-linter, Microsoft's port of the function).
fn try_get(args: &[Value]) -> Result<Value, String> {
    let name = "tryGet";
    arguments::count(name, args, 2, None)?;
    for (index, key) in args.iter().enumerate().skip(1) {
        if !matches!(key.kind, Kind::String(_) | Kind::Int(_) | Kind::Unknown(_)) {
            return Err(arguments::wrong_type(name, index, "a string or an integer", key));
        }
    }
    let found = match look_up(&args[0], &args[1]) {
        Found::Value(value) => value,
        Found::Nothing => return Ok(Value::default()),
        Found::Open => return comparison::open(name, args),
    };
    let mut current = found;
    for (index, key) in args.iter().enumerate().skip(2) {
        if index == 2 && current.is_null() {
            return Ok(current.clone());
        }
        match look_up(current, key) {
            Found::Value(value) => current = value,
            Found::Nothing => {
                let key = arguments::symbol_of(key);
                return Err(format!("the function '{name}' finds no '{key}' in {}", kind_with_article(current)));
            }
            Found::Open => {
                let mut rest = vec![current.clone()];
                rest.extend_from_slice(&args[index..]);
                return comparison::open(name, &rest);
            }
        }
    }
    Ok(current.clone())
}

fn kind_with_article(value: &Value) -> String {
    match value.kind {
        Kind::Null => "null".into(),
        Kind::Array(_) | Kind::Object(_) | Kind::Int(_) => format!("an {}", value.type_name()),
        _ => format!("a {}", value.type_name()),
    }
}

/// What one step of a look-up finds.
enum Found<'v> {
    Value(&'v Value),
    Nothing,
    Open,
}

fn look_up<'v>(holder: &'v Value, key: &Value) -> Found<'v> {
    let found = match (&holder.kind, &key.kind) {
        (Kind::Unknown(unknown), _) if comparison::partial_text(unknown).is_none() => return Found::Open,
        (Kind::Object(object), Kind::Unknown(_)) if !object.members.is_empty() => return Found::Open,
        (Kind::Array(items), Kind::Unknown(_)) if !items.is_empty() => return Found::Open,
        (Kind::Object(object), Kind::String(key)) => object.get(key),
        (Kind::Array(items), Kind::Int(index)) => usize::try_from(*index).ok().and_then(|index| items.get(index)),
        _ => None,
    };
    found.map_or(Found::Nothing, Found::Value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;
    use crate::source::Location;

    fn json(text: &str) -> Value {
        match serde_json::from_str(text) {
            Ok(json) => Value::from_json(&json, Location::default()),
            Err(error) => panic!("{error}"),
        }
    }

    fn unknown(symbol: &str) -> Value {
        Value::unknown(UnknownReason::Runtime("x".into()), symbol)
    }

    fn text_of(result: Option<Result<Value, String>>) -> String {
        match result {
            Some(Ok(Value { kind: Kind::Unknown(unknown), .. })) => unknown.symbol.to_string(),
            Some(Ok(value)) => value.to_json().to_string(),
            Some(Err(_)) => "error".into(),
            None => "not mine".into(),
        }
    }

    #[test]
    fn objects_come_out_exact() {
        let nested = r#"{"properties":{"name":"n","values":["a","b"],"none":null}}"#;
        let s = |text: &str| Value::string(text);
        let rows: Vec<(&str, Vec<Value>, &str)> = vec![
            ("createobject", vec![s("b"), Value::int(1), s("a"), json("null")], r#"{"b":1,"a":null}"#),
            ("createobject", vec![s("a"), Value::int(1), s("A"), Value::int(2)], r#"{"a":1,"A":2}"#),
            ("createobject", vec![s("a"), Value::int(1), s("a"), Value::int(2)], "error"),
            ("createobject", vec![s("a")], "error"),
            ("createobject", vec![Value::int(1), unknown("‹x›")], "error"),
            ("createobject", vec![unknown("‹x›"), Value::int(1)], "‹createObject(x, 1)›"),
            (
                "items",
                vec![json(r#"{"B":1,"b":2,"_":3,"1":4}"#)],
                r#"[{"key":"_","value":3},{"key":"1","value":4},{"key":"b","value":2},{"key":"B","value":1}]"#,
            ),
            ("items", vec![unknown("‹x›")], "‹items(x)›"),
            ("items", vec![json("[]")], "error"),
            ("objectkeys", vec![json(r#"{"cK":1,"1K":2,"CK":3,"bK":4,"4K":5}"#)], r#"["1K","4K","bK","cK","CK"]"#),
            ("objectkeys", vec![json(r#"{"b":1,"a":2}"#)], r#"["a","b"]"#),
            ("shallowmerge", vec![json(r#"[{"p":{"x":1},"q":1},{"P":{"y":2}}]"#)], r#"{"p":{"y":2},"q":1}"#),
            ("shallowmerge", vec![json("[]")], "{}"),
            ("shallowmerge", vec![json("[1]")], "error"),
            ("tryget", vec![json(nested), s("PROPERTIES"), s("Name")], r#""n""#),
            ("tryget", vec![json(nested), s("properties"), s("values"), Value::int(1)], r#""b""#),
            ("tryget", vec![json(nested), s("missing"), s("name")], "null"),
            ("tryget", vec![json(nested), s("properties"), s("missing")], "error"),
            ("tryget", vec![json(nested), s("properties"), s("none"), s("x")], "error"),
            ("tryget", vec![json("[1]"), Value::int(-1)], "null"),
            ("tryget", vec![json("{}"), Value::int(0)], "null"),
            ("tryget", vec![json("null"), s("a")], "null"),
            ("tryget", vec![s("text"), s("a")], "null"),
            ("tryget", vec![json("{}"), json("[]")], "error"),
            ("tryget", vec![json("{}"), unknown("‹x›")], "null"),
            ("tryget", vec![unknown("‹x›"), s("a")], "‹tryGet(x, 'a')›"),
            ("null", vec![], "null"),
            ("null", vec![Value::int(1)], "error"),
            ("keys", vec![], "not mine"),
        ];
        for (name, args, expected) in rows {
            assert_eq!(text_of(call(name, &args)), expected, "{name} {args:?}");
        }
    }

    #[test]
    fn unknown_members_stay_where_they_are() {
        let object = call("createobject", &[Value::string("a"), unknown("‹x›"), Value::string("b"), Value::int(1)]);
        let Some(Ok(object)) = object else { panic!("no object") };
        assert_eq!(object.get("a"), Some(&unknown("‹x›")));
        let result = call("tryget", &[object.clone(), Value::string("a"), Value::string("c")]);
        assert_eq!(text_of(result), "‹tryGet(x, 'c')›");
        assert_eq!(text_of(call("tryget", &[object, Value::string("b")])), "1");
    }

    #[test]
    fn merging_goes_deep_and_leaves_open_only_what_may_be_an_object() {
        let merged = |old: Value, new: Value| {
            let mut object = Object::default();
            for value in [old, new] {
                let patch = Object { members: vec![Member { key: "p".into(), key_at: Location::default(), value }] };
                merge(&mut object, &patch);
            }
            text_of(Some(Ok(object.members.remove(0).value)))
        };
        assert_eq!(merged(json(r#"{"a":1,"b":[1]}"#), json(r#"{"B":[2],"c":3}"#)), r#"{"a":1,"b":[2],"c":3}"#);
        assert_eq!(merged(json(r#"{"a":1}"#), json("null")), "null");
        assert_eq!(merged(json("1"), unknown("‹x›")), "‹x›");
        assert_eq!(merged(unknown("‹x›"), json("1")), "1");
        assert_eq!(merged(unknown("‹x›"), unknown("st‹y›")), "st‹y›");
        assert_eq!(merged(unknown("‹x›"), unknown("‹x›")), "‹x›");
        assert_eq!(merged(json(r#"{"a":1}"#), unknown("‹x›")), r#"‹union({"a":1}, x)›"#);
        assert_eq!(merged(unknown("‹x›"), json(r#"{"a":1}"#)), r#"‹union(x, {"a":1})›"#);
    }
}
