//! One row per verdict (RFC 4180). A cell that a spreadsheet would take for a formula begins with an apostrophe.

use super::view::{list, message, number, rule, text, texts};
use serde_json::Value as Json;

const HEAD: [&str; 20] = [
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
    "suppressed",
    "owner and expiry",
    "decided by",
];

pub fn render(document: &Json) -> String {
    let mut out = row(HEAD.iter().map(|cell| (*cell).to_owned()));
    for outcome in list(document, "outcomes") {
        let rule = rule(document, outcome);
        let (resource, place, suppressed) = (&outcome["resource"], &outcome["place"], &outcome["suppressed"]);
        let controls: Vec<String> = rule["controls"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, numbers)| {
                let numbers: Vec<&str> = numbers.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
                format!("{name} {}", numbers.join(" "))
            })
            .collect();
        let held: Vec<&str> =
            ["owner", "ticket", "expires"].iter().filter_map(|name| suppressed[*name].as_str()).collect();
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
            controls.join("; "),
            text(suppressed, "reason").to_owned(),
            held.join(", "),
            texts(outcome, "decidedBy").join("; "),
        ]));
    }
    out
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(cell: &str) -> String {
    let safe = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}
