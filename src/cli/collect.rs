//! `archlint collect`: prints the script that exports what the packs look at. It runs nothing.

use super::{Exit, Outcome, Refused, say, values};
use crate::export::{Scope, script};
use crate::policy::types_of;
use crate::source::Sources;
use clap::ArgMatches;
use std::collections::BTreeSet;
use std::path::Path;

pub fn run(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let scope = Scope {
        groups: values(given, "resource-group"),
        subscription: given.get_one::<String>("subscription").cloned(),
    };
    if scope.groups.is_empty() && scope.subscription.is_none() {
        return Err(Refused("what is to be exported? --resource-group NAME, or --subscription ID".to_owned()));
    }
    let named = scope.groups.iter().chain(&scope.subscription);
    if named.into_iter().any(|name| name.is_empty() || name.starts_with('-') || name.contains(char::is_control)) {
        return Err(Refused("a resource group or subscription has no such name".to_owned()));
    }
    let config = crate::config::discover(Path::new("."), &sources)?;
    let chosen = super::packs::chosen(given, &config.packs, &config.overrides, &sources)?;
    if chosen.tell_errors(given, &sources) {
        return Ok(Exit::Wrong);
    }
    let packs = &chosen.packs.packs;
    let types: BTreeSet<String> = packs.iter().flat_map(types_of).collect();
    let names: Vec<&str> = packs.iter().map(|pack| pack.name.as_str()).collect();
    let about = [format!(
        "What archlint {} judges an export by, with the packs {}: written by archlint collect.",
        env!("CARGO_PKG_VERSION"),
        names.join(", ")
    )];
    say(&script(&types, &scope, &about));
    Ok(Exit::Passed)
}
