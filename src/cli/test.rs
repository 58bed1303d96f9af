//! `archlint test`.

use super::{Exit, Outcome, say, values};
use crate::check::run_tests;
use crate::report::summary::count;
use crate::source::Sources;
use clap::ArgMatches;

pub fn run(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let mut chosen = super::packs::all_or_named(given, &sources)?;
    let wrong = super::packs::tell_faults(&chosen.packs, &sources);
    let wanted = super::packs::ids(&chosen.packs, &values(given, "rule"))?;
    if !wanted.is_empty() {
        for pack in &mut chosen.packs.packs {
            pack.rules.retain(|rule| wanted.contains(&rule.rule.id));
        }
    }
    let results = run_tests(&chosen.packs, &chosen.files, &sources);
    let mut out = String::new();
    let mut failed = 0;
    for result in &results {
        if let Some(failure) = &result.failure {
            failed += 1;
            let source = sources.get(result.at.source);
            let at = source.line_column(result.at.span.start);
            out.push_str(&format!("{}:{}:{}: {}: {failure}\n", source.name, at.line, at.column, result.name));
        }
    }
    let rules: usize = chosen.packs.packs.iter().map(|pack| pack.rules.len()).sum();
    out.push_str(&format!(
        "{} of {}: {} passed, {failed} failed\n",
        count(results.len(), "test"),
        count(rules, "rule"),
        results.len() - failed
    ));
    say(&out);
    Ok(if wrong || failed > 0 { Exit::Wrong } else { Exit::Passed })
}
