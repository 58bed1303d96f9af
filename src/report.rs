//! Output formats over one [`Run`]. Each format is one file with one `render`. Knows nothing of evaluation.

pub mod annotations;
pub mod concise;
pub mod csv;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod oscal;
pub mod pretty;
pub mod sarif;
pub mod summary;
mod text;
mod view;

pub use summary::Summary;
pub use text::Texts;

use crate::check::{Outcome, Run, Severity, Verdict};
use crate::source::Sources;

/// Names of all formats.
pub const NAMES: [&str; 13] = [
    "pretty",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "junit",
    "github",
    "azure-pipelines",
    "gitlab",
    "markdown",
    "csv",
    "html",
    "oscal",
];

/// The run in the format of that name; the error names the formats there are.
pub fn render(name: &str, run: &Run, sources: &Sources, options: &Options) -> Result<String, String> {
    match name {
        "pretty" => Ok(pretty::render(run, sources, options)),
        "concise" => Ok(concise::render(run, sources, options)),
        _ => render_document(name, &json::document(run, sources), options),
    }
}

/// A run document in the format of that name; those that draw the source texts need the run itself.
pub fn render_document(name: &str, document: &serde_json::Value, options: &Options) -> Result<String, String> {
    let time = &options.time;
    Ok(match name {
        "json" => json::text(document),
        "jsonl" => jsonl::render(document),
        "sarif" => sarif::render(document),
        "junit" => junit::render(document),
        "github" => annotations::github(document),
        "azure-pipelines" => annotations::azure_pipelines(document),
        "gitlab" => annotations::gitlab(document),
        "markdown" => markdown::render(document),
        "csv" => csv::render(document),
        "html" => html::render(document, time),
        "oscal" => oscal::render(document, time),
        "pretty" | "concise" => return Err(format!("'{name}' draws the checked files: run 'archlint check' for it")),
        _ => return Err(format!("there is no format '{name}', only: {}", NAMES.join(", "))),
    })
}

/// What a reader wants to see.
#[derive(Clone, Debug)]
pub struct Options {
    /// Moment of the assessment in ISO 8601, for formats that state one.
    pub time: String,
    pub color: bool,
    /// Draw with Unicode lines.
    pub unicode: bool,
    /// Make rule names links that a terminal can open.
    pub links: bool,
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
            time: String::new(),
            color: false,
            unicode: true,
            links: false,
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
