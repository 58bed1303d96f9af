//! `archlint rules lint`.

use super::{Exit, Outcome, say, values};
use crate::policy::lint::{Remark, lint};
use crate::policy::{CompiledRule, Packs};
use crate::report::summary::count;
use crate::source::Sources;
use clap::ArgMatches;

pub fn run(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let chosen = super::packs::all_or_named(given, &sources)?;
    let wrong = super::packs::tell_faults(&chosen.packs, &sources);
    let wanted = super::packs::ids(&chosen.packs, &values(given, "rule"))?;
    let is_wanted = |rule: &CompiledRule| wanted.is_empty() || wanted.contains(&rule.rule.id);
    let remarks = lint(&chosen.packs, &is_wanted);
    let rules = chosen.packs.packs.iter().flat_map(|pack| &pack.rules).filter(|rule| is_wanted(rule)).count();
    let lines: String = remarks.iter().map(|remark| line(remark, &sources)).collect();
    say(&format!("{lines}{} on {}\n", count(remarks.len(), "remark"), count(rules, "rule")));
    Ok(match (wrong, remarks.is_empty()) {
        (true, _) => Exit::Wrong,
        (false, false) => Exit::Findings,
        (false, true) => Exit::Passed,
    })
}

/// Warns of types and properties nobody knows: such a rule would never say anything.
pub fn warn(packs: &Packs, foreign: &[String], sources: &Sources) {
    let remarks = lint(packs, &|rule| foreign.contains(&rule.rule.pack));
    for remark in remarks.iter().filter(|remark| ["unknown-type", "unknown-property"].contains(&remark.code)) {
        super::tell(&line(remark, sources));
    }
}

fn line(remark: &Remark, sources: &Sources) -> String {
    let source = sources.get(remark.at.source);
    let at = source.line_column(remark.at.span.start);
    format!("{}:{}:{}: warning[{}] {}\n", source.name, at.line, at.column, remark.code, remark.message)
}
