//! The baseline file: findings that were there when it was made. It names files by their way from its own folder, so
//! that it holds wherever the program is started.

use crate::check::{Baseline, Known, Outcome, Run, Verdict};
use crate::document::{Value, parse};
use crate::input::absolute;
use crate::source::SourceId;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

/// Version of the file's form.
const VERSION: i64 = 2;

/// Reads a baseline; the error says what is wrong with the file.
pub fn read(path: &Path) -> Result<Baseline, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {shown}: {}", crate::input::reason(&error)))?;
    let root = parse(SourceId::default(), &text).map_err(|error| format!("{shown}: {}", error.message))?.root;
    if root.get("version").and_then(Value::as_int) != Some(VERSION) {
        return Err(format!("{shown} is not a baseline of version {VERSION}: make it anew with 'archlint baseline'"));
    }
    let folder = folder(path);
    let entries = root.get("findings").and_then(Value::as_array).unwrap_or_default();
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(entries
        .iter()
        .map(|entry| Known {
            file: joined(&folder, &text(entry, "file")),
            rule: text(entry, "rule"),
            resource: text(entry, "resource").to_lowercase(),
            pointer: text(entry, "pointer"),
        })
        .collect())
}

/// The open findings of a run as baseline; `file` gives the absolute path of a text.
pub fn of(run: &Run, file: &dyn Fn(SourceId) -> String) -> Baseline {
    let is_open = |outcome: &&Outcome| outcome.verdict == Verdict::Fail && outcome.suppressed.is_none();
    let failed = run.outcomes.iter().filter(is_open);
    failed.map(|outcome| Known::by(outcome, file(outcome.subject.at.source))).collect()
}

/// The text of the file at `path`, in order of file, rule, resource and pointer.
pub fn text(baseline: &Baseline, path: &Path) -> String {
    let folder = folder(path);
    let sorted: BTreeSet<&Known> = baseline.iter().collect();
    let findings: Vec<serde_json::Value> = sorted
        .into_iter()
        .map(|known| {
            let file = relative(&folder, &known.file);
            json!({ "file": file, "rule": known.rule, "resource": known.resource, "pointer": known.pointer })
        })
        .collect();
    let whole = json!({ "version": VERSION, "findings": findings });
    format!("{}\n", serde_json::to_string_pretty(&whole).unwrap_or_default())
}

/// The absolute folder of a file.
fn folder(path: &Path) -> String {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    absolute(&parent.to_string_lossy())
}

/// The absolute path of a file by its way from a folder.
fn joined(folder: &str, file: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in file.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// The way from a folder to a file.
fn relative(folder: &str, file: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (folder.split('/').collect(), file.split('/').collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::{joined, relative};

    #[test]
    fn the_way_there_leads_back() {
        for (folder, file, way) in [("/a/b", "/a/b/c.json", "c.json"), ("/a/b", "/a/d/c.json", "../d/c.json")] {
            assert_eq!(relative(folder, file), way);
            assert_eq!(joined(folder, way), file);
        }
    }
}
