//! `archlint why`: how the verdicts on a resource came about, condition by condition.

use super::{Exit, Outcome, Refused, say, values};
use crate::check::{Outcome as Judged, Place, Run, Step, Verdict};
use crate::config;
use crate::input::{self, Found};
use crate::policy::{Rule, nearest};
use crate::report::{Texts, full_message};
use crate::session::{CheckRequest, check};
use crate::source::Sources;
use clap::ArgMatches;
use std::path::{Path, PathBuf};

pub fn run(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let file = given.get_one::<String>("file").map(String::as_str).unwrap_or_default();
    let path = Path::new(file);
    let mut config = config::discover(path, &sources)?;
    let mut chosen = super::packs::configured(given, &config, &sources)?;
    chosen.configure(&mut config, values(given, "pack").is_empty(), &sources)?;
    if chosen.tell_errors(given, &sources) {
        return Ok(Exit::Wrong);
    }
    chosen.packs.tell_all = true;
    let set =
        values(given, "set").iter().filter_map(|one| one.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect();
    let request = CheckRequest {
        found: found(path, config.one_estate)?,
        environments: values(given, "parameters")
            .iter()
            .map(|files| files.split(',').map(PathBuf::from).collect())
            .collect(),
        deployments: config.deployments.clone(),
        one_estate: config.one_estate,
        set,
        ..CheckRequest::default()
    };
    let run = check(&request, &chosen.packs, &sources);
    let rule = match given.get_one::<String>("rule") {
        Some(name) => Some(named(name, &run)?),
        None => None,
    };
    let wanted = given.get_one::<String>("resource").map(String::as_str).unwrap_or_default();
    let judged: Vec<&Judged> = run
        .outcomes
        .iter()
        .filter(|outcome| is_meant(outcome, wanted))
        .filter(|outcome| match rule {
            Some(rule) => outcome.rule.id == rule.id,
            None => outcome.verdict != Verdict::NotApplicable,
        })
        .collect();
    if judged.is_empty() {
        return Err(Refused(nothing(&run, wanted, rule, file)));
    }
    let texts = Texts::new(&run, &sources);
    let mut out = String::new();
    let mut last = None;
    for outcome in judged {
        let subject = &outcome.subject;
        if last != Some(&subject.id) {
            let whole = format!("{} '{}'", subject.type_name, subject.name);
            out.push_str(&format!("{}\n", whole.trim_start()));
            last = Some(&subject.id);
        }
        tell(outcome, rule.is_some(), &texts, &mut out);
    }
    say(&out);
    Ok(Exit::Passed)
}

/// The file; of one platform all files of its folder, since rules look across them.
fn found(path: &Path, one_estate: bool) -> Result<Vec<Found>, Refused> {
    let folder = path.parent().filter(|_| one_estate);
    match folder {
        Some(folder) if folder.as_os_str().is_empty() => Ok(input::find(&[PathBuf::from(".")])?),
        Some(folder) => Ok(input::find(&[folder.to_owned()])?),
        None => Ok(input::find(&[path.to_owned()])?),
    }
}

fn named<'r>(name: &str, run: &'r Run) -> Result<&'r Rule, Refused> {
    let rules = || run.rules.iter().map(AsRef::as_ref);
    rules().find(|rule: &&Rule| rule.is_named(name)).ok_or_else(|| {
        let near = nearest(name, rules().map(|rule: &Rule| rule.id.as_str()));
        let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        Refused(format!("no rule of the packs in use is named '{name}'{near}"))
    })
}

fn is_meant(outcome: &Judged, wanted: &str) -> bool {
    let subject = &outcome.subject;
    let wanted = wanted.to_lowercase();
    [&subject.name, &subject.id, &subject.type_name].iter().any(|text| text.to_lowercase().contains(&wanted))
}

/// Why there is nothing to tell.
fn nothing(run: &Run, wanted: &str, rule: Option<&Rule>, file: &str) -> String {
    let mut names: Vec<&str> = run.outcomes.iter().map(|outcome| &*outcome.subject.name).collect();
    names.sort_unstable();
    names.dedup();
    if let Some(rule) = rule
        && let Some(other) = run.outcomes.iter().find(|outcome| is_meant(outcome, wanted))
    {
        return format!(
            "'{}' does not judge {} '{}': it is not for that type or component",
            rule.id, other.subject.type_name, other.subject.name
        );
    }
    let near = nearest(wanted, names.iter().copied()).map(|near| format!("; did you mean '{near}'?"));
    let there = || format!("; judged are: {}", names.iter().take(12).copied().collect::<Vec<_>>().join(", "));
    format!("no rule judged a resource that matches '{wanted}' in {file}{}", near.unwrap_or_else(there))
}

fn tell(outcome: &Judged, is_asked: bool, texts: &Texts, out: &mut String) {
    out.push_str(&format!("  {:8} {}: {}\n", word(outcome.verdict), outcome.rule.id, outcome.rule.title));
    let is_open = matches!(outcome.verdict, Verdict::Fail | Verdict::Unknown);
    if !outcome.message.is_empty() {
        out.push_str(&format!("           {}\n", full_message(outcome)));
    }
    if let Some(actual) = outcome.actual.as_ref().filter(|actual| !actual.is_empty()) {
        out.push_str(&format!("           value {actual}\n"));
    }
    out.push_str(&format!("           at {}\n", line(&outcome.primary, texts)));
    for place in &outcome.related {
        out.push_str(&format!("           from {}\n", line(place, texts)));
    }
    for way in &outcome.decided_by {
        out.push_str(&format!("           decided by {way}\n"));
    }
    // Of what passes, the way there is told when the rule is asked for.
    if is_open || is_asked {
        for step in &outcome.steps {
            tell_step(step, 11, texts, out);
        }
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not for",
        other => other.name(),
    }
}

fn tell_step(step: &Step, indent: usize, texts: &Texts, out: &mut String) {
    let mark = match step.outcome {
        Verdict::Pass => "[yes]",
        Verdict::Fail => "[no] ",
        _ => "[?]  ",
    };
    out.push_str(&format!("{:indent$}{mark} {}", "", step.text));
    if let Some(found) = &step.found {
        out.push_str(&format!(": {found}"));
    }
    let mut places = step.places.iter();
    if let Some(place) = places.next() {
        let (name, at) = texts.place(place.at);
        out.push_str(&format!("  ({name}:{}:{})", at.line, at.column));
    }
    out.push('\n');
    for place in places {
        let (name, at) = texts.place(place.at);
        out.push_str(&format!("{:indent$}        from {} ({name}:{}:{})\n", "", place.label, at.line, at.column));
    }
    for inner in &step.inner {
        tell_step(inner, indent + 2, texts, out);
    }
}

fn line(place: &Place, texts: &Texts) -> String {
    let (name, at) = texts.place(place.at);
    let window = texts.window(place.at);
    let text = window.source.text.get(window.range(place.at.span)).unwrap_or_default();
    let text: String = text.lines().next().unwrap_or_default().chars().take(80).collect();
    format!("{name}:{}:{}  {text}  ({})", at.line, at.column, place.label)
}
