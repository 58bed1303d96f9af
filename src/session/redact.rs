//! Secrets taken out of a run before anybody sees it.

use super::parallel;
use crate::check::{InputStatus, Run, Step, Verdict};
use crate::secrets::{self, Known};
use crate::source::{Location, Sources};
use std::borrow::Cow;

/// Takes secrets out of what the run says: values that stand at their places, and their texts in problems.
pub fn redact(run: &mut Run, sources: &Sources, threads: usize) {
    run.secrets.sort_unstable();
    run.secrets.dedup();
    let secrets = &run.secrets;
    parallel::each(&mut run.outcomes, threads, |outcome| {
        if outcome.actual.is_none() && !matches!(outcome.verdict, Verdict::Fail | Verdict::Unknown) {
            return;
        }
        let mut places = std::iter::once(&outcome.primary).chain(&outcome.related);
        let known = places.any(|place| secrets.binary_search(&place.at).is_ok());
        // What is masked in part already tells more than a mask.
        if known && let Some(actual) = outcome.actual.take_if(|actual| !actual.contains(secrets::MASK)) {
            outcome.message = outcome.message.replace(&actual, secrets::MASK);
            outcome.actual = Some(secrets::MASK.to_owned());
        }
        for text in std::iter::once(&mut outcome.message).chain(&mut outcome.under) {
            if let Cow::Owned(masked) = secrets::masked(text) {
                *text = masked;
            }
        }
    });
    for outcome in run.outcomes.iter_mut().filter(|outcome| !outcome.steps.is_empty()) {
        outcome.steps.iter_mut().for_each(|step| redact_step(step, &run.secrets));
    }
    if run.problems.is_empty() {
        return;
    }
    let secrets = &run.secrets;
    let texts: Vec<String> = secrets.iter().map(|at| sources.get(at.source).slice(at.span).to_owned()).collect();
    let known = Known::new(texts.iter().map(String::as_str));
    for problem in &mut run.problems {
        problem.message = known.masked(&problem.message);
    }
    for input in &mut run.inputs {
        if let InputStatus::Failed(message) = &mut input.status {
            *message = known.masked(message);
        }
    }
}

/// Masks the value that a step found where a secret stands in it.
fn redact_step(step: &mut Step, secrets: &[Location]) {
    let holds = |at: Location| {
        let from = secrets.partition_point(|secret| (secret.source, secret.span.start) < (at.source, at.span.start));
        let inside = |secret: &&Location| secret.source == at.source && secret.span.start <= at.span.end;
        secrets[from..].iter().take_while(inside).any(|secret| secret.span.end <= at.span.end)
    };
    if step.places.first().is_some_and(|place| holds(place.at)) && step.found.is_some() {
        step.found = Some(secrets::MASK.to_owned());
    }
    step.inner.iter_mut().for_each(|inner| redact_step(inner, secrets));
}
