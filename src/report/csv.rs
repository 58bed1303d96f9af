//! One row per verdict (RFC 4180), then one per rule that found nothing to judge (`not-assessed`) and per file that was not checked (`not-checked`). A cell that a spreadsheet would take for a formula begins with an apostrophe.

use super::view::{idle, list, message, number, rule, text, texts};
use serde_json::Value as Json;
use std::collections::HashMap;

const HEAD: [&str; 26] = [
    "verdict",
    "severity",
    "rule",
    "code",
    "requirement",
    "title",
    "resource",
    "type",
    "resource id",
    "component",
    "message",
    "value",
    "file",
    "line",
    "column",
    "pointer",
    "controls",
    "environments",
    "suppressed by",
    "reason",
    "owner",
    "ticket",
    "expires",
    "decided by",
    "pack",
    "file SHA-256",
];

pub fn render(document: &Json) -> String {
    let hashes: HashMap<&str, &str> =
        list(document, "inputs").iter().map(|input| (text(input, "name"), text(input, "sha256"))).collect();
    let hash = |file: &str| hashes.get(file).copied().unwrap_or_default().to_owned();
    let pack = |rule: &Json| {
        let name = text(rule, "pack");
        let pack = list(document, "packs").iter().find(|pack| text(pack, "name") == name);
        format!("{name} {}", pack.map_or("", |pack| text(pack, "version"))).trim().to_owned()
    };
    let mut out = row(HEAD.iter().map(|cell| (*cell).to_owned()));
    for outcome in list(document, "outcomes") {
        let rule = rule(document, outcome);
        let (resource, place, suppressed) = (&outcome["resource"], &outcome["place"], &outcome["suppressed"]);
        out.push_str(&row([
            text(outcome, "verdict").to_owned(),
            text(rule, "severity").to_owned(),
            text(outcome, "rule").to_owned(),
            text(rule, "code").to_owned(),
            text(rule, "requirement").to_owned(),
            text(rule, "title").to_owned(),
            text(resource, "name").to_owned(),
            text(resource, "type").to_owned(),
            text(resource, "id").to_owned(),
            text(resource, "component").to_owned(),
            message(outcome),
            text(outcome, "actual").to_owned(),
            text(place, "file").to_owned(),
            number(place, "line").to_string(),
            number(place, "column").to_string(),
            text(outcome, "pointer").to_owned(),
            controls(rule),
            texts(outcome, "environments").join(", "),
            text(suppressed, "kind").to_owned(),
            text(suppressed, "reason").to_owned(),
            text(suppressed, "owner").to_owned(),
            text(suppressed, "ticket").to_owned(),
            text(suppressed, "expires").to_owned(),
            texts(outcome, "decidedBy").join("; "),
            pack(rule),
            hash(text(place, "file")),
        ]));
    }
    for one in list(document, "unlisted") {
        let rule = rule(document, one);
        out.push_str(&sparse(&[
            ("verdict", text(one, "verdict")),
            ("severity", text(rule, "severity")),
            ("rule", text(one, "rule")),
            ("requirement", text(rule, "requirement")),
            ("message", &format!("{} more of these are counted, not listed", number(one, "count"))),
            ("pack", &pack(rule)),
        ]));
    }
    for rule in idle(document) {
        out.push_str(&sparse(&[
            ("verdict", "not-assessed"),
            ("severity", text(rule, "severity")),
            ("rule", text(rule, "id")),
            ("code", text(rule, "code")),
            ("requirement", text(rule, "requirement")),
            ("title", text(rule, "title")),
            ("message", "nothing in the input that the rule applies to"),
            ("controls", &controls(rule)),
            ("pack", &pack(rule)),
        ]));
    }
    let is_read = |input: &&Json| ["checked", "parameters", "linked"].contains(&text(input, "status"));
    for input in list(document, "inputs").iter().filter(|input| !is_read(input)) {
        out.push_str(&sparse(&[
            ("verdict", "not-checked"),
            ("message", text(input, "reason")),
            ("file", text(input, "name")),
            ("file SHA-256", text(input, "sha256")),
        ]));
    }
    out
}

/// A row with a few of its cells.
fn sparse(cells: &[(&str, &str)]) -> String {
    let cell =
        |head: &&str| cells.iter().find(|(name, _)| name == head).map_or(String::new(), |(_, text)| (*text).to_owned());
    row(HEAD.iter().map(cell))
}

fn controls(rule: &Json) -> String {
    let controls = rule["controls"].as_object().into_iter().flatten();
    let one = |(name, numbers): (&String, &Json)| {
        let numbers: Vec<&str> = numbers.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        format!("{name} {}", numbers.join(" "))
    };
    controls.map(one).collect::<Vec<String>>().join("; ")
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(cell: &str) -> String {
    let safe = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}
