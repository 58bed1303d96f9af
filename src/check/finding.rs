//! What a check says: verdicts with their places. Everything here owns its data, so that reports need no estate.

use crate::policy::Rule;
use crate::source::Location;
use std::sync::Arc;

/// The answer of one rule on one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    NotApplicable,
    Pass,
    Unknown,
    Fail,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::NotApplicable => "not-applicable",
            Verdict::Pass => "pass",
            Verdict::Unknown => "unknown",
            Verdict::Fail => "fail",
        }
    }
}

/// A place in an input with what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub at: Location,
    /// What stands there, in a few words (`this value`, `parameter default`, `missing 'sku' under here`).
    pub label: String,
}

/// The resource a verdict is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub id: Arc<str>,
    pub type_name: Arc<str>,
    pub name: Arc<str>,
    pub component: Option<Arc<str>>,
    /// Where the resource stands.
    pub at: Location,
}

/// One verdict with its evidence.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub rule: Arc<Rule>,
    pub verdict: Verdict,
    pub subject: Subject,
    /// What is wrong, or why it is not known; empty when it passed.
    pub message: String,
    /// JSON pointer in the resource's body of the deciding value (or of the object that lacks it).
    pub pointer: String,
    /// The deciding value as JSON text (masked when secret), where there is one.
    pub actual: Option<String>,
    /// The deciding place.
    pub primary: Place,
    /// Where the value came from and the other end of a relation.
    pub related: Vec<Place>,
    /// Conditions under which it holds: `if deployed`, `when sku = 'Basic'`.
    pub under: Vec<String>,
    /// What would decide an unknown verdict.
    pub decided_by: Vec<String>,
    /// Top-level parameters on whose unknown values the verdict depends.
    pub parameters: Vec<Arc<str>>,
    /// The parameter file (environment) under which it holds, where the input has several.
    pub environments: Vec<String>,
    /// How it is suppressed, when it is.
    pub suppressed: Option<Suppression>,
    /// How each condition came out, where that was asked for.
    pub steps: Vec<Step>,
}

/// One condition of a rule with what it found.
#[derive(Clone, Debug)]
pub struct Step {
    /// Pass where it holds.
    pub outcome: Verdict,
    /// The condition in the rule's words.
    pub text: String,
    /// The value it found, or why that is not known.
    pub found: Option<String>,
    /// Where the value stands, and which way it came.
    pub places: Vec<Place>,
    pub inner: Vec<Step>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// `inline`, `waiver` or `baseline`.
    pub kind: &'static str,
    pub reason: String,
    pub owner: Option<String>,
    pub ticket: Option<String>,
    /// ISO date until which it holds.
    pub expires: Option<String>,
}

/// How serious a failed rule or a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Severity {
    Note,
    #[default]
    Warning,
    Error,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Severity::Note, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.name() == text)
    }
}

/// Something wrong with an input, a pack or the configuration itself: not a verdict of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable word (`invalid-json`, `unknown-function`).
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    /// Nothing when the file could not be read at all.
    pub place: Option<Place>,
    /// Name of the input.
    pub input: String,
    pub help: Option<String>,
}

/// How an input file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputStatus {
    Checked {
        resources: usize,
    },
    /// Read, and not something archlint checks (why).
    NotTemplate(String),
    /// A parameter file, used with these templates.
    Parameters(Vec<String>),
    /// A template that another one links: checked as part of it.
    Linked(String),
    /// Could not be checked (why).
    Failed(String),
}

/// One input file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    pub name: String,
    pub status: InputStatus,
}

/// How many verdicts of a kind are not listed one by one.
#[derive(Clone, Debug)]
pub struct Unlisted {
    pub rule: Arc<Rule>,
    pub verdict: Verdict,
    pub is_suppressed: bool,
    pub count: usize,
}

/// Everything a report needs.
#[derive(Debug, Default)]
pub struct Run {
    /// Moment of the run in ISO 8601, where reports are to state it.
    pub time: Option<String>,
    /// Known findings (of a baseline or an earlier revision) are told apart from new ones.
    pub compared: bool,
    pub inputs: Vec<Input>,
    /// Sorted by input, place, rule; passes included.
    pub outcomes: Vec<Outcome>,
    /// Verdicts on a large estate that are counted, not listed; in order of rule.
    pub unlisted: Vec<Unlisted>,
    pub problems: Vec<Problem>,
    /// All rules that were evaluated, in order of id.
    pub rules: Vec<Arc<Rule>>,
    pub packs: Vec<PackUse>,
    /// The texts hold no secret any more: they were masked when the run was written.
    pub is_masked: bool,
    /// Places whose text is a secret: no report shows it.
    pub secrets: Vec<Location>,
}

/// A pack of a run with the parameters in force.
#[derive(Clone, Debug)]
pub struct PackUse {
    pub name: String,
    pub version: String,
    /// Of a pack that is pinned or the user's own: what its files hash to.
    pub sha256: Option<String>,
    /// Name and value as JSON text, sorted by name.
    pub parameters: Vec<(String, String)>,
}
