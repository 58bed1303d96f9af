//! One JSON object per line: a header, every problem, every outcome, the summary.

use super::view::list;
use serde_json::{Value as Json, json};

pub fn render(document: &Json) -> String {
    let mut lines = vec![json!({
        "kind": "run",
        "schemaVersion": document["schemaVersion"],
        "tool": document["tool"],
        "packs": document["packs"],
        "inputs": document["inputs"],
    })];
    let tagged = |kind: &str, of: &Json| {
        let mut line = serde_json::Map::new();
        line.insert("kind".into(), Json::from(kind));
        line.extend(of.as_object().cloned().unwrap_or_default());
        Json::Object(line)
    };
    lines.extend(list(document, "problems").iter().map(|problem| tagged("problem", problem)));
    lines.extend(list(document, "outcomes").iter().map(|outcome| tagged("outcome", outcome)));
    lines.push(tagged("summary", &document["summary"]));
    lines.iter().map(|line| format!("{line}\n")).collect()
}
