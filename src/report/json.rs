//! The whole run as versioned JSON: what other formats and tools are made from.

use super::{Summary, Texts};
use crate::check::{InputStatus, Outcome, Place, Run, Suppression};
use crate::policy::{Lifecycle, Rule};
use crate::source::{SourceId, Sources};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// Version of the format: raised when a reader of the old one would misunderstand.
pub const VERSION: u32 = 1;

/// The document as text.
pub fn text(document: &Json) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// The run as JSON, with the lines that drawings of it show.
pub fn with_excerpts(run: &Run, sources: &Sources) -> Json {
    let mut whole = document(run, sources);
    whole["excerpts"] = super::kept::excerpts(run, sources);
    whole
}

/// The run as JSON.
pub fn document(run: &Run, sources: &Sources) -> Json {
    let texts = Texts::new(run, sources);
    let hashes = hashes(sources);
    let mut whole = json!({
        "format": "archlint-run",
        "schemaVersion": VERSION,
        "tool": { "name": "archlint", "version": env!("CARGO_PKG_VERSION") },
        "summary": summary(&Summary::of(run)),
        "packs": run.packs.iter().map(|pack| json!({
            "name": pack.name,
            "version": pack.version,
            "sha256": pack.sha256,
            "parameters": pack.parameters.iter().map(|(name, value)| {
                (name.clone(), serde_json::from_str(value).unwrap_or_else(|_| Json::from(value.as_str())))
            }).collect::<Map<String, Json>>(),
        })).collect::<Vec<_>>(),
        "inputs": run.inputs.iter().map(|input| {
            let (status, detail) = match &input.status {
                InputStatus::Checked { resources } => ("checked", json!({ "resources": resources })),
                InputStatus::NotTemplate(why) => ("not-a-template", json!({ "reason": why })),
                InputStatus::Parameters(of) => ("parameters", json!({ "templates": of })),
                InputStatus::Linked(by) => ("linked", json!({ "by": by })),
                InputStatus::Failed(why) => ("could-not-be-checked", json!({ "reason": why })),
            };
            let mut object = Map::new();
            object.insert("name".into(), Json::from(input.name.as_str()));
            object.insert("status".into(), Json::from(status));
            object.extend(hashes.get(&input.name).map(|hash| ("sha256".to_owned(), Json::from(hash.as_str()))));
            if let Json::Object(detail) = detail {
                object.extend(detail);
            }
            Json::Object(object)
        }).collect::<Vec<_>>(),
        "problems": run.problems.iter().map(|problem| json!({
            "code": problem.code,
            "severity": problem.severity.name(),
            "message": problem.message,
            "input": problem.input,
            "place": problem.place.as_ref().map(|at| place(at, &texts)),
            "help": problem.help,
        })).collect::<Vec<_>>(),
        "rules": run.rules.iter().map(|one| rule(one)).collect::<Vec<_>>(),
        "unlisted": run.unlisted.iter().map(|one| json!({
            "rule": one.rule.id,
            "verdict": one.verdict.name(),
            "suppressed": one.is_suppressed,
            "count": one.count,
        })).collect::<Vec<_>>(),
        "outcomes": run.outcomes.iter().map(|one| outcome(one, &texts)).collect::<Vec<_>>(),
    });
    if let Some(time) = &run.time {
        whole["time"] = Json::from(time.as_str());
    }
    if run.compared {
        whole["compared"] = Json::from(true);
    }
    whole
}

/// SHA-256 of every text by name.
fn hashes(sources: &Sources) -> HashMap<String, String> {
    let digest = |id: SourceId| match sources.large_path(id) {
        None => Some(Sha256::digest(sources.get(id).text.as_bytes())),
        Some(path) => {
            let mut hash = Sha256::new();
            let mut reader = BufReader::with_capacity(1 << 20, File::open(path).ok()?);
            loop {
                let part = reader.fill_buf().ok()?;
                if part.is_empty() {
                    return Some(hash.finalize());
                }
                hash.update(part);
                let length = part.len();
                reader.consume(length);
            }
        }
    };
    let hex = |id: SourceId| digest(id).into_iter().flatten().map(|byte| format!("{byte:02x}")).collect();
    sources.ids().map(|id| (sources.name(id), hex(id))).collect()
}

fn summary(of: &Summary) -> Json {
    json!({
        "errors": of.errors,
        "warnings": of.warnings,
        "notes": of.notes,
        "passed": of.passed,
        "unknown": of.unknown,
        "suppressed": of.suppressed,
        "known": of.known,
        "rules": of.rules,
        "resources": of.resources,
        "checked": of.checked,
        "notTemplates": of.not_templates,
        "couldNotBeChecked": of.failed_inputs,
        "problems": of.problems,
    })
}

/// What a report says about a rule.
pub fn rule(of: &Rule) -> Json {
    let mut object = json!({
        "id": of.id,
        "code": of.code,
        "pack": of.pack,
        "severity": of.severity.name(),
        "category": of.category,
        "service": of.service,
        "title": of.title,
        "why": of.why,
        "help": of.help,
        "controls": of.controls.iter().map(|(name, list)| (name.clone(), json!(list))).collect::<Map<String, Json>>(),
        "links": of.links,
    });
    if of.lifecycle != Lifecycle::Stable {
        object["lifecycle"] = Json::from(of.lifecycle.name());
    }
    if let Some(instead) = &of.deprecated {
        object["deprecated"] = Json::from(instead.as_str());
    }
    if !of.is_waivable {
        object["waivable"] = Json::from(false);
    }
    if let Some(requirement) = &of.requirement {
        object["requirement"] = Json::from(requirement.as_str());
    }
    if !of.alternatives.is_empty() {
        object["alternatives"] = of
            .alternatives
            .iter()
            .map(|one| {
                let criteria: Map<String, Json> =
                    one.criteria.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect();
                json!({ "option": one.option, "verdict": one.verdict, "because": one.because, "criteria": criteria })
            })
            .collect();
    }
    object
}

fn place(of: &Place, texts: &Texts) -> Json {
    let (name, start) = texts.place(of.at);
    let end = texts.end(of.at);
    json!({
        "file": name,
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "offset": of.at.span.start,
        "length": of.at.span.end.saturating_sub(of.at.span.start),
        "label": of.label,
    })
}

fn suppression(of: &Suppression) -> Json {
    json!({ "kind": of.kind, "reason": of.reason, "owner": of.owner, "ticket": of.ticket, "expires": of.expires })
}

fn outcome(of: &Outcome, texts: &Texts) -> Json {
    json!({
        "rule": of.rule.id,
        "verdict": of.verdict.name(),
        "message": of.message,
        "resource": {
            "id": &*of.subject.id,
            "type": &*of.subject.type_name,
            "name": &*of.subject.name,
            "component": of.subject.component.as_deref(),
        },
        "pointer": of.pointer,
        "actual": of.actual,
        "place": place(&of.primary, texts),
        "related": of.related.iter().map(|one| place(one, texts)).collect::<Vec<_>>(),
        "under": of.under,
        "environments": of.environments,
        "decidedBy": of.decided_by,
        "suppressed": of.suppressed.as_ref().map(suppression),
    })
}
