//! One line per finding: `file:line:column: severity[rule] message`.

use super::{Options, Summary, Texts, findings, full_message, hidden, shown, unknowns};
use crate::check::{Outcome, Place, Run};
use crate::source::Sources;
use std::fmt::Write;

pub fn render(run: &Run, sources: &Sources, options: &Options) -> String {
    let texts = Texts::new(run, sources);
    let mut out = String::new();
    let position = |place: &Place| {
        let (name, at) = texts.place(place.at);
        format!("{name}:{}:{}", at.line, at.column)
    };
    for problem in &run.problems {
        let at = problem.place.as_ref().map_or_else(|| problem.input.clone(), position);
        let _ = writeln!(out, "{at}: {}[{}] {}", problem.severity.name(), problem.code, problem.message);
    }
    let mut line = |outcome: &Outcome, word: &str| {
        let at = position(&outcome.primary);
        let _ = writeln!(out, "{at}: {word}[{}] {}", outcome.rule.id, full_message(outcome));
    };
    for outcome in shown(run, options) {
        line(outcome, outcome.rule.severity.name());
    }
    if options.show_unknown {
        for outcome in unknowns(run) {
            line(outcome, "unknown");
        }
    }
    out.push_str(&hidden(findings(run).count() - shown(run, options).count(), options.show));
    let _ = writeln!(out, "{}", Summary::of(run).sentence());
    out
}
