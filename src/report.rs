//! Output formats over one [`Run`]. Each format is one file with one `render`. Knows nothing of evaluation.

pub mod concise;
pub mod json;
pub mod pretty;
pub mod summary;
mod text;

pub use summary::Summary;
pub use text::Texts;

use crate::check::{Outcome, Run, Severity, Verdict};
use crate::source::Sources;

/// Names of all formats.
pub const NAMES: [&str; 3] = ["pretty", "concise", "json"];

/// The run in the format of that name; the error names the formats there are.
pub fn render(name: &str, run: &Run, sources: &Sources, options: &Options) -> Result<String, String> {
    Ok(match name {
        "pretty" => pretty::render(run, sources, options),
        "concise" => concise::render(run, sources, options),
        "json" => json::render(run, sources, options),
        _ => return Err(format!("there is no format '{name}', only: {}", NAMES.join(", "))),
    })
}

/// What a reader wants to see.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub color: bool,
    /// Draw with Unicode lines.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Show suppressed findings as well.
    pub show_suppressed: bool,
    /// Show unknown verdicts one by one.
    pub show_unknown: bool,
    /// Severity from which findings fail the run; nothing fails it when absent.
    pub fail_on: Option<Severity>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            color: false,
            unicode: true,
            width: 100,
            show_suppressed: false,
            show_unknown: false,
            fail_on: Some(Severity::Error),
        }
    }
}

/// The failed outcomes that count, in order.
pub fn findings(run: &Run) -> impl Iterator<Item = &Outcome> {
    run.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Fail && outcome.suppressed.is_none())
}

/// The undecided outcomes, in order.
pub fn unknowns(run: &Run) -> impl Iterator<Item = &Outcome> {
    run.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Unknown && outcome.suppressed.is_none())
}

/// The message with the conditions and environments under which it holds.
pub fn full_message(outcome: &Outcome) -> String {
    let mut text = outcome.message.clone();
    let mut under = outcome.under.clone();
    if !outcome.environments.is_empty() {
        under.push(format!("in {}", outcome.environments.join(", ")));
    }
    if !under.is_empty() {
        text.push_str(&format!(" ({})", under.join("; ")));
    }
    text
}
