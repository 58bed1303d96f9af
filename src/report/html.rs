//! The auditor's report: one HTML file with nothing loaded from elsewhere. It reads without script, on paper and by
//! screen reader; the script only filters.

use super::view::{
    Group, NOT_ASSESSED, accepted, controls, counted, detail, escaped, idle, list, message, number, parameters,
    requirements, rule, text, texts,
};
use crate::check::Severity;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::fmt::Write;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

pub fn render(document: &Json) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>archlint report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#verdicts\">Skip to the verdicts</a>\n<header>\n<h1>Architecture compliance report</h1>\n\
         <p class=\"soft\">archlint {}{}</p>\n</header>\n",
        escaped(text(&document["tool"], "version")),
        document["time"].as_str().map(|time| format!(" · {}", escaped(time))).unwrap_or_default()
    );
    out.push_str(
        "<nav aria-label=\"Sections\"><ul><li><a href=\"#scope\">Scope</a></li>\
         <li><a href=\"#requirements\">Requirements</a></li><li><a href=\"#controls\">Controls</a></li>\
         <li><a href=\"#verdicts\">Verdicts</a></li><li><a href=\"#waivers\">Accepted risks</a></li>\
         <li><a href=\"#decisions\">Decisions</a></li><li><a href=\"#coverage\">Not assessed</a></li></ul></nav>\n",
    );
    out.push_str("<main id=\"main\">\n");
    summary(&mut out, &document["summary"]);
    scope(&mut out, document);
    grouped(&mut out, &requirements(document), "requirements", "Requirements", "Requirement");
    grouped(&mut out, &controls(document), "controls", "Controls", "Control");
    verdicts(&mut out, document);
    waivers(&mut out, document);
    decisions(&mut out, document);
    coverage(&mut out, document);
    out.push_str("</main>\n");
    let _ = write!(out, "<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn summary(out: &mut String, of: &Json) {
    out.push_str("<section aria-label=\"Summary\"><ul class=\"tiles\">\n");
    for (name, title, class) in [
        ("errors", "errors", "fail"),
        ("warnings", "warnings", "warning"),
        ("notes", "notes", "soft"),
        ("passed", "passed", "pass"),
        ("unknown", "could not be decided", "unknown"),
        ("suppressed", "accepted risks", "soft"),
        ("resources", "resources checked", "soft"),
    ] {
        let _ = writeln!(out, "<li><strong class=\"{class}\">{}</strong> {title}</li>", number(of, name));
    }
    out.push_str("</ul></section>\n");
}

/// Heads of columns that hold numbers.
const COUNTS: [&str; 6] = ["Rules", "Passed", "Failed", "Not known", "Accepted", "Line"];

/// Opens a table with its caption and column heads.
fn table(out: &mut String, id: &str, caption: &str, heads: &[&str]) {
    let class = |head: &str| if COUNTS.contains(&head) { " class=\"number\"" } else { "" };
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\"{}>{head}</th>", class(head))).collect();
    let id = if id.is_empty() { String::new() } else { format!(" id=\"{id}\"") };
    let _ = writeln!(
        out,
        "<div class=\"wide\"><table{id}><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>"
    );
}

fn scope(out: &mut String, document: &Json) {
    open(out, "scope", "Scope");
    table(out, "", "Inputs", &["File", "Outcome", "Detail", "SHA-256"]);
    for input in list(document, "inputs") {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            escaped(text(input, "name")),
            escaped(&text(input, "status").replace('-', " ")),
            escaped(&detail(input)),
            escaped(text(input, "sha256"))
        );
    }
    out.push_str("</tbody></table></div>\n");
    table(out, "", "Rule packs and the parameters in force", &["Pack", "Version", "Parameters", "SHA-256"]);
    for pack in list(document, "packs") {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"long\">{}</td><td>{}</td></tr>",
            escaped(text(pack, "name")),
            escaped(text(pack, "version")),
            escaped(&parameters(pack)),
            match pack["sha256"].as_str() {
                Some(hash) => format!("<code>{}</code>", escaped(hash)),
                None => "built in".to_owned(),
            }
        );
    }
    out.push_str("</tbody></table></div>\n");
    let problems = list(document, "problems");
    if !problems.is_empty() {
        table(out, "", "Problems in the input", &["File", "Line", "Problem"]);
        for problem in problems {
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td>{}</td></tr>",
                escaped(text(problem, "input")),
                number(&problem["place"], "line"),
                escaped(text(problem, "message"))
            );
        }
        out.push_str("</tbody></table></div>\n");
    }
    out.push_str("</section>\n");
}

/// Counts of verdicts by what they serve.
fn grouped(out: &mut String, groups: &[Group], id: &str, title: &str, head: &str) {
    open(out, id, title);
    if groups.is_empty() {
        out.push_str("<p>None of the rules names one.</p></section>\n");
        return;
    }
    let heads = [head, "Rules", "Passed", "Failed", "Not known", "Accepted", "Result", "Open rules"];
    table(out, "", &format!("Verdicts by {}", head.to_lowercase()), &heads);
    for group in groups {
        let class = match group.result() {
            "failed" => "fail",
            "not decided" => "unknown",
            "not assessed" => "soft",
            _ => "pass",
        };
        let open: Vec<String> =
            group.open.iter().map(|rule| format!("<a href=\"#rule-{0}\">{0}</a>", escaped(rule))).collect();
        let title = group.title.map(|title| format!("<br><span class=\"soft\">{}</span>", escaped(title)));
        let _ = write!(out, "<tr><th scope=\"row\">{}{}</th>", escaped(&group.name), title.unwrap_or_default());
        for number in [group.rules, group.passed, group.failed, group.unknown, group.accepted] {
            let _ = write!(out, "<td class=\"number\">{number}</td>");
        }
        let _ =
            writeln!(out, "<td class=\"verdict {class}\">{}</td><td>{}</td></tr>", group.result(), open.join("<br>"));
    }
    out.push_str("</tbody></table></div></section>\n");
}

/// Opens a section with its heading.
fn open(out: &mut String, id: &str, title: &str) {
    let _ = writeln!(out, "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>");
}

fn verdicts(out: &mut String, document: &Json) {
    out.push_str(
        "<section aria-labelledby=\"verdicts\"><h2 id=\"verdicts\">Verdicts</h2>\n<form id=\"filter\" role=\"search\" aria-label=\"Filter the verdicts\" hidden><label>Search <input name=\"words\" type=\"search\"></label>\n\
         <label>Verdict <select name=\"verdict\"><option value=\"\">all</option><option>fail</option><option>unknown</option>\
         <option>accepted</option><option>pass</option></select></label>\n\
         <label>Severity <select name=\"severity\"><option value=\"\">all</option><option>error</option><option>warning</option>\
         <option>note</option></select></label>\n<button type=\"reset\">Show all</button>\n<output id=\"shown\" class=\"soft\"></output></form>\n",
    );
    let more = counted(document);
    if !more.is_empty() {
        let _ = writeln!(out, "<p>{more}</p>");
    }
    let heads = ["Verdict", "Rule", "Resource", "What", "Evidence"];
    table(out, "list", "Every rule on every resource it applies to; failures first", &heads);
    let rank = |outcome: &Json| match (text(outcome, "verdict"), outcome["suppressed"].is_null()) {
        ("fail", true) => 0,
        ("unknown", true) => 1,
        (_, false) => 2,
        _ => 3,
    };
    let mut outcomes: Vec<&Json> = list(document, "outcomes").iter().collect();
    let severity = |outcome: &Json| Severity::parse(text(rule(document, outcome), "severity"));
    outcomes.sort_by_key(|outcome| (rank(outcome), std::cmp::Reverse(severity(outcome))));
    let mut seen: HashSet<&str> = HashSet::new();
    for outcome in outcomes {
        let rule = rule(document, outcome);
        let (verdict, class) = match rank(outcome) {
            0 => ("fail", if text(rule, "severity") == "error" { "fail" } else { "warning" }),
            1 => ("unknown", "unknown"),
            2 => ("accepted", "soft"),
            _ => ("pass", "pass"),
        };
        let severity = escaped(text(rule, "severity"));
        let id = text(outcome, "rule");
        let anchor = if seen.insert(id) { format!(" id=\"rule-{}\"", escaped(id)) } else { String::new() };
        let told = message(outcome);
        let what = if told.is_empty() { text(rule, "title").to_owned() } else { told };
        let help = if rank(outcome) == 0 { text(rule, "help") } else { "" };
        let decided = texts(outcome, "decidedBy").join("; ");
        let _ = writeln!(
            out,
            "<tr{anchor} data-verdict=\"{verdict}\" data-severity=\"{severity}\"><td class=\"verdict {class}\">{verdict}{}</td><th scope=\"row\">{}<br>\
             <span class=\"soft\">{}</span></th><td>{}<br><span class=\"soft\">{}</span></td><td>{}<br>\
             <span class=\"soft\">{}{}</span></td><td>{}</td></tr>",
            if verdict == "fail" { format!("<br><span class=\"soft\">{severity}</span>") } else { String::new() },
            escaped(text(outcome, "rule")),
            escaped(text(rule, "requirement")),
            escaped(text(&outcome["resource"], "name")),
            escaped(text(&outcome["resource"], "type")),
            escaped(&what),
            escaped(help),
            escaped(&if decided.is_empty() { String::new() } else { format!("Decided by {decided}") }),
            evidence(outcome)
        );
    }
    out.push_str("</tbody></table></div></section>\n");
}

/// The deciding value and where it stands.
fn evidence(outcome: &Json) -> String {
    let place = &outcome["place"];
    let at = format!("{}:{}:{}", text(place, "file"), number(place, "line"), number(place, "column"));
    let mut made = format!("<code>{}</code>", escaped(&at));
    if let Some(value) = outcome["actual"].as_str() {
        made.push_str(&format!("<br>value <code>{}</code>", escaped(value)));
    }
    let pointer = text(outcome, "pointer");
    if !pointer.is_empty() {
        made.push_str(&format!("<br><code class=\"soft\">{}</code>", escaped(pointer)));
    }
    made
}

fn waivers(out: &mut String, document: &Json) {
    open(out, "waivers", "Accepted risks");
    let waived = accepted(document);
    if waived.is_empty() {
        out.push_str("<p>None.</p></section>\n");
        return;
    }
    let heads = ["Rule", "Resource", "Kind", "Reason", "Owner", "Ticket", "Until"];
    table(out, "", "Findings that do not count, and why", &heads);
    for outcome in waived {
        let why = &outcome["suppressed"];
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(text(outcome, "rule")));
        let _ = write!(out, "<td>{}</td>", escaped(text(&outcome["resource"], "name")));
        for name in ["kind", "reason", "owner", "ticket", "expires"] {
            let _ = write!(out, "<td>{}</td>", escaped(text(why, name)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div></section>\n");
}

fn decisions(out: &mut String, document: &Json) {
    open(out, "decisions", "Decisions");
    let mut any = false;
    for rule in list(document, "rules").iter().filter(|rule| !list(rule, "alternatives").is_empty()) {
        any = true;
        let alternatives = list(rule, "alternatives");
        let mut criteria: Vec<&str> = Vec::new();
        for name in alternatives.iter().filter_map(|one| one["criteria"].as_object()).flat_map(|map| map.keys()) {
            if !criteria.contains(&name.as_str()) {
                criteria.push(name);
            }
        }
        let heads: Vec<String> = criteria.iter().map(|name| escaped(name)).collect();
        let mut all = vec!["Option", "Verdict", "Because"];
        all.extend(heads.iter().map(String::as_str));
        let caption = format!("{} {}", text(rule, "requirement"), text(rule, "title"));
        table(out, "", &escaped(caption.trim()), &all);
        for one in alternatives {
            let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(text(one, "option")));
            let _ = write!(out, "<td>{}</td><td>{}</td>", escaped(text(one, "verdict")), escaped(text(one, "because")));
            for name in &criteria {
                let _ = write!(out, "<td>{}</td>", escaped(text(&one["criteria"], name)));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n");
    }
    if !any {
        out.push_str("<p>No rule of this run weighs alternatives.</p>\n");
    }
    out.push_str("</section>\n");
}

fn coverage(out: &mut String, document: &Json) {
    open(out, "coverage", "Not assessed");
    let idle = idle(document);
    let _ = writeln!(
        out,
        "<p>{} of {} rules found nothing in the input that they apply to. {NOT_ASSESSED}</p>",
        idle.len(),
        list(document, "rules").len()
    );
    if !idle.is_empty() {
        table(out, "", "Rules without a resource to judge", &["Rule", "Requirement", "What it checks"]);
        for rule in idle {
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
                escaped(text(rule, "id")),
                escaped(text(rule, "requirement")),
                escaped(text(rule, "title"))
            );
        }
        out.push_str("</tbody></table></div>\n");
    }
    out.push_str("</section>\n");
}
