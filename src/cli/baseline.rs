//! `archlint baseline create|update|prune`.

use super::{Exit, Outcome, Refused, say};
use crate::baseline;
use crate::check::{Baseline, Run};
use crate::report::summary::count;
use crate::source::Sources;
use clap::ArgMatches;
use std::path::Path;

pub fn run(given: &ArgMatches) -> Outcome {
    let (action, inner) = given.subcommand().ok_or_else(|| Refused("create, update or prune?".to_owned()))?;
    let file = inner.get_one::<String>("file").map(String::as_str).unwrap_or_default();
    let path = Path::new(file);
    let old = if path.is_file() { baseline::read(path)? } else { Baseline::new() };
    if action == "create" && path.is_file() {
        return Err(Refused(format!("{file} exists already: 'update' adds to it, 'prune' takes away")));
    }
    if action != "create" && !path.is_file() {
        return Err(Refused(format!("{file} does not exist: 'create' makes it")));
    }
    let sources = Sources::new();
    let found: Run = super::check::for_baseline(inner, &sources)?;
    let current = baseline::of(&found, &|id| crate::input::absolute(&sources.name(id)));
    let new: Baseline = match action {
        "prune" => old.intersection(&current).cloned().collect(),
        _ => current,
    };
    let added = new.difference(&old).count();
    let removed = old.difference(&new).count();
    std::fs::write(path, baseline::text(&new, path))
        .map_err(|error| format!("cannot write {file}: {}", crate::input::reason(&error)))?;
    say(&format!("{file}: {}, {added} added, {removed} removed\n", count(new.len(), "known finding")));
    Ok(Exit::Passed)
}
