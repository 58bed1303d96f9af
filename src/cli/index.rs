//! Pages made from the packs: the index of rules, and which concept and which rule of other linters each one serves.

use crate::policy::{Pack, Rule};
use std::collections::BTreeMap;
use std::fmt::Write;

/// All rules by pack and service.
pub fn rules(packs: &[Pack]) -> String {
    let mut out = String::from(
        "# Rules\n\nMade by `archlint rules --format markdown`; a test holds it fresh. `archlint explain RULE` tells each in full.\n",
    );
    for pack in packs {
        let _ = writeln!(out, "\n## {}\n\n{}. {} rules.", pack.name, pack.title, pack.rules.len());
        let mut groups: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        for rule in &pack.rules {
            groups.entry(&rule.rule.service).or_default().push(&rule.rule);
        }
        for (service, rules) in groups {
            let _ = writeln!(
                out,
                "\n### {service}\n\n| rule | code | severity | serves | what is wrong |\n|---|---|---|---|---|"
            );
            for rule in rules {
                let _ = writeln!(
                    out,
                    "| `{}` | {} | {} | {} | {} |",
                    rule.id,
                    rule.code,
                    rule.severity.name(),
                    rule.requirement.as_deref().unwrap_or(&rule.category),
                    rule.title
                );
            }
        }
    }
    out
}

/// Concepts with our rule and the ids of other linters.
pub fn concepts(packs: &[Pack]) -> String {
    let mut rows: Vec<(&str, &Rule)> = packs
        .iter()
        .flat_map(|pack| &pack.rules)
        .flat_map(|rule| rule.rule.concepts.iter().map(|concept| (concept.as_str(), rule.rule.as_ref())))
        .collect();
    rows.sort_by_key(|(concept, rule)| (*concept, rule.id.as_str()));
    let mut out = format!(
        "# Coverage\n\nMade by `archlint rules --format concepts`; a test holds it fresh. {} concepts. `archlint explain` takes the ids\nof other linters as well: `archlint explain CKV_AZURE_3`.\n\n| concept | rule | in other linters |\n|---|---|---|\n",
        rows.len()
    );
    for (concept, rule) in rows {
        let _ = writeln!(out, "| {concept} | `{}` | {} |", rule.id, rule.peers.join(" "));
    }
    out
}
