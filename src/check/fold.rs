//! One finding per cause over several environments, also where each of them names its resources differently. For reports
//! only, after suppression: waivers and baselines mean the resources themselves.

use super::finding::{Outcome, Run, Suppression, Verdict};
use crate::source::Location;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What makes findings of several environments one.
#[derive(PartialEq, Eq, Hash)]
struct Cause {
    rule: String,
    declared: Location,
    decided: Location,
    verdict: Verdict,
    pointer: String,
    /// Without the resource's own name.
    message: String,
    suppressed: Option<(&'static str, String)>,
}

/// Joins failed and open verdicts of several environments that have one cause.
pub fn fold(run: &mut Run) {
    let mut ids: HashMap<(Location, &str), HashSet<&Arc<str>>> = HashMap::new();
    for outcome in &run.outcomes {
        for environment in &outcome.environments {
            ids.entry((outcome.subject.at, environment)).or_default().insert(&outcome.subject.id);
        }
    }
    // A place that declares several resources in one environment (a copy loop) does not say which of them is which.
    let several: HashSet<Location> = ids.iter().filter(|(_, ids)| ids.len() > 1).map(|((at, _), _)| *at).collect();
    let mut known: HashMap<Cause, usize> = HashMap::new();
    let mut kept: Vec<Outcome> = Vec::with_capacity(run.outcomes.len());
    for outcome in std::mem::take(&mut run.outcomes) {
        let is_open = matches!(outcome.verdict, Verdict::Fail | Verdict::Unknown);
        if !is_open || outcome.environments.is_empty() || several.contains(&outcome.subject.at) {
            kept.push(outcome);
            continue;
        }
        match known.get(&cause(&outcome)) {
            Some(&index) => {
                let first: &mut Outcome = &mut kept[index];
                for environment in outcome.environments {
                    if !first.environments.contains(&environment) {
                        first.environments.push(environment);
                    }
                }
                let new: Vec<_> = outcome.related.into_iter().filter(|place| !first.related.contains(place)).collect();
                first.related.extend(new);
            }
            None => {
                known.insert(cause(&outcome), kept.len());
                kept.push(outcome);
            }
        }
    }
    run.outcomes = kept;
}

fn cause(outcome: &Outcome) -> Cause {
    let suppressed = |of: &Suppression| (of.kind, of.reason.clone());
    Cause {
        rule: outcome.rule.id.clone(),
        declared: outcome.subject.at,
        decided: outcome.primary.at,
        verdict: outcome.verdict,
        pointer: outcome.pointer.clone(),
        message: outcome.message.replace(&*outcome.subject.name, "\u{0}"),
        suppressed: outcome.suppressed.as_ref().map(suppressed),
    }
}
