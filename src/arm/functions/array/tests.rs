//! Tables of calls and what they give: JSON text, the symbol of an unknown, or "error".

use super::call;
use crate::document::{Kind, UnknownReason, Value};
use crate::source::Location;

fn json(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(json) => Value::from_json(&json, Location::default()),
        Err(error) => panic!("{error}: {text}"),
    }
}

fn unknown(symbol: &str) -> Value {
    Value::unknown(UnknownReason::Runtime("x".into()), symbol)
}

/// JSON text with unknown values written as their symbols.
fn text_of(value: &Value) -> String {
    match &value.kind {
        Kind::Unknown(unknown) => unknown.symbol.to_string(),
        Kind::Array(items) => format!("[{}]", items.iter().map(text_of).collect::<Vec<_>>().join(",")),
        _ => value.to_json().to_string(),
    }
}

/// Arguments are JSON, or a symbol where a hole stands in it.
fn check(rows: &[(&str, &[&str], &str)]) {
    for (name, args, expected) in rows {
        let args: Vec<Value> =
            args.iter().map(|arg| if arg.contains('‹') { unknown(arg) } else { json(arg) }).collect();
        let got = match call(name, &args) {
            Some(Ok(value)) => text_of(&value),
            Some(Err(_)) => "error".into(),
            None => "not mine".into(),
        };
        assert_eq!(got, *expected, "{name} {args:?}");
    }
}

#[test]
fn known_arguments() {
    check(&[
        ("array", &["[1]"], "[1]"),
        ("array", &[r#"{"a":1}"#], r#"[{"a":1}]"#),
        ("createarray", &[], "[]"),
        ("contains", &[r#""FOOBAR""#, r#""foo""#], "false"),
        ("contains", &[r#"{"one":1}"#, r#""ONE""#], "true"),
        ("contains", &["[[1,2]]", "[1,2]"], "true"),
        ("contains", &[r#"["1"]"#, "1"], "false"),
        ("contains", &[r#""a1""#, "1"], "error"),
        ("contains", &["5", "5"], "error"),
        ("empty", &["null"], "true"),
        ("empty", &["[null]"], "false"),
        ("empty", &["0"], "error"),
        ("first", &["[]"], "null"),
        ("last", &[r#""""#], r#""""#),
        ("last", &[r#""añ""#], r#""ñ""#),
        ("length", &[r#""😀é""#], "3"),
        ("length", &["true"], "error"),
        ("take", &[r#""añb""#, "2"], r#""añ""#),
        ("take", &["[1,2]", "-1"], "[]"),
        ("skip", &["[1,2]", "-1"], "[1,2]"),
        ("skip", &[r#""abc""#, "99"], r#""""#),
        ("skip", &[r#""abc""#, r#""1""#], "error"),
        ("skip", &["null", "1"], "null"),
        ("range", &["-2", "4"], "[-2,-1,0,1]"),
        ("range", &["2147483647", "1"], "[2147483647]"),
        ("range", &["2147483647", "2"], "error"),
        ("range", &["0", "10001"], "error"),
        ("range", &["9223372036854775807", "10000"], "error"),
        ("union", &["[1,1]", r#"[2,"1",[1]]"#, "[[1]]"], r#"[1,2,"1",[1]]"#),
        ("union", &[r#"{"p":{"a":1},"l":[1]}"#, r#"{"P":{"b":2},"l":[2]}"#], r#"{"p":{"a":1,"b":2},"l":[2]}"#),
        ("union", &["[1]"], "error"),
        ("union", &["[1]", "{}"], "error"),
        ("intersection", &["[1,1,2,3]", "[3,1]"], "[1,3]"),
        ("intersection", &[r#"{"a":1,"b":{"c":[1]}}"#, r#"{"b":{"c":[1]},"a":2}"#], r#"{"b":{"c":[1]}}"#),
        ("flatten", &["[[[1]],[],[2]]"], "[[1],2]"),
        ("flatten", &["[1]"], "error"),
        ("distinct", &[r#"[1,"a",1,"A",{"k":1},{"k":1}]"#], r#"[1,"a","A",{"k":1}]"#),
        ("indexfromend", &["[1,2,3]", "3"], "1"),
        ("indexfromend", &["[1]", "0"], "error"),
        ("indexfromend", &["[1]", "2"], "error"),
        ("tryindexfromend", &["[1]", "2"], "null"),
        ("tryindexfromend", &["[1]", r#""1""#], "null"),
        ("pickzones", &[r#""microsoft.compute""#, r#""VirtualMachines""#, r#""West US 2""#, "2", "1"], r#"["2","3"]"#),
        ("pickzones", &[r#""Microsoft.Compute""#, r#""virtualMachines""#, r#""westus2""#], r#"["1"]"#),
        ("pickzones", &[r#""Microsoft.Compute""#, r#""virtualMachines""#, r#""westus2""#, "3", "1"], "error"),
        ("pickzones", &[r#""Microsoft.Cdn""#, r#""profiles""#, r#""westus2""#], "[]"),
        ("indexof", &["[]", "1"], "not mine"),
    ]);
}

#[test]
fn unknown_arguments_leave_open_no_more_than_they_must() {
    check(&[
        ("array", &["‹x›"], "‹array(x)›"),
        ("array", &["st‹x›"], "[st‹x›]"),
        ("createarray", &["1", "‹x›"], "[1,‹x›]"),
        ("contains", &[r#""abc""#, "z‹x›"], "false"),
        ("contains", &["st‹x›-dev", r#""-de""#], "true"),
        ("contains", &["st‹x›-dev", r#""prod""#], "‹contains(st‹x›-dev, 'prod')›"),
        ("contains", &["{}", "‹x›"], "false"),
        ("contains", &["[]", "‹x›"], "false"),
        ("contains", &["‹x›", "1"], "‹contains(x, 1)›"),
        ("empty", &["st‹x›"], "false"),
        ("empty", &["‹x›"], "‹empty(x)›"),
        ("first", &["st‹x›"], r#""s""#),
        ("last", &["st‹x›"], "‹last(st‹x›)›"),
        ("last", &["st‹x›-b"], r#""b""#),
        ("length", &["st‹x›"], "‹length(st‹x›)›"),
        ("take", &["st‹x›", "2"], r#""st""#),
        ("take", &["st‹x›", "3"], "‹take(st‹x›, 3)›"),
        ("skip", &["st‹x›", "1"], "t‹x›"),
        ("skip", &["st‹x›", "2"], "‹skip(st‹x›, 2)›"),
        ("skip", &["‹x›", "0"], "‹x›"),
        ("skip", &["5", "‹x›"], "error"),
        ("range", &["0", "‹x›"], "‹range(0, x)›"),
        ("range", &["‹x›", "-1"], "error"),
        ("union", &["[1]", "‹x›"], "‹union([1], x)›"),
        ("union", &["1", "‹x›"], "error"),
        ("pickzones", &[r#""Microsoft.Cdn""#, r#""profiles""#, "‹x›"], "[]"),
        ("pickzones", &[r#""A.B""#, r#""c""#, r#""westus2""#], "‹pickZones('A.B/c', 'westus2', 1, 0)›"),
    ]);
}

#[test]
fn unknown_items_count_where_they_stand() {
    let items = |items: &[Value]| Value::array(items.to_vec());
    let (a, b, x, y) = (Value::string("a"), Value::string("b"), unknown("‹x›"), unknown("s-‹y›"));
    let mixed = items(&[a.clone(), x.clone()]);
    let rows: Vec<(&str, Vec<Value>, &str)> = vec![
        ("length", vec![mixed.clone()], "2"),
        ("first", vec![items(&[x.clone(), a.clone()])], "‹x›"),
        ("indexfromend", vec![mixed.clone(), Value::int(1)], "‹x›"),
        ("take", vec![mixed.clone(), Value::int(1)], r#"["a"]"#),
        ("skip", vec![mixed.clone(), Value::int(1)], "[‹x›]"),
        ("contains", vec![mixed.clone(), a.clone()], "true"),
        ("contains", vec![mixed.clone(), x.clone()], "true"),
        ("contains", vec![items(&[a.clone(), y.clone()]), b.clone()], "false"),
        ("flatten", vec![items(&[mixed.clone(), items(std::slice::from_ref(&b))])], r#"["a",‹x›,"b"]"#),
        ("union", vec![items(&[a.clone(), y.clone()]), items(&[y.clone(), b.clone()])], r#"["a",s-‹y›,"b"]"#),
        ("distinct", vec![items(&[x.clone(), x.clone()])], "[‹x›]"),
        ("intersection", vec![items(&[y.clone(), a.clone()]), items(&[a.clone(), b.clone()])], r#"["a"]"#),
    ];
    for (name, args, expected) in rows {
        let got = call(name, &args).map(|result| result.map(|value| text_of(&value)));
        assert_eq!(got, Some(Ok(expected.to_string())), "{name} {args:?}");
    }
    for (name, args) in [
        ("contains", vec![mixed.clone(), b.clone()]),
        ("union", vec![mixed.clone(), items(std::slice::from_ref(&b))]),
        ("distinct", vec![items(&[x.clone(), b.clone()])]),
        ("intersection", vec![mixed.clone(), items(&[b.clone(), x.clone(), unknown("‹z›")])]),
    ] {
        let result = call(name, &args);
        assert!(matches!(&result, Some(Ok(value)) if value.as_unknown().is_some()), "{name} {result:?}");
    }
}

#[test]
fn items_keep_their_places() {
    let parsed = match crate::document::parse(Default::default(), "[[10, 20], [20, 30]]") {
        Ok(parsed) => parsed.root,
        Err(error) => panic!("{error:?}"),
    };
    let arrays = parsed.as_array().unwrap_or_default();
    let place = |value: Option<Result<Value, String>>, index: usize| match value {
        Some(Ok(value)) => value.as_array().and_then(|items| items.get(index)).map(|item| item.at),
        _ => None,
    };
    let (first, second) = (arrays[0].as_array().unwrap_or_default(), arrays[1].as_array().unwrap_or_default());
    assert_ne!(first[1].at, second[0].at);
    assert_eq!(place(call("union", arrays), 1), Some(first[1].at));
    assert_eq!(place(call("union", arrays), 2), Some(second[1].at));
    assert_eq!(place(call("flatten", std::slice::from_ref(&parsed)), 2), Some(second[0].at));
    assert_eq!(place(call("skip", &[arrays[1].clone(), Value::int(1)]), 0), Some(second[1].at));
}
