//! One rule, read from its file.

use crate::check::Severity;

/// A rule's own words about itself. What it selects and asserts is in its compiled condition.
#[derive(Debug, Default)]
pub struct Rule {
    /// The file's name: also the documentation anchor and the word that suppresses it.
    pub id: String,
    pub pack: String,
    /// Short permanent alias (`ARC001`).
    pub code: String,
    pub requirement: Option<String>,
    pub severity: Severity,
    pub category: String,
    pub service: String,
    pub title: String,
    pub message: String,
    pub why: String,
    pub help: String,
    pub fix: Fix,
    pub alternatives: Vec<Alternative>,
    /// Framework and its control numbers, in written order.
    pub controls: Vec<(String, Vec<String>)>,
    pub links: Vec<String>,
    pub aliases: Vec<String>,
    /// Ids under which other linters check the same.
    pub peers: Vec<String>,
    pub concepts: Vec<String>,
}

/// How to put it right, as text to copy.
#[derive(Debug, Default)]
pub struct Fix {
    pub bicep: Option<String>,
    pub arm: Option<String>,
}

/// One line of a decision matrix.
#[derive(Debug)]
pub struct Alternative {
    pub option: String,
    pub verdict: String,
    pub because: String,
}
