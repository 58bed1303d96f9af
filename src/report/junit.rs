//! JUnit XML: one suite per rule, one case per resource. Unknown verdicts are skipped cases with their reason.

use super::view::{escaped, list, message, number, text};
use serde_json::Value as Json;
use std::fmt::Write;

pub fn render(document: &Json) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"archlint\">\n");
    for rule in list(document, "rules") {
        let id = text(rule, "id");
        let cases: Vec<&Json> =
            list(document, "outcomes").iter().filter(|outcome| text(outcome, "rule") == id).collect();
        if cases.is_empty() {
            continue;
        }
        let failed = |case: &&&Json| text(case, "verdict") == "fail" && case["suppressed"].is_null();
        let skipped = |case: &&&Json| {
            text(case, "verdict") == "unknown" || (text(case, "verdict") == "fail" && !case["suppressed"].is_null())
        };
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
            escaped(id),
            cases.len(),
            cases.iter().filter(failed).count(),
            cases.iter().filter(skipped).count()
        );
        for case in &cases {
            let place = &case["place"];
            let _ = write!(
                out,
                "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
                escaped(id),
                escaped(text(&case["resource"], "name")),
                escaped(text(place, "file")),
                number(place, "line")
            );
            let told = escaped(&message(case));
            if failed(&case) {
                let severity = escaped(text(rule, "severity"));
                let at = format!("{}:{}:{}", text(place, "file"), number(place, "line"), number(place, "column"));
                let _ = writeln!(
                    out,
                    ">\n      <failure type=\"{severity}\" message=\"{told}\">{}\n{}</failure>\n    </testcase>",
                    escaped(&at),
                    escaped(text(rule, "help"))
                );
            } else if skipped(&case) {
                let why =
                    if case["suppressed"].is_null() { told } else { escaped(text(&case["suppressed"], "reason")) };
                let _ = writeln!(out, ">\n      <skipped message=\"{why}\"/>\n    </testcase>");
            } else {
                out.push_str("/>\n");
            }
        }
        out.push_str("  </testsuite>\n");
    }
    let problems = list(document, "problems");
    if !problems.is_empty() {
        let count = problems.len();
        let _ = writeln!(
            out,
            "  <testsuite name=\"input\" tests=\"{count}\" failures=\"0\" errors=\"{count}\" skipped=\"0\">"
        );
        for problem in problems {
            let _ = writeln!(
                out,
                "    <testcase classname=\"input\" name=\"{}\">\n      <error type=\"{}\" message=\"{}\"/>\n    </testcase>",
                escaped(text(problem, "input")),
                escaped(text(problem, "code")),
                escaped(text(problem, "message"))
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}
