//! The baseline file: findings that were there when it was made.

use crate::check::{Baseline, Run, Verdict, baseline_key};
use crate::document::{Value, parse};
use crate::source::SourceId;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

/// Version of the file's form.
const VERSION: i64 = 1;

/// Reads a baseline; the error says what is wrong with the file.
pub fn read(path: &Path) -> Result<Baseline, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {shown}: {}", crate::input::reason(&error)))?;
    let root = parse(SourceId::default(), &text).map_err(|error| format!("{shown}: {}", error.message))?.root;
    if root.get("version").and_then(Value::as_int) != Some(VERSION) {
        return Err(format!("{shown} is not a baseline of version {VERSION}"));
    }
    let entries = root.get("findings").and_then(Value::as_array).unwrap_or_default();
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(entries
        .iter()
        .map(|entry| (text(entry, "rule"), text(entry, "resource").to_lowercase(), text(entry, "pointer")))
        .collect())
}

/// The failed outcomes of a run as baseline.
pub fn of(run: &Run) -> Baseline {
    run.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Fail).map(baseline_key).collect()
}

/// The file's text, in order of rule, resource and pointer.
pub fn text(baseline: &Baseline) -> String {
    let sorted: BTreeSet<&(String, String, String)> = baseline.iter().collect();
    let findings: Vec<serde_json::Value> = sorted
        .into_iter()
        .map(|(rule, resource, pointer)| json!({ "rule": rule, "resource": resource, "pointer": pointer }))
        .collect();
    let whole = json!({ "version": VERSION, "findings": findings });
    format!("{}\n", serde_json::to_string_pretty(&whole).unwrap_or_default())
}
