//! SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0). Every evaluated rule is listed; failed and open verdicts are
//! results. The fingerprint is made of rule, resource and pointer, so that it survives moved lines.

use super::view::{counted, encoded, fingerprint, list, message, number, text, texts};
use serde_json::{Map, Value as Json, json};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub fn render(document: &Json) -> String {
    let rules = list(document, "rules");
    let index = |id: &str| rules.iter().position(|rule| text(rule, "id") == id);
    let results: Vec<Json> = list(document, "outcomes")
        .iter()
        .filter(|outcome| ["fail", "unknown"].contains(&text(outcome, "verdict")))
        .map(|outcome| {
            let mut result = result(outcome, index(text(outcome, "rule")), rules);
            if document["compared"] == true {
                let is_known = text(&outcome["suppressed"], "kind") == "baseline";
                result["baselineState"] = Json::from(if is_known { "unchanged" } else { "new" });
            }
            result
        })
        .collect();
    let unread = list(document, "inputs").iter().filter(|input| text(input, "status") == "not-a-template");
    let notifications: Vec<Json> = list(document, "problems")
        .iter()
        .map(notification)
        .chain(unread.map(not_checked))
        .chain(unlisted(document))
        .collect();
    let complete = list(document, "inputs").iter().all(|input| text(input, "status") != "could-not-be-checked");
    let whole = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "archlint",
                "version": text(&document["tool"], "version"),
                "informationUri": "https://github.com/archlint/archlint",
                "rules": rules.iter().map(rule).collect::<Vec<Json>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "Folder in which archlint was run" } } },
            "invocations": [{ "executionSuccessful": complete, "toolExecutionNotifications": notifications }],
            "artifacts": list(document, "inputs").iter().map(artifact).collect::<Vec<Json>>(),
            "results": results,
        }],
    });
    format!("{}\n", serde_json::to_string_pretty(&whole).unwrap_or_default())
}

fn artifact(input: &Json) -> Json {
    let mut artifact = Map::new();
    artifact.insert("location".into(), location(text(input, "name")));
    if let Some(hash) = input["sha256"].as_str() {
        artifact.insert("hashes".into(), json!({ "sha-256": hash }));
    }
    Json::Object(artifact)
}

fn level(severity: &str) -> &'static str {
    match severity {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

fn rule(of: &Json) -> Json {
    let help = format!("{}\n\n{}", text(of, "why"), text(of, "help"));
    let mut tags = vec![text(of, "category").to_owned(), text(of, "service").to_owned(), text(of, "pack").to_owned()];
    for (framework, numbers) in of["controls"].as_object().into_iter().flatten() {
        tags.extend(
            numbers.as_array().into_iter().flatten().filter_map(Json::as_str).map(|n| format!("{framework} {n}")),
        );
    }
    tags.retain(|tag| !tag.is_empty());
    json!({
        "id": text(of, "id"),
        "name": text(of, "code"),
        "shortDescription": { "text": text(of, "title") },
        "fullDescription": { "text": text(of, "why") },
        "help": { "text": help },
        "helpUri": texts(of, "links").first().copied().unwrap_or("https://github.com/archlint/archlint"),
        "defaultConfiguration": { "level": level(text(of, "severity")) },
        "properties": { "tags": tags, "precision": "very-high" },
    })
}

fn location(name: &str) -> Json {
    json!({ "uri": encoded(name), "uriBaseId": "%SRCROOT%" })
}

fn physical(place: &Json) -> Json {
    json!({
        "artifactLocation": location(text(place, "file")),
        "region": {
            "startLine": number(place, "line").max(1),
            "startColumn": number(place, "column").max(1),
            "endLine": number(place, "endLine").max(1),
            "endColumn": number(place, "endColumn").max(1),
            "byteOffset": number(place, "offset"),
            "byteLength": number(place, "length"),
        },
    })
}

fn result(outcome: &Json, index: Option<usize>, rules: &[Json]) -> Json {
    let is_open = text(outcome, "verdict") == "unknown";
    let severity = index.map_or("warning", |index| text(&rules[index], "severity"));
    let title = index.map_or("", |index| text(&rules[index], "title"));
    let told = if is_open { format!("{title}: not known, because {}", message(outcome)) } else { message(outcome) };
    let resource = &outcome["resource"];
    let mut result = json!({
        "ruleId": text(outcome, "rule"),
        "kind": if is_open { "open" } else { "fail" },
        "level": if is_open { "none" } else { level(severity) },
        "message": { "text": told },
        "locations": [{
            "physicalLocation": physical(&outcome["place"]),
            "logicalLocations": [{ "name": text(resource, "name"), "fullyQualifiedName": text(resource, "id"), "kind": "resource" }],
        }],
        "partialFingerprints": { "archlint/v1": fingerprint(outcome) },
    });
    if let Some(index) = index {
        result["ruleIndex"] = Json::from(index);
    }
    let related: Vec<Json> = list(outcome, "related")
        .iter()
        .enumerate()
        .map(|(id, place)| {
            json!({ "id": id, "physicalLocation": physical(place), "message": { "text": text(place, "label") } })
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = Json::Array(related);
    }
    let suppressed = &outcome["suppressed"];
    if !suppressed.is_null() {
        let kind = if text(suppressed, "kind") == "inline" { "inSource" } else { "external" };
        result["suppressions"] =
            json!([{ "kind": kind, "status": "accepted", "justification": justification(suppressed) }]);
    }
    result
}

/// Reason, owner, ticket and expiry in one sentence.
fn justification(of: &Json) -> String {
    let mut said = text(of, "reason").to_owned();
    for (name, word) in [("owner", "owner"), ("ticket", "ticket"), ("expires", "until")] {
        if let Some(value) = of[name].as_str() {
            said.push_str(&format!("; {word} {value}"));
        }
    }
    said
}

/// That not all results are listed.
fn unlisted(document: &Json) -> Option<Json> {
    let more = counted(document);
    let told = json!({ "descriptor": { "id": "not-listed" }, "level": "warning", "message": { "text": more } });
    (!more.is_empty()).then_some(told)
}

/// A file that was read and is not something to check.
fn not_checked(input: &Json) -> Json {
    json!({
        "descriptor": { "id": "not-checked" },
        "level": "note",
        "message": { "text": text(input, "reason") },
        "locations": [{ "physicalLocation": { "artifactLocation": location(text(input, "name")) } }],
    })
}

fn notification(problem: &Json) -> Json {
    let mut notification = json!({
        "descriptor": { "id": text(problem, "code") },
        "level": level(text(problem, "severity")),
        "message": { "text": text(problem, "message") },
    });
    if !problem["place"].is_null() {
        notification["locations"] = json!([{ "physicalLocation": physical(&problem["place"]) }]);
    } else {
        notification["locations"] =
            json!([{ "physicalLocation": { "artifactLocation": location(text(problem, "input")) } }]);
    }
    notification
}
