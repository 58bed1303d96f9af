//! The published schemas hold for what the project ships, and the reports hold to their standards' schemas.

use serde_json::Value as Json;
use std::path::{Path, PathBuf};

/// Checks a document against a JSON schema, as far as the schemas here use the language. Gives what is wrong.
fn violations(schema: &Json, document: &Json) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, document, "", &mut found);
    found
}

fn resolve<'s>(root: &'s Json, schema: &'s Json) -> &'s Json {
    match schema["$ref"].as_str() {
        Some("#") => root,
        Some(path) if path.starts_with("#/") => {
            let target = root.pointer(&path[1..]).unwrap_or_else(|| panic!("the schema lacks {path}"));
            resolve(root, target)
        }
        // OSCAL names its definitions by `$id`.
        Some(id) => {
            let definitions = root["definitions"].as_object().expect("definitions");
            let target =
                definitions.values().find(|one| one["$id"] == id).unwrap_or_else(|| panic!("the schema lacks {id}"));
            resolve(root, target)
        }
        None => schema,
    }
}

fn check(root: &Json, schema: &Json, value: &Json, at: &str, found: &mut Vec<String>) {
    let schema = resolve(root, schema);
    if schema.is_boolean() || schema.is_null() {
        return;
    }
    let fits = |kind: &str| match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Json::String(kind) => vec![kind],
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| fits(kind)) {
        found.push(format!("{at} is not {}", kinds.join(" or ")));
        return;
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        found.push(format!("{at} is {value}, not one of {}", schema["enum"]));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
        let pattern = regex::Regex::new(pattern).expect("a pattern");
        if !pattern.is_match(text) {
            found.push(format!("{at} '{text}' does not match {pattern}"));
        }
    }
    for word in ["oneOf", "anyOf"] {
        if let Some(ways) = schema[word].as_array() {
            let results: Vec<Vec<String>> = ways
                .iter()
                .map(|way| {
                    let mut inner = Vec::new();
                    check(root, way, value, at, &mut inner);
                    inner
                })
                .collect();
            if !results.iter().any(Vec::is_empty) {
                let nearest = results.into_iter().min_by_key(Vec::len).unwrap_or_default();
                found.push(format!("{at} fits none of {word}: {}", nearest.join("; ")));
            }
        }
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(root, part, value, at, found);
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            if !object.contains_key(name) {
                found.push(format!("{at} lacks '{name}'"));
            }
        }
        for (name, member) in object {
            let place = format!("{at}/{name}");
            match (schema["properties"].get(name), &schema["additionalProperties"]) {
                (Some(own), _) => check(root, own, member, &place, found),
                (None, Json::Bool(false)) => found.push(format!("{place} is not allowed")),
                (None, other) if other.is_object() => check(root, other, member, &place, found),
                _ => {}
            }
        }
    }
    if let Some(items) = value.as_array() {
        if schema["minItems"].as_u64().is_some_and(|least| (items.len() as u64) < least) {
            found.push(format!("{at} has too few items"));
        }
        for (index, item) in items.iter().enumerate().filter(|_| schema["items"].is_object()) {
            check(root, &schema["items"], item, &format!("{at}/{index}"), found);
        }
    }
}

fn read(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn all_rules_packs_and_defaults_fit_their_schemas() {
    let mut wrong = Vec::new();
    for file in json_files(Path::new("rules")) {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with("schema.json") {
            continue;
        }
        let kind = match name {
            "pack.json" => "pack",
            "sources.json" => "sources",
            "controls.json" => "controls",
            _ if file.starts_with("rules/defaults") => "defaults",
            _ => "rule",
        };
        let schema = read(Path::new(&format!("rules/{kind}.schema.json")));
        let document = read(&file);
        let stated = document["$schema"].as_str().unwrap_or_default();
        let resolved = file.parent().expect("a folder").join(stated);
        if !resolved.is_file() {
            wrong.push(format!("{} names the schema '{stated}', which is not there", file.display()));
        }
        wrong.extend(violations(&schema, &document).into_iter().map(|what| format!("{}: {what}", file.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_rule_does_not_fit() {
    let schema = read(Path::new("rules/rule.schema.json"));
    let mut rule = read(Path::new("rules/techmart/archive/archive-not-ra-gzrs.json"));
    rule["severity"] = Json::from("fatal");
    rule["assert"]["equal"] = Json::from(1);
    let found = violations(&schema, &rule);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn runs_and_configurations_fit_their_schemas() {
    let run = read(Path::new("tests/snapshots/formats.json"));
    assert_eq!(violations(&read(Path::new("rules/run.schema.json")), &run), Vec::<String>::new());
    let config = read(Path::new("rules/config.schema.json"));
    for folder in ["techmart", "techmart-broken", "lab"] {
        let document = read(Path::new(&format!("examples/{folder}/archlint.json")));
        assert_eq!(violations(&config, &document), Vec::<String>::new(), "{folder}");
    }
}

#[test]
fn sarif_and_oscal_fit_the_official_schemas() {
    for (report, schema) in [("sarif", "sarif-schema-2.1.0"), ("oscal.json", "oscal_assessment-results_schema")] {
        let path = format!("../shared/schemas/{schema}.json");
        if !Path::new(&path).is_file() {
            eprintln!("skipped: {path} is not here");
            return;
        }
        let document = read(Path::new(&format!("tests/snapshots/formats.{report}")));
        assert_eq!(violations(&read(Path::new(&path)), &document), Vec::<String>::new(), "{report}");
    }
}
