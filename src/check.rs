//! Evaluation of rules on an estate. Input: an [`crate::estate::Estate`] and packs. Output: verdicts with places.
//! Knows nothing of how they are shown.

mod finding;

pub use finding::{Input, InputStatus, Outcome, PackUse, Place, Problem, Run, Severity, Subject, Suppression, Verdict};
