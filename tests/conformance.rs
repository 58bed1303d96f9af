//! Every template function against the collected facts about Azure's evaluator.

use archlint::arm::case::{Answer, evaluate_case};
use archlint::document::Value;
use archlint::source::Location;
use serde_json::Value as Json;

/// Equal as JSON, where 3 and 3.0 are one number.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

fn disagreement(case: &Json) -> Option<String> {
    let answer = evaluate_case(&Value::from_json(case, Location::default()));
    let agrees = match &answer {
        Answer::Error(_) => case.get("error").is_some(),
        Answer::Value(value) if value.as_unknown().is_some() => case.get("runtime").is_some(),
        Answer::Value(value) => case.get("expected").is_some_and(|expected| same(expected, &value.to_json())),
    };
    let shown = || match answer {
        Answer::Error(message) => format!("error: {message}"),
        Answer::Value(value) => value.to_json().to_string(),
    };
    (!agrees).then(|| format!("{} {} gives {}", case["id"], case["expression"], shown()))
}

#[test]
fn every_certain_case_gives_what_azure_gives() {
    let Ok(text) = std::fs::read_to_string("../shared/conformance/arm-functions.json") else {
        eprintln!("skipped: ../shared/conformance is not here");
        return;
    };
    let cases: Vec<Json> = serde_json::from_str(&text).expect("a list of cases");
    let certain: Vec<&Json> = cases.iter().filter(|case| case["certain"] == true).collect();
    assert!(certain.len() > 800, "only {} certain cases", certain.len());
    let wrong: Vec<String> = certain.into_iter().filter_map(disagreement).collect();
    assert!(wrong.is_empty(), "{} cases disagree:\n{}", wrong.len(), wrong.join("\n"));
}
