//! Markdown, for job summaries and reviews.

use super::view::{
    NOT_ASSESSED, accepted, controls, counted, detail, idle, list, message, number, open, parameters, requirements,
    rule, shown, text, texts,
};
use super::{hidden, summary};
use crate::check::Severity;
use serde_json::Value as Json;
use std::fmt::Write;

/// Most rows of a table: a job summary has at most 1 MiB.
const MOST_ROWS: usize = 500;

pub fn render(document: &Json, show: Severity) -> String {
    let count = |name: &str| number(&document["summary"], name);
    let many = |name: &str, what: &str| summary::count(count(name) as usize, what);
    let mut out = String::from("# archlint\n\n");
    let _ = writeln!(
        out,
        "**{}, {}, {}** · {} passed · {} could not be decided · {} suppressed{}\n",
        many("errors", "error"),
        many("warnings", "warning"),
        many("notes", "note"),
        count("passed"),
        count("unknown"),
        count("suppressed"),
        if count("known") > 0 { format!(" ({} known)", count("known")) } else { String::new() }
    );
    let _ = writeln!(
        out,
        "Checked {} in {} with {}; {} could not be read, {} not checked.\n",
        many("resources", "resource"),
        many("checked", "file"),
        many("rules", "rule"),
        many("couldNotBeChecked", "file"),
        count("notTemplates")
    );
    let more = counted(document);
    if !more.is_empty() {
        let _ = writeln!(out, "{more}\n");
    }
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
        let _ = writeln!(
            out,
            "<details><summary>{} could not be decided</summary>\n",
            summary::count(unknown.len(), "verdict")
        );
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
    let waived = accepted(document);
    if !waived.is_empty() {
        let _ = writeln!(out, "<details><summary>{} suppressed</summary>\n", waived.len());
        let rows = waived.iter().map(|outcome| {
            let (why, resource) = (&outcome["suppressed"], &outcome["resource"]);
            let words = ["kind", "reason", "owner", "ticket", "expires"].map(|name| text(why, name));
            let place = &outcome["place"];
            let at = format!("{}:{}", text(place, "file"), number(place, "line"));
            let what = message(outcome);
            let what = [text(outcome, "rule"), text(resource, "name"), &at, &what];
            what.iter().chain(&words).map(|word| cell(word)).collect()
        });
        table(
            &mut out,
            &["rule", "resource", "where", "what", "by", "reason", "owner", "ticket", "until"],
            rows.collect(),
        );
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
    assessed(&mut out, document);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// What an auditor asks for beyond the findings: what was looked at, by what, and what was not.
fn assessed(out: &mut String, document: &Json) {
    out.push_str("<details><summary>Scope</summary>\n\n");
    let mut tool = format!("archlint {}", text(&document["tool"], "version"));
    if let Some(time) = document["time"].as_str() {
        tool.push_str(&format!(", {time}"));
    }
    let _ = writeln!(out, "{tool}\n");
    let inputs = list(document, "inputs").iter().map(|input| {
        let status = text(input, "status").replace('-', " ");
        vec![cell(text(input, "name")), status, cell(&detail(input)), text(input, "sha256").to_owned()]
    });
    table(out, &["file", "outcome", "detail", "SHA-256"], inputs.collect());
    let packs = list(document, "packs").iter().map(|pack| {
        let hash = pack["sha256"].as_str().unwrap_or("built in").to_owned();
        vec![cell(text(pack, "name")), text(pack, "version").to_owned(), cell(&parameters(pack)), hash]
    });
    table(out, &["pack", "version", "parameters", "SHA-256"], packs.collect());
    out.push_str("</details>\n\n");
    for (title, head, groups) in
        [("Requirements", "requirement", requirements(document)), ("Controls", "control", controls(document))]
    {
        if groups.is_empty() {
            continue;
        }
        let _ = writeln!(out, "<details><summary>{title}</summary>\n");
        let rows = groups.iter().map(|group| {
            let numbers = [group.rules, group.passed, group.failed, group.unknown, group.accepted];
            let title = group.title.map(|title| format!(": {title}")).unwrap_or_default();
            let mut row = vec![cell(&format!("{}{title}", group.name))];
            row.extend(numbers.iter().map(usize::to_string));
            row.extend([group.result().to_owned(), group.open.join(", ")]);
            row
        });
        let heads = [head, "rules", "passed", "failed", "not known", "accepted", "result", "open rules"];
        table(out, &heads, rows.collect());
        out.push_str("</details>\n\n");
    }
    decisions(out, document);
    let idle = idle(document);
    let _ = writeln!(out, "<details><summary>Not assessed</summary>\n");
    let of = list(document, "rules").len();
    let _ =
        writeln!(out, "{} of {of} rules found nothing in the input that they apply to. {NOT_ASSESSED}\n", idle.len());
    let rows = idle.iter().map(|rule| ["id", "requirement", "title"].map(|name| cell(text(rule, name))).to_vec());
    table(out, &["rule", "requirement", "what it checks"], rows.collect());
    out.push_str("</details>\n");
}

fn decisions(out: &mut String, document: &Json) {
    let weighed: Vec<&Json> =
        list(document, "rules").iter().filter(|rule| !list(rule, "alternatives").is_empty()).collect();
    if weighed.is_empty() {
        return;
    }
    out.push_str("<details><summary>Decisions</summary>\n\n");
    for rule in weighed {
        let title = format!("{} {}", text(rule, "requirement"), text(rule, "title"));
        let _ = writeln!(out, "{}\n", cell(title.trim()));
        let rows = list(rule, "alternatives").iter().map(|one| {
            let criteria = one["criteria"].as_object().into_iter().flatten();
            let criteria: Vec<String> =
                criteria.map(|(name, value)| format!("{name}: {}", value.as_str().unwrap_or_default())).collect();
            let mut row = ["option", "verdict", "because"].map(|name| cell(text(one, name))).to_vec();
            row.push(cell(&criteria.join("; ")));
            row
        });
        table(out, &["option", "verdict", "because", "criteria"], rows.collect());
    }
    out.push_str("</details>\n\n");
}

fn table(out: &mut String, heads: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()));
    for row in rows.iter().take(MOST_ROWS) {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    rest(out, rows.len());
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
