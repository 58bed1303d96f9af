//! The auditor's report: one HTML file with nothing loaded from elsewhere. It reads without script, on paper and by
//! screen reader; the script only filters.

use super::summary::count;
use super::view::{escaped, list, message, number, rule, text, texts};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashSet};
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
         <a class=\"skip\" href=\"#main\">Skip to the verdicts</a>\n<header>\n<h1>Architecture compliance report</h1>\n\
         <p class=\"soft\">archlint {}{}</p>\n</header>\n",
        escaped(text(&document["tool"], "version")),
        document["time"].as_str().map(|time| format!(" · {}", escaped(time))).unwrap_or_default()
    );
    out.push_str(
        "<nav aria-label=\"Sections\"><ul><li><a href=\"#scope\">Scope</a></li>\
         <li><a href=\"#requirements\">Requirements</a></li><li><a href=\"#controls\">Controls</a></li>\
         <li><a href=\"#main\">Verdicts</a></li><li><a href=\"#waivers\">Accepted risks</a></li>\
         <li><a href=\"#decisions\">Decisions</a></li><li><a href=\"#coverage\">Not assessed</a></li></ul></nav>\n",
    );
    summary(&mut out, &document["summary"]);
    scope(&mut out, document);
    let requirement = |rule: &Json, into: &mut Vec<String>| {
        into.extend(rule["requirement"].as_str().map(str::to_owned));
    };
    grouped(&mut out, document, "requirements", "Requirements", "Requirement", &requirement);
    let control = |rule: &Json, into: &mut Vec<String>| {
        for (framework, numbers) in rule["controls"].as_object().into_iter().flatten() {
            let numbers = numbers.as_array().into_iter().flatten().filter_map(Json::as_str);
            into.extend(numbers.map(|number| format!("{framework} {number}")));
        }
    };
    grouped(&mut out, document, "controls", "Controls", "Control", &control);
    verdicts(&mut out, document);
    waivers(&mut out, document);
    decisions(&mut out, document);
    coverage(&mut out, document);
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
    let _ = writeln!(out, "<table{id}><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>");
}

fn scope(out: &mut String, document: &Json) {
    out.push_str("<section><h2 id=\"scope\">Scope</h2>\n");
    table(out, "", "Inputs", &["File", "Outcome", "Detail", "SHA-256"]);
    for input in list(document, "inputs") {
        let detail = match text(input, "status") {
            "checked" => count(number(input, "resources") as usize, "resource"),
            "parameters" => format!("parameters of {}", texts(input, "templates").join(", ")),
            "linked" => format!("part of {}", text(input, "by")),
            _ => text(input, "reason").to_owned(),
        };
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            escaped(text(input, "name")),
            escaped(&text(input, "status").replace('-', " ")),
            escaped(&detail),
            escaped(text(input, "sha256"))
        );
    }
    out.push_str("</tbody></table>\n");
    table(out, "", "Rule packs and the parameters in force", &["Pack", "Version", "Parameters"]);
    for pack in list(document, "packs") {
        let parameters: Vec<String> = pack["parameters"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
            escaped(text(pack, "name")),
            escaped(text(pack, "version")),
            escaped(&parameters.join(", "))
        );
    }
    out.push_str("</tbody></table>\n");
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
        out.push_str("</tbody></table>\n");
    }
    out.push_str("</section>\n");
}

/// Counts of verdicts by what `names` gives for their rules.
fn grouped(
    out: &mut String,
    document: &Json,
    id: &str,
    title: &str,
    head: &str,
    names: &dyn Fn(&Json, &mut Vec<String>),
) {
    let mut groups: BTreeMap<(String, u64, String), [usize; 5]> = BTreeMap::new();
    let keys = |rule: &Json| {
        let mut list = Vec::new();
        names(rule, &mut list);
        list.into_iter().map(|name| sortable(&name)).collect::<Vec<_>>()
    };
    for rule in list(document, "rules") {
        for key in keys(rule) {
            groups.entry(key).or_default()[0] += 1;
        }
    }
    for outcome in list(document, "outcomes") {
        let column = match (text(outcome, "verdict"), outcome["suppressed"].is_null()) {
            ("pass", _) => 1,
            ("fail", true) => 2,
            ("unknown", true) => 3,
            ("fail" | "unknown", false) => 4,
            _ => continue,
        };
        for key in keys(rule(document, outcome)) {
            groups.entry(key).or_default()[column] += 1;
        }
    }
    let _ = writeln!(out, "<section><h2 id=\"{id}\">{title}</h2>");
    if groups.is_empty() {
        out.push_str("<p>None of the rules names one.</p></section>\n");
        return;
    }
    let heads = [head, "Rules", "Passed", "Failed", "Not known", "Accepted", "Result"];
    table(out, "", "Verdicts by what they serve", &heads);
    for ((_, _, name), [rules, passed, failed, unknown, waived]) in &groups {
        let (class, result) = match (failed, unknown, passed + waived) {
            (1.., _, _) => ("fail", "failed"),
            (0, 1.., _) => ("unknown", "not decided"),
            (0, 0, 1..) => ("pass", "passed"),
            _ => ("soft", "not assessed"),
        };
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{rules}</td><td class=\"number\">{passed}</td>\
             <td class=\"number\">{failed}</td><td class=\"number\">{unknown}</td><td class=\"number\">{waived}</td>\
             <td class=\"verdict {class}\">{result}</td></tr>",
            escaped(name)
        );
    }
    out.push_str("</tbody></table></section>\n");
}

/// Orders `TX-2` before `TX-10`.
fn sortable(name: &str) -> (String, u64, String) {
    let at = name.trim_end_matches(|last: char| last.is_ascii_digit()).len();
    (name[..at].to_owned(), name[at..].parse().unwrap_or(0), name.to_owned())
}

fn verdicts(out: &mut String, document: &Json) {
    out.push_str(
        "<main><h2 id=\"main\">Verdicts</h2>\n<form id=\"filter\" hidden><label>Search <input name=\"words\" type=\"search\"></label>\n\
         <label>Verdict <select name=\"verdict\"><option value=\"\">all</option><option>fail</option><option>unknown</option>\
         <option>accepted</option><option>pass</option></select></label>\n<output id=\"shown\" class=\"soft\"></output></form>\n",
    );
    let heads = ["Verdict", "Rule", "Resource", "What", "Evidence"];
    table(out, "verdicts", "Every rule on every resource it applies to; failures first", &heads);
    let rank = |outcome: &Json| match (text(outcome, "verdict"), outcome["suppressed"].is_null()) {
        ("fail", true) => 0,
        ("unknown", true) => 1,
        (_, false) => 2,
        _ => 3,
    };
    let mut outcomes: Vec<&Json> = list(document, "outcomes").iter().collect();
    outcomes.sort_by_key(|outcome| rank(outcome));
    for outcome in outcomes {
        let rule = rule(document, outcome);
        let (verdict, class) = match rank(outcome) {
            0 => ("fail", if text(rule, "severity") == "error" { "fail" } else { "warning" }),
            1 => ("unknown", "unknown"),
            2 => ("accepted", "soft"),
            _ => ("pass", "pass"),
        };
        let told = message(outcome);
        let what = if told.is_empty() { text(rule, "title").to_owned() } else { told };
        let help = if rank(outcome) == 0 { text(rule, "help") } else { "" };
        let decided = texts(outcome, "decidedBy").join("; ");
        let _ = writeln!(
            out,
            "<tr data-verdict=\"{verdict}\"><td class=\"verdict {class}\">{verdict}{}</td><th scope=\"row\">{}<br>\
             <span class=\"soft\">{}</span></th><td>{}<br><span class=\"soft\">{}</span></td><td>{}<br>\
             <span class=\"soft\">{}{}</span></td><td>{}</td></tr>",
            if verdict == "fail" {
                format!("<br><span class=\"soft\">{}</span>", text(rule, "severity"))
            } else {
                String::new()
            },
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
    out.push_str("</tbody></table></main>\n");
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
    out.push_str("<section><h2 id=\"waivers\">Accepted risks</h2>\n");
    let waived: Vec<&Json> =
        list(document, "outcomes").iter().filter(|outcome| !outcome["suppressed"].is_null()).collect();
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
    out.push_str("</tbody></table></section>\n");
}

fn decisions(out: &mut String, document: &Json) {
    out.push_str("<section><h2 id=\"decisions\">Decisions</h2>\n");
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
        out.push_str("</tbody></table>\n");
    }
    if !any {
        out.push_str("<p>No rule of this run weighs alternatives.</p>\n");
    }
    out.push_str("</section>\n");
}

fn coverage(out: &mut String, document: &Json) {
    out.push_str("<section><h2 id=\"coverage\">Not assessed</h2>\n");
    let judged: HashSet<&str> = list(document, "outcomes").iter().map(|outcome| text(outcome, "rule")).collect();
    let idle: Vec<&Json> = list(document, "rules").iter().filter(|rule| !judged.contains(text(rule, "id"))).collect();
    let _ = writeln!(
        out,
        "<p>{} of {} rules found nothing in the input that they apply to. What the input does not hold was not assessed: \
         manual settings, data, code in packages, and anything in the files listed under Scope as not checked.</p>",
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
        out.push_str("</tbody></table>\n");
    }
    out.push_str("</section>\n");
}
