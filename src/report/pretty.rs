//! Diagnostics for people at a terminal, drawn by miette.

use super::{Options, Summary, Texts, findings, full_message, hidden, shown, summary, unknowns};
use crate::check::{Outcome, Place, Problem, Run, Severity};
use crate::export::quoted;
use crate::source::{Sources, Window};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use std::collections::HashMap;
use std::fmt::{self, Write};

/// Characters from which a line is drawn in part: the file was written for machines.
pub const LONG_LINE: usize = 400;

/// Characters of a long line drawn before and behind a place.
const BESIDE: usize = 60;

/// Findings of one rule in one file from which all but the first are told in a line.
const FOLDED_FROM: usize = 3;

/// Findings named in that line.
const MOST_NAMES: usize = 5;

/// Findings from which a baseline is a way to begin with.
const MANY: usize = 30;

/// Most unknown verdicts told one by one before the rest is summed up.
const MOST_REASONS: usize = 8;

/// One finding as miette draws it.
struct Drawn {
    severity: miette::Severity,
    code: String,
    message: String,
    help: Option<String>,
    url: Option<String>,
    source: Option<Named>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Drawn>,
}

/// A text with its name, without the copy that `NamedSource` makes.
struct Named {
    window: Window,
    /// Characters of the longest line that is drawn whole.
    longest: usize,
}

/// What drawings are made with.
struct Board<'t> {
    texts: &'t Texts<'t>,
    links: bool,
    longest: usize,
}

impl SourceCode for Named {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.window.source.text.as_str();
        let inner = text.read_span(span, before, after)?;
        let contents = |at: SourceSpan, line: usize, column: usize| {
            let data = &text.as_bytes()[at.offset()..at.offset() + at.len()];
            let lines = text[at.offset()..at.offset() + at.len()].lines().count();
            let (name, line) = (self.window.source.name.clone(), line + self.window.line);
            Ok(Box::new(MietteSpanContents::new_named(name, data, at, line, column, lines))
                as Box<dyn SpanContents<'a> + 'a>)
        };
        let whole = *inner.span();
        let Some(drawn) = text.get(whole.offset()..whole.offset() + whole.len()) else {
            return Err(MietteError::OutOfBounds);
        };
        let fits = |part: &str| part.lines().all(|line| line.chars().count() <= self.longest);
        // Without lines around it, only the position is asked for.
        if (before, after) == (0, 0) || fits(drawn) {
            return contents(whole, inner.line(), inner.column());
        }
        if span.len() > self.longest {
            return Err(MietteError::OutOfBounds);
        }
        let place = self.window.source.line_column(span.offset() as u32);
        let line_start = self.window.source.line_starts()[place.line - 1] as usize;
        let behind = span.offset() + span.len();
        let line_end = text[behind..].find('\n').map_or(text.len(), |at| behind + at);
        if fits(&text[line_start..line_end]) {
            return contents((line_start, line_end - line_start).into(), place.line - 1, 0);
        }
        let beside = BESIDE.min(self.longest / 4);
        let start = text[line_start..span.offset()].char_indices().rev().take(beside).last();
        let start = start.map_or(span.offset(), |(at, _)| line_start + at);
        let end = text[behind..line_end].char_indices().nth(beside).map_or(line_end, |(at, _)| behind + at);
        let column = text[line_start..start].chars().count();
        contents((start, end - start).into(), place.line - 1, column)
    }
}

impl fmt::Debug for Drawn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        if self.code.is_empty() { None } else { Some(Box::new(&self.code)) }
    }
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.url.as_ref().map(|url| Box::new(url) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() { None } else { Some(Box::new(self.labels.iter().cloned())) }
    }
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            None
        } else {
            Some(Box::new(self.elsewhere.iter().map(|drawn| drawn as &dyn Diagnostic)))
        }
    }
}

pub fn render(run: &Run, sources: &Sources, options: &Options) -> String {
    let texts = Texts::new(run, sources);
    let board = Board { texts: &texts, links: options.links, longest: options.longest };
    let theme = match (options.unicode, options.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme { characters: miette::ThemeCharacters::ascii(), ..GraphicalTheme::unicode() },
        (false, false) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(options.width)
        .with_context_lines(1)
        .with_links(options.links)
        .without_cause_chain();
    let mut out = String::new();
    let draw = |drawn: &Drawn, out: &mut String| {
        if handler.render_report(out, drawn).is_err() {
            let _ = writeln!(out, "{}: {}", drawn.code, drawn.message);
        }
        out.push('\n');
    };
    for problem in &run.problems {
        draw(&problem_drawn(problem, &board), &mut out);
    }
    let fold = |groups| if options.all { one_each(groups) } else { folded(groups, &texts) };
    for (group, more) in fold(alike(shown(run, options))) {
        draw(&finding_drawn(&group, &more, &board), &mut out);
    }
    if options.show_unknown {
        for (group, more) in fold(alike(unknowns(run))) {
            draw(&unknown_drawn(&group, &more, &board), &mut out);
            // Outside the drawing, which would break lines that are to be copied.
            let ways = &group[0].decided_by;
            if !ways.is_empty() {
                out.truncate(out.trim_end().len());
                let _ = writeln!(out, "\n    {}\n", ways.join("\n    "));
            }
        }
    } else {
        out.push_str(&unknown_reasons(run));
    }
    out.push_str(&hidden(findings(run).count() - shown(run, options).count(), options.show));
    if unknowns(run).any(is_of_export) {
        // A list that is empty, or of all kinds, does not say what it is a list of: the script's files do.
        let _ = writeln!(
            out,
            "a script exports what is missing, and says what each list is of (by hand: check --attach FILE=ID):"
        );
        let _ = writeln!(out, "  archlint collect {} > collect.sh\n", scope_of(run));
    }
    let summary = Summary::of(run);
    let _ = writeln!(out, "{}", summary.sentence());
    let _ = writeln!(out, "{}", next_step(run, &summary));
    out
}

/// Outcomes of one cause (same rule, same deciding place) are one finding.
fn alike<'r>(outcomes: impl Iterator<Item = &'r Outcome>) -> Vec<Vec<&'r Outcome>> {
    let mut groups: Vec<Vec<&Outcome>> = Vec::new();
    let mut known = HashMap::new();
    for outcome in outcomes {
        let key = (&outcome.rule.id, outcome.primary.at, &outcome.primary.label);
        let index = *known.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[index].push(outcome);
    }
    groups
}

/// Outcomes of one cause, and what is told of others like it.
type Told<'r> = (Vec<&'r Outcome>, String);

fn one_each(groups: Vec<Vec<&Outcome>>) -> Vec<Told<'_>> {
    groups.into_iter().map(|group| (group, String::new())).collect()
}

/// Of many causes under one rule in one file, the first is drawn and the others are told by name and line.
fn folded<'r>(groups: Vec<Vec<&'r Outcome>>, texts: &Texts) -> Vec<Told<'r>> {
    let key = |group: &[&'r Outcome]| (group[0].rule.id.as_str(), group[0].primary.at.source);
    let mut alike: std::collections::HashMap<_, Vec<&'r Outcome>> = std::collections::HashMap::new();
    for group in &groups {
        alike.entry(key(group)).or_default().push(group[0]);
    }
    let mut kept = Vec::new();
    for group in groups {
        let Some(all) = alike.get(&key(&group)) else { continue };
        if all.len() < FOLDED_FROM {
            kept.push((group, String::new()));
        } else if std::ptr::eq(all[0], group[0]) {
            let name = |one: &&Outcome| format!("'{}' (line {})", one.subject.name, texts.place(one.primary.at).1.line);
            let names: Vec<String> = all.iter().skip(1).take(MOST_NAMES).map(name).collect();
            let rest = if all.len() > MOST_NAMES + 1 { ", …" } else { "" };
            let more = format!("and {} more like this: {}{rest}; --all draws each", all.len() - 1, names.join(", "));
            kept.push((group, more));
        }
    }
    kept
}

fn severity(of: Severity) -> miette::Severity {
    match of {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Note => miette::Severity::Advice,
    }
}

fn problem_drawn(problem: &Problem, board: &Board) -> Drawn {
    let mut drawn = Drawn {
        severity: severity(problem.severity),
        code: problem.code.to_owned(),
        message: if problem.place.is_none() {
            format!("{}: {}", problem.input, problem.message)
        } else {
            problem.message.clone()
        },
        help: problem.help.clone(),
        url: None,
        source: None,
        labels: Vec::new(),
        elsewhere: Vec::new(),
    };
    if let Some(place) = &problem.place {
        attach(&mut drawn, place, &[], board);
    }
    drawn
}

fn finding_drawn(group: &[&Outcome], more: &str, board: &Board) -> Drawn {
    let first = group[0];
    let mut help = first.rule.help.clone();
    if group.len() > 1 {
        let names: Vec<&str> = group.iter().skip(1).take(5).map(|one| &*one.subject.name).collect();
        let rest = if group.len() > 6 { ", …" } else { "" };
        help.push_str(&format!("\nthe same holds for {} more: {}{rest}", group.len() - 1, names.join(", ")));
    }
    if !more.is_empty() {
        help.push_str(&format!("\n{more}"));
    }
    if let Some(link) = first.rule.links.first() {
        help.push_str(&format!("\n{link}"));
    }
    let mut drawn = Drawn {
        severity: severity(first.rule.severity),
        code: first.rule.id.clone(),
        message: full_message(first),
        help: Some(help),
        url: first.rule.links.first().cloned().filter(|_| board.links),
        source: None,
        labels: Vec::new(),
        elsewhere: Vec::new(),
    };
    attach(&mut drawn, &first.primary, &first.related, board);
    drawn
}

fn unknown_drawn(group: &[&Outcome], more: &str, board: &Board) -> Drawn {
    let first = group[0];
    let mut help = if first.decided_by.is_empty() {
        "an export of the deployed resource would decide it".to_owned()
    } else {
        "decided by".to_owned()
    };
    if !more.is_empty() {
        help.insert_str(0, &format!("{more}\n"));
    }
    let mut drawn = Drawn {
        severity: miette::Severity::Advice,
        code: format!("{} (unknown)", first.rule.id),
        message: format!("{}: not known, because {}", first.rule.title, full_message(first)),
        help: Some(help),
        url: first.rule.links.first().cloned().filter(|_| board.links),
        source: None,
        labels: Vec::new(),
        elsewhere: Vec::new(),
    };
    attach(&mut drawn, &first.primary, &first.related, board);
    drawn
}

/// Labels in the primary's text, and drawings of their own for other texts.
fn attach(drawn: &mut Drawn, primary: &Place, related: &[Place], board: &Board) {
    let Board { texts, longest, .. } = *board;
    let span = |place: &Place, window: &Window| {
        let range = window.range(place.at.span);
        // A value of many lines is shown by its first, a long one by its beginning.
        let value = window.source.text.get(range.clone()).unwrap_or_default();
        let first = value.split(['\r', '\n']).next().unwrap_or_default();
        let cut = first.char_indices().nth(longest / 2).map_or(first.len(), |(at, _)| at);
        (Some(place.label.clone()), (range.start, cut))
    };
    let shown = texts.window(primary.at);
    let (label, at) = span(primary, &shown);
    let offset = shown.offset;
    drawn.source = Some(Named { window: shown, longest });
    drawn.labels.push(LabeledSpan::new_primary_with_span(label, at));
    for place in related {
        let window = texts.window(place.at);
        let (label, at) = span(place, &window);
        if place.at.source == primary.at.source && window.offset == offset {
            drawn.labels.push(LabeledSpan::new_with_span(label, at));
        } else {
            drawn.elsewhere.push(Drawn {
                severity: miette::Severity::Advice,
                code: String::new(),
                message: place.label.clone(),
                help: None,
                url: None,
                source: Some(Named { window, longest }),
                labels: vec![LabeledSpan::new_with_span(label, at)],
                elsewhere: Vec::new(),
            });
        }
    }
}

/// Whether a verdict is about what an export shows: the id of a template's resource has holes.
fn is_of_export(outcome: &Outcome) -> bool {
    outcome.subject.id.starts_with("/subscriptions/") && !outcome.subject.id.contains('‹')
}

/// Why verdicts are open, most frequent reason first; of exports the commands that would show what is missing.
fn unknown_reasons(run: &Run) -> String {
    let are_exports = unknowns(run).any(is_of_export);
    let is_command = |way: &&String| way.starts_with("az ");
    let (mut commands, mut reasons): (HashMap<&str, usize>, HashMap<&str, usize>) = Default::default();
    for outcome in unknowns(run) {
        let mut ways = outcome.decided_by.iter().filter(is_command).filter(|_| are_exports).peekable();
        if ways.peek().is_none() {
            *reasons.entry(&outcome.message).or_default() += 1;
        }
        ways.for_each(|way| *commands.entry(way).or_default() += 1);
    }
    let mut out = String::new();
    let title = "could not be decided without what these commands show (verdicts that need it):";
    most_frequent(title, "commands", commands, &mut out);
    most_frequent("could not be decided:", "reasons", reasons, &mut out);
    out
}

/// Writes the texts that occur most under a title, with how often they do; nothing where there are none.
fn most_frequent(title: &str, what: &str, times: HashMap<&str, usize>, out: &mut String) {
    if times.is_empty() {
        return;
    }
    let mut all: Vec<(&str, usize)> = times.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let _ = writeln!(out, "{title}");
    for (text, times) in all.iter().take(MOST_REASONS) {
        let _ = writeln!(out, "  {times} × {text}");
    }
    if all.len() > MOST_REASONS {
        let _ = writeln!(out, "  and {} more {what}", all.len() - MOST_REASONS);
    }
    out.push('\n');
}

/// The options of `archlint collect` for the resource groups that open verdicts are about.
fn scope_of(run: &Run) -> String {
    let group = |outcome: &Outcome| {
        let parts: Vec<String> = outcome.subject.id.split('/').take(5).map(str::to_owned).collect();
        let is_group = parts.len() == 5 && parts[3].eq_ignore_ascii_case("resourceGroups");
        is_group.then(|| parts[4].clone())
    };
    let mut groups: Vec<String> = unknowns(run).filter(|one| is_of_export(one)).filter_map(group).collect();
    groups.sort_by_key(|name| name.to_lowercase());
    groups.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    if groups.is_empty() || groups.len() > MOST_REASONS {
        return "--subscription SUBSCRIPTION".to_owned();
    }
    let options: Vec<String> = groups.iter().map(|name| format!("--resource-group {}", quoted(name))).collect();
    options.join(" ")
}

/// What to do now.
fn next_step(run: &Run, summary: &Summary) -> String {
    if let Some(problem) = run.problems.iter().find(|problem| problem.severity == Severity::Error) {
        return format!("next: put {} right: {}", problem.input, problem.message);
    }
    if let Some(worst) =
        findings(run).max_by_key(|finding| (finding.rule.severity, std::cmp::Reverse(&finding.rule.id)))
    {
        let explain = format!("next: archlint explain {}", worst.rule.id);
        let found = summary.at_least(Severity::Note);
        return if found >= MANY && !run.compared {
            format!(
                "{explain}; or begin with today's {}: archlint baseline create FILE",
                summary::count(found, "finding")
            )
        } else {
            explain
        };
    }
    if summary.checked == 0 {
        return "next: give a template, a parameter file's folder, or an export: archlint check PATH".to_owned();
    }
    if summary.unknown > 0 {
        return "next: archlint check --show-unknown tells each open verdict and what would decide it".to_owned();
    }
    "nothing to do".to_owned()
}
