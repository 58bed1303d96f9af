//! Markdown, for job summaries and reviews.

use super::hidden;
use super::view::{list, message, number, open, rule, shown, text, texts};
use crate::check::Severity;
use serde_json::Value as Json;
use std::fmt::Write;

/// Most rows of a table: a job summary has at most 1 MiB.
const MOST_ROWS: usize = 500;

pub fn render(document: &Json, show: Severity) -> String {
    let summary = &document["summary"];
    let count = |name: &str| number(summary, name);
    let mut out = String::from("# archlint\n\n");
    let _ = writeln!(
        out,
        "**{} errors, {} warnings, {} notes** · {} passed · {} could not be decided · {} suppressed\n",
        count("errors"),
        count("warnings"),
        count("notes"),
        count("passed"),
        count("unknown"),
        count("suppressed")
    );
    let _ = writeln!(
        out,
        "Checked {} resources in {} files with {} rules; {} files could not be read, {} not checked.\n",
        count("resources"),
        count("checked"),
        count("rules"),
        count("couldNotBeChecked"),
        count("notTemplates")
    );
    let findings: Vec<&Json> = shown(document, show).collect();
    if findings.is_empty() {
        out.push_str("No findings.\n\n");
    } else {
        out.push_str("## Findings\n\n| | rule | where | what | what to do |\n|---|---|---|---|---|\n");
        for outcome in findings.iter().take(MOST_ROWS) {
            let (rule, place) = (rule(document, outcome), &outcome["place"]);
            let _ = writeln!(
                out,
                "| {} | {} | {}:{} | {} | {} |",
                text(rule, "severity"),
                linked(rule),
                cell(text(place, "file")),
                number(place, "line"),
                cell(&message(outcome)),
                cell(text(rule, "help"))
            );
        }
        rest(&mut out, findings.len());
    }
    let left_out = hidden(open(document, "fail").count() - findings.len(), show);
    if !left_out.is_empty() {
        let _ = writeln!(out, "{left_out}");
    }
    let unknown: Vec<&Json> = open(document, "unknown").collect();
    if !unknown.is_empty() {
        let _ = writeln!(out, "<details><summary>{} verdicts could not be decided</summary>\n", unknown.len());
        out.push_str("| rule | resource | why | what would decide it |\n|---|---|---|---|\n");
        for outcome in unknown.iter().take(MOST_ROWS) {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                text(outcome, "rule"),
                cell(text(&outcome["resource"], "name")),
                cell(&message(outcome)),
                cell(&texts(outcome, "decidedBy").join("; "))
            );
        }
        rest(&mut out, unknown.len());
        out.push_str("</details>\n\n");
    }
    let waived: Vec<&Json> =
        list(document, "outcomes").iter().filter(|outcome| !outcome["suppressed"].is_null()).collect();
    if !waived.is_empty() {
        let _ = writeln!(out, "<details><summary>{} suppressed</summary>\n", waived.len());
        out.push_str("| rule | resource | reason | owner | until |\n|---|---|---|---|---|\n");
        for outcome in waived.iter().take(MOST_ROWS) {
            let why = &outcome["suppressed"];
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                text(outcome, "rule"),
                cell(text(&outcome["resource"], "name")),
                cell(text(why, "reason")),
                cell(text(why, "owner")),
                text(why, "expires")
            );
        }
        rest(&mut out, waived.len());
        out.push_str("</details>\n\n");
    }
    let problems = list(document, "problems");
    if !problems.is_empty() {
        out.push_str("## Problems in the input\n\n");
        for problem in problems.iter().take(MOST_ROWS) {
            let line = problem["place"]["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
            let _ = writeln!(
                out,
                "- {} {}{line}: {}",
                text(problem, "severity"),
                cell(text(problem, "input")),
                cell(text(problem, "message"))
            );
        }
        rest(&mut out, problems.len());
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn rest(out: &mut String, count: usize) {
    if count > MOST_ROWS {
        let _ = writeln!(out, "\nand {} more", count - MOST_ROWS);
    }
    out.push('\n');
}

fn linked(rule: &Json) -> String {
    let id = text(rule, "id");
    match texts(rule, "links").first() {
        Some(link) => format!("[{id}]({link})"),
        None => id.to_owned(),
    }
}

/// Text in a table's cell.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
}
