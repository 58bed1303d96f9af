//! Output formats over one [`Run`]. Each format is one file with one `render`. Knows nothing of evaluation.

pub mod annotations;
pub mod concise;
pub mod csv;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
mod kept;
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
use crate::policy::nearest;
use crate::source::Sources;
use serde_json::Value as Json;

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
        "json" => Ok(json::text(&json::with_excerpts(run, sources))),
        _ => render_document(name, &json::document(run, sources), options),
    }
}

/// A run that was written as JSON, in the format of that name: the bytes that the check itself gave.
pub fn render_kept(name: &str, document: &Json, options: &Options) -> Result<String, String> {
    match name {
        "pretty" | "concise" => {
            let (run, sources) = kept::restored(document)?;
            render(name, &run, &sources, options)
        }
        _ => render_document(name, document, options),
    }
}

fn render_document(name: &str, document: &Json, options: &Options) -> Result<String, String> {
    Ok(match name {
        "json" => json::text(document),
        "jsonl" => jsonl::render(document),
        "sarif" => sarif::render(document),
        "junit" => junit::render(document),
        "github" => annotations::github(document, options.show),
        "azure-pipelines" => annotations::azure_pipelines(document, options.show),
        "gitlab" => annotations::gitlab(document),
        "markdown" => markdown::render(document, options.show),
        "csv" => csv::render(document),
        "html" => html::render(document),
        "oscal" => oscal::render(document, &options.time),
        _ => {
            let near = nearest(name, NAMES).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Err(format!("there is no format '{name}', only: {}{near}", NAMES.join(", ")));
        }
    })
}

/// What a reader wants to see.
#[derive(Clone, Debug)]
pub struct Options {
    /// Moment in ISO 8601 for formats that must state one where the run states none.
    pub time: String,
    pub color: bool,
    /// Draw with Unicode lines.
    pub unicode: bool,
    /// Make rule names links that a terminal can open.
    pub links: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Characters of the longest line that is drawn whole: a terminal would break it.
    pub longest: usize,
    /// Lowest severity of findings that formats for reading show.
    pub show: Severity,
    /// Show unknown verdicts one by one.
    pub show_unknown: bool,
    /// Draw every finding, where those of one rule in one file are folded else.
    pub all: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            time: String::new(),
            color: false,
            unicode: true,
            links: false,
            width: 100,
            longest: pretty::LONG_LINE,
            show: Severity::Note,
            show_unknown: false,
            all: false,
        }
    }
}

/// The failed outcomes that count, in order.
pub fn findings(run: &Run) -> impl Iterator<Item = &Outcome> {
    run.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Fail && outcome.suppressed.is_none())
}

/// Those of them that a reader wants to see.
fn shown<'r>(run: &'r Run, options: &Options) -> impl Iterator<Item = &'r Outcome> {
    let from = options.show;
    findings(run).filter(move |outcome| outcome.rule.severity >= from)
}

/// A line that says what `--show` leaves out; empty where it leaves out nothing.
fn hidden(hidden: usize, show: Severity) -> String {
    if hidden == 0 {
        String::new()
    } else {
        format!("{} not shown (--show {})\n", summary::count(hidden, "finding"), show.name())
    }
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
