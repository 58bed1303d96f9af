//! Evaluation of rules on an estate. Input: an [`crate::estate::Estate`] and packs. Output: verdicts with places.
//! Knows nothing of how they are shown.

mod amount;
pub mod api_versions;
mod chain;
mod compare;
mod finding;
mod fold;
mod items;
mod judge;
mod pack_test;
mod relate;
mod relation;
mod run;
mod suppress;
mod trace;

pub use compare::same_text;
pub use finding::{
    Input, InputStatus, Outcome, PackUse, Place, Problem, Run, Severity, Step, Subject, Suppression, Unlisted, Verdict,
};
pub use fold::fold;
pub use judge::{Evidence, Judge, Judgement, Spot, Truth, leaf, shown};
pub use pack_test::{TestResult, run_tests};
pub use run::{Members, Sink, evaluate, evaluate_part, members};
pub use suppress::{
    Baseline, Known, Policies, Text, Waiver, accept, apply as suppress, apply_inline as suppress_inline, is_date,
    matches_pattern, may_suppress,
};

/// Whether a type is one that a rule means: equal in any case, `*` standing for any run of characters.
/// `wanted` is lower case.
pub fn type_matches(wanted: &str, type_name: &str) -> bool {
    let Some((head, tail)) = wanted.split_once('*') else { return wanted.eq_ignore_ascii_case(type_name) };
    let name = type_name.to_ascii_lowercase();
    let Some(rest) = name.strip_prefix(head) else { return false };
    match tail {
        "" => true,
        _ => (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|rest| type_matches(tail, rest))),
    }
}
