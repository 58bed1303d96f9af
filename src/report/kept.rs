//! A run from its document: what draws source texts draws a kept run as well, from the lines that the document holds.

use super::Texts;
use super::pretty::LONG_LINE;
use super::view::{list, number, text, texts};
use crate::check::{
    Input, InputStatus, Outcome, Place, Problem, Run, Severity, Subject, Suppression, Unlisted, Verdict,
};
use crate::policy::Rule;
use crate::source::{Location, Source, SourceId, Sources, Span};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Characters kept before and behind a place in a long line.
const MARGIN: usize = 2 * LONG_LINE;

/// Lines that drawings of a run show, by file: of each place its line and those beside it, secrets masked. Of a long
/// line the part around the place is kept, with where it begins and how long the line is.
pub fn excerpts(run: &Run, sources: &Sources) -> Json {
    let shown = Texts::new(run, sources);
    let open = |outcome: &&Outcome| {
        matches!(outcome.verdict, Verdict::Fail | Verdict::Unknown) && outcome.suppressed.is_none()
    };
    let places =
        run.outcomes.iter().filter(open).flat_map(|outcome| std::iter::once(&outcome.primary).chain(&outcome.related));
    let problems = run.problems.iter().filter_map(|problem| problem.place.as_ref());
    let mut files: BTreeMap<String, BTreeMap<(usize, usize), Json>> = BTreeMap::new();
    for place in places.chain(problems) {
        let window = shown.window(place.at);
        let source = &window.source;
        let start = window.line_column(place.at.span.start);
        let lines = files.entry(source.name.clone()).or_default();
        for line in start.line.saturating_sub(1).max(1)..=start.line + 1 {
            let Some(whole) = line.checked_sub(window.line).filter(|own| *own > 0).and_then(|own| line_of(source, own))
            else {
                continue;
            };
            let length = whole.chars().count();
            let kept = if length <= LONG_LINE {
                (0, json!({ "line": line, "text": whole }))
            } else {
                let from = if line == start.line { start.column.saturating_sub(MARGIN) } else { 0 };
                let part: String = whole.chars().skip(from).take(2 * MARGIN).collect();
                (from, json!({ "line": line, "from": from, "length": length, "text": part }))
            };
            lines.insert((line, kept.0), kept.1);
        }
    }
    let listed = files.into_iter().map(|(name, lines)| (name, Json::Array(lines.into_values().collect())));
    Json::Object(listed.collect::<Map<String, Json>>())
}

/// A line of a text, without its end; nothing behind the last one.
fn line_of(source: &Source, line: usize) -> Option<&str> {
    let starts = source.line_starts();
    let start = *starts.get(line - 1)? as usize;
    let end = starts.get(line).map_or(source.text.len(), |next| *next as usize - 1);
    source.text.get(start..end)
}

/// The run that a document tells of, over texts that hold its lines and nothing else.
pub fn restored(document: &Json) -> Result<(Run, Sources), String> {
    if document["excerpts"].is_null() {
        return Err("this run keeps no lines to draw: write it with --format json or --output json=FILE".to_owned());
    }
    let sources = Sources::new();
    let mut kept = Kept { files: HashMap::new(), sources: &sources };
    for (name, lines) in document["excerpts"].as_object().into_iter().flatten() {
        kept.add(name, lines.as_array().map_or(&[][..], Vec::as_slice));
    }
    let rules: HashMap<&str, Arc<Rule>> =
        list(document, "rules").iter().map(|of| (text(of, "id"), Arc::new(rule(of)))).collect();
    let unnamed = Arc::new(Rule::default());
    let outcomes = list(document, "outcomes").iter().map(|of| {
        let rule = rules.get(text(of, "rule")).unwrap_or(&unnamed).clone();
        outcome(of, rule, &mut kept)
    });
    let unlisted = list(document, "unlisted").iter().map(|one| Unlisted {
        rule: rules.get(text(one, "rule")).unwrap_or(&unnamed).clone(),
        verdict: verdict(text(one, "verdict")),
        is_suppressed: one["suppressed"].as_bool().unwrap_or(false),
        count: number(one, "count") as usize,
    });
    let run = Run {
        unlisted: unlisted.collect(),
        is_masked: true,
        time: document["time"].as_str().map(str::to_owned),
        compared: document["compared"].as_bool().unwrap_or(false),
        outcomes: outcomes.collect(),
        inputs: list(document, "inputs").iter().map(input).collect(),
        problems: list(document, "problems").iter().map(|of| problem(of, &mut kept)).collect(),
        rules: list(document, "rules").iter().filter_map(|of| rules.get(text(of, "id")).cloned()).collect(),
        ..Run::default()
    };
    Ok((run, sources))
}

/// Texts made of kept lines.
struct Kept<'s> {
    files: HashMap<String, SourceId>,
    sources: &'s Sources,
}

impl Kept<'_> {
    fn add(&mut self, name: &str, lines: &[Json]) {
        let mut by_line: BTreeMap<u64, Vec<char>> = BTreeMap::new();
        for line in lines {
            let kept: Vec<char> = text(line, "text").chars().collect();
            let from = number(line, "from") as usize;
            let length = (number(line, "length") as usize).max(from + kept.len());
            let whole = by_line.entry(number(line, "line")).or_default();
            whole.resize(length.max(whole.len()), ' ');
            whole[from..from + kept.len()].copy_from_slice(&kept);
        }
        let mut made = String::new();
        let mut at = 1;
        for (line, characters) in by_line {
            made.extend(std::iter::repeat_n('\n', line.saturating_sub(at) as usize));
            at = line;
            made.extend(characters);
        }
        let id = self.sources.add(Source::new(name, made));
        self.files.insert(name.to_owned(), id);
    }

    /// The place in the made text.
    fn place(&mut self, of: &Json) -> Place {
        let name = text(of, "file");
        let id = match self.files.get(name) {
            Some(id) => *id,
            None => {
                self.add(name, &[]);
                self.files.get(name).copied().unwrap_or_default()
            }
        };
        let source = self.sources.get(id);
        let offset = |line: u64, column: u64| {
            let starts = source.line_starts();
            let Some(start) = starts.get(line.saturating_sub(1) as usize) else { return source.text.len() as u32 };
            let rest = &source.text[*start as usize..];
            let line = rest.split('\n').next().unwrap_or_default();
            let within = line.char_indices().nth(column.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at);
            start + within as u32
        };
        let start = offset(number(of, "line"), number(of, "column"));
        // A value of many lines is drawn by its first.
        let end = if number(of, "endLine") == number(of, "line") {
            offset(number(of, "endLine"), number(of, "endColumn"))
        } else {
            offset(number(of, "line"), u64::MAX)
        };
        let at = Location { source: id, span: Span { start, end: end.max(start) } };
        Place { at, label: text(of, "label").to_owned() }
    }
}

fn rule(of: &Json) -> Rule {
    Rule {
        id: text(of, "id").to_owned(),
        code: text(of, "code").to_owned(),
        pack: text(of, "pack").to_owned(),
        severity: Severity::parse(text(of, "severity")).unwrap_or_default(),
        title: text(of, "title").to_owned(),
        help: text(of, "help").to_owned(),
        links: texts(of, "links").into_iter().map(str::to_owned).collect(),
        ..Rule::default()
    }
}

fn input(of: &Json) -> Input {
    let reason = text(of, "reason").to_owned();
    let status = match text(of, "status") {
        "checked" => InputStatus::Checked { resources: number(of, "resources") as usize },
        "parameters" => InputStatus::Parameters(Vec::new()),
        "linked" => InputStatus::Linked(text(of, "by").to_owned()),
        "could-not-be-checked" => InputStatus::Failed(reason),
        _ => InputStatus::NotTemplate(reason),
    };
    Input { name: text(of, "name").to_owned(), status }
}

fn problem(of: &Json, kept: &mut Kept) -> Problem {
    Problem {
        // Few words, in a program that ends after its report.
        code: text(of, "code").to_owned().leak(),
        severity: Severity::parse(text(of, "severity")).unwrap_or_default(),
        message: text(of, "message").to_owned(),
        place: (!of["place"].is_null()).then(|| kept.place(&of["place"])),
        input: text(of, "input").to_owned(),
        help: of["help"].as_str().map(str::to_owned),
    }
}

fn outcome(of: &Json, rule: Arc<Rule>, kept: &mut Kept) -> Outcome {
    let owned = |name: &str| texts(of, name).into_iter().map(str::to_owned).collect::<Vec<String>>();
    let primary = kept.place(&of["place"]);
    let resource = &of["resource"];
    Outcome {
        rule,
        verdict: verdict(text(of, "verdict")),
        subject: Subject {
            id: text(resource, "id").into(),
            type_name: text(resource, "type").into(),
            name: text(resource, "name").into(),
            component: None,
            at: primary.at,
        },
        message: text(of, "message").to_owned(),
        pointer: text(of, "pointer").to_owned(),
        actual: of["actual"].as_str().map(str::to_owned),
        related: list(of, "related").iter().map(|place| kept.place(place)).collect(),
        primary,
        under: owned("under"),
        decided_by: owned("decidedBy"),
        parameters: Vec::new(),
        environments: owned("environments"),
        suppressed: of["suppressed"].as_object().map(|_| suppression(&of["suppressed"])),
        steps: Vec::new(),
    }
}

fn verdict(word: &str) -> Verdict {
    match word {
        "pass" => Verdict::Pass,
        "fail" => Verdict::Fail,
        "unknown" => Verdict::Unknown,
        _ => Verdict::NotApplicable,
    }
}

fn suppression(of: &Json) -> Suppression {
    let owned = |name: &str| of[name].as_str().map(str::to_owned);
    Suppression {
        kind: ["inline", "waiver", "baseline"].into_iter().find(|kind| *kind == text(of, "kind")).unwrap_or("waiver"),
        reason: text(of, "reason").to_owned(),
        owner: owned("owner"),
        ticket: owned("ticket"),
        expires: owned("expires"),
    }
}
