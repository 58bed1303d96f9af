//! Lines that make annotations: GitHub's workflow commands and Azure Pipelines' logging commands.

use super::view::{list, message, number, open, rule, shown, text};
use crate::check::Severity;
use serde_json::Value as Json;

/// `::error file=…,line=…::message`
/// (docs.github.com/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions).
pub fn github(document: &Json, show: Severity) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    for note in notes(document, show) {
        let word = match note.severity {
            "error" => "error",
            "warning" => "warning",
            _ => "notice",
        };
        let place = note.place.map_or(String::new(), |place| {
            format!(
                "file={},line={},endLine={},col={},endColumn={},",
                property(text(place, "file")),
                number(place, "line"),
                number(place, "endLine"),
                number(place, "column"),
                number(place, "endColumn")
            )
        });
        out.push_str(&format!("::{word} {place}title={}::{}\n", property(note.title), data(&note.message)));
    }
    out
}

/// `##vso[task.logissue …]message`
/// (learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands).
pub fn azure_pipelines(document: &Json, show: Severity) -> String {
    let data = |text: &str| text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(';', "%3B").replace(']', "%5D");
    let mut out = String::new();
    for note in notes(document, show) {
        let kind = if note.severity == "error" { "error" } else { "warning" };
        let place = note.place.map_or(String::new(), |place| {
            format!(
                "sourcepath={};linenumber={};columnnumber={};",
                property(text(place, "file")),
                number(place, "line"),
                number(place, "column")
            )
        });
        let (code, told) = (property(note.title), data(&note.message));
        out.push_str(&format!("##vso[task.logissue type={kind};{place}code={code};]{told}\n"));
    }
    out
}

/// GitLab's code quality report (docs.gitlab.com/ci/testing/code_quality).
pub fn gitlab(document: &Json) -> String {
    let entries: Vec<Json> = open(document, "fail")
        .map(|outcome| {
            let severity = match text(rule(document, outcome), "severity") {
                "error" => "critical",
                "warning" => "major",
                _ => "minor",
            };
            serde_json::json!({
                "description": message(outcome),
                "check_name": text(outcome, "rule"),
                "fingerprint": super::view::fingerprint(outcome),
                "severity": severity,
                "location": {
                    "path": text(&outcome["place"], "file"),
                    "lines": { "begin": number(&outcome["place"], "line") },
                },
            })
        })
        .collect();
    format!("{}\n", serde_json::to_string_pretty(&entries).unwrap_or_default())
}

struct Note<'d> {
    severity: &'d str,
    title: &'d str,
    message: String,
    place: Option<&'d Json>,
}

/// Problems of the input first, then findings.
fn notes(document: &Json, show: Severity) -> Vec<Note<'_>> {
    let problems = list(document, "problems").iter().map(|problem| Note {
        severity: text(problem, "severity"),
        title: text(problem, "code"),
        message: text(problem, "message").to_owned(),
        place: Some(&problem["place"]).filter(|place| !place.is_null()),
    });
    let findings = shown(document, show).map(|outcome| {
        let rule = rule(document, outcome);
        Note {
            severity: text(rule, "severity"),
            title: text(outcome, "rule"),
            message: format!("{}\n{}", message(outcome), text(rule, "help")),
            place: Some(&outcome["place"]),
        }
    });
    problems.chain(findings).collect()
}
