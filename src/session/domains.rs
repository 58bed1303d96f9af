//! Verdicts that hang on a parameter with few possible values are decided by trying them all: pass means for every
//! value, fail names the one that breaks it.

use crate::check::{Outcome, Verdict};
use crate::document::Value;
use crate::source::Location;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Most combinations of values that are tried for one template.
pub const MAX_TRIALS: usize = 64;

/// Judges anew under an assignment, by the rules with these ids at least.
type Trial<'t> = &'t mut dyn FnMut(&[(Arc<str>, Value)], &HashSet<String>) -> Vec<Outcome>;

type Assignment = Vec<(Arc<str>, Value)>;

/// One rule on one declaration.
type Key = (String, Location);

fn key(outcome: &Outcome) -> Key {
    (outcome.rule.id.clone(), outcome.subject.at)
}

/// Replaces open outcomes by what `judge` says under each combination of the parameters they depend on.
pub fn decide(outcomes: &mut Vec<Outcome>, domains: &[(Arc<str>, Vec<Value>)], judge: Trial) {
    let depends = |outcome: &Outcome, name: &Arc<str>| outcome.parameters.contains(name);
    let is_open = |outcome: &Outcome| {
        outcome.verdict == Verdict::Unknown || (outcome.verdict == Verdict::Fail && !outcome.under.is_empty())
    };
    let mut tried: Vec<&(Arc<str>, Vec<Value>)> = Vec::new();
    let mut combinations = 1usize;
    for domain in domains {
        let is_asked = outcomes.iter().any(|outcome| is_open(outcome) && depends(outcome, &domain.0));
        if is_asked && combinations.saturating_mul(domain.1.len()) <= MAX_TRIALS {
            combinations *= domain.1.len();
            tried.push(domain);
        }
    }
    if tried.is_empty() {
        return;
    }
    let hangs = |outcome: &Outcome| is_open(outcome) && tried.iter().any(|(name, _)| depends(outcome, name));
    let rules: HashSet<String> =
        outcomes.iter().filter(|outcome| hangs(outcome)).map(|outcome| outcome.rule.id.clone()).collect();
    let assignments = product(&tried);
    let trials: Vec<(Assignment, HashMap<Key, Vec<Outcome>>)> = assignments
        .into_iter()
        .map(|assignment| {
            let mut grouped: HashMap<Key, Vec<Outcome>> = HashMap::new();
            for outcome in judge(&assignment, &rules) {
                grouped.entry(key(&outcome)).or_default().push(outcome);
            }
            (assignment, grouped)
        })
        .collect();
    let mut kept = Vec::with_capacity(outcomes.len());
    let mut decided: Vec<Key> = Vec::new();
    for outcome in outcomes.drain(..) {
        let own = key(&outcome);
        if !hangs(&outcome) {
            kept.push(outcome);
            continue;
        }
        if decided.contains(&own) {
            continue;
        }
        let worst = |group: &HashMap<Key, Vec<Outcome>>| {
            group.get(&own).and_then(|list| list.iter().max_by_key(|one| one.verdict)).cloned()
        };
        let results: Vec<(&Assignment, Option<Outcome>)> =
            trials.iter().map(|(assignment, group)| (assignment, worst(group))).collect();
        let failed: Vec<&(&Assignment, Option<Outcome>)> =
            results.iter().filter(|(_, one)| one.as_ref().is_some_and(|one| one.verdict == Verdict::Fail)).collect();
        if let Some((_, Some(example))) = failed.first() {
            let mut example = example.clone();
            let names: Vec<&Arc<str>> =
                tried.iter().map(|(name, _)| name).filter(|name| depends(&outcome, name)).collect();
            let cases: Vec<&Assignment> = failed.iter().map(|(assignment, _)| *assignment).collect();
            if failed.len() < results.len() {
                example.under.push(described(&names, &cases));
            }
            decided.push(own);
            kept.push(example);
        } else if results.iter().all(|(_, one)| one.as_ref().is_none_or(|one| one.verdict != Verdict::Unknown)) {
            let passed = results.into_iter().find_map(|(_, one)| one);
            decided.push(own);
            kept.push(Outcome {
                verdict: Verdict::Pass,
                message: String::new(),
                under: Vec::new(),
                decided_by: Vec::new(),
                ..passed.unwrap_or(outcome)
            });
        } else {
            kept.push(outcome);
        }
    }
    *outcomes = kept;
}

/// `when sku is 'Basic' or 'Standard'`; of several parameters the first combination.
fn described(names: &[&Arc<str>], cases: &[&Assignment]) -> String {
    let shown = |case: &Assignment, name: &Arc<str>| {
        let value = case.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        value.map(|value| value.as_str().map_or_else(|| value.to_json().to_string(), |text| format!("'{text}'")))
    };
    match names {
        [name] => {
            let mut values: Vec<String> = cases.iter().filter_map(|case| shown(case, name)).collect();
            values.dedup();
            format!("when {name} is {}", values.join(" or "))
        }
        _ => {
            let first = cases.first();
            let parts: Vec<String> =
                names.iter().filter_map(|name| Some(format!("{name} is {}", shown(first?, name)?))).collect();
            format!("when {}", parts.join(" and "))
        }
    }
}

fn product(domains: &[&(Arc<str>, Vec<Value>)]) -> Vec<Assignment> {
    let mut all: Vec<Assignment> = vec![Vec::new()];
    for (name, values) in domains {
        all = all
            .into_iter()
            .flat_map(|one| {
                values.iter().map(move |value| {
                    let mut next = one.clone();
                    next.push((name.clone(), value.clone()));
                    next
                })
            })
            .collect();
    }
    all
}
