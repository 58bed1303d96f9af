//! Findings that are accepted: by a comment or `metadata` beside the text, by a waiver with owner and expiry, or by a
//! baseline. What is expired, unused, unexplained or not allowed is told.

use super::finding::{Outcome, Place, Problem, Run, Severity, Suppression, Verdict};
use crate::document::{Kind, Parsed, Value};
use crate::input::absolute;
use crate::policy::nearest;
use crate::source::{Location, Source, SourceId, Span};
use std::collections::{HashMap, HashSet};

/// The word that begins a suppression in a comment: `archlint:ignore[rule-id, rule-id] reason`.
const MARK: &str = "archlint:ignore[";

/// Days before its expiry from which a waiver is announced.
const NOTICE_DAYS: i64 = 30;

/// An accepted risk from the configuration.
#[derive(Clone, Debug)]
pub struct Waiver {
    pub rules: Vec<String>,
    /// Pattern on resource name or id, `*` for any characters; every resource when absent.
    pub resource: Option<String>,
    /// Pattern on the file's name.
    pub file: Option<String>,
    pub reason: String,
    pub owner: String,
    pub ticket: Option<String>,
    /// ISO date; the waiver holds on that day still.
    pub expires: String,
    pub at: Location,
}

/// What a finding is known again by: no line, so that text above it may move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known {
    /// Absolute path of the file in which the resource is declared.
    pub file: String,
    pub rule: String,
    /// Id in lower case.
    pub resource: String,
    pub pointer: String,
}

impl Known {
    pub fn by(outcome: &Outcome, file: String) -> Known {
        Known {
            file,
            rule: outcome.rule.id.clone(),
            resource: outcome.subject.id.to_lowercase(),
            pointer: outcome.pointer.clone(),
        }
    }
}

/// Known findings.
pub type Baseline = HashSet<Known>;

/// A document in which suppressions may stand.
pub struct Text<'d> {
    pub name: &'d str,
    pub source: SourceId,
    pub parsed: &'d Parsed,
}

/// A suppression beside the text it is about.
struct Inline {
    rules: Vec<String>,
    reason: String,
    expires: Option<String>,
    /// The mark itself.
    at: Location,
    /// What it covers; a resource's own `metadata` covers the resource.
    covers: Span,
    used: bool,
}

/// What suppresses findings in a run.
pub struct Policies<'p> {
    pub waivers: &'p [Waiver],
    pub baseline: Option<&'p Baseline>,
    /// ISO date.
    pub today: &'p str,
    /// Most days that a waiver may run from today.
    pub max_waiver_days: Option<i64>,
}

/// Marks what comments and `metadata` in `texts` suppress, and tells what is wrong with them.
pub fn apply_inline(
    run: &mut Run,
    policies: &Policies,
    texts: &[Text],
    source_of: &dyn Fn(SourceId) -> std::sync::Arc<Source>,
) {
    for text in texts {
        inline(run, policies, text, &source_of(text.source));
    }
}

/// Marks what waivers and the baseline suppress in a whole run, and tells what is wrong with them. Of the waivers, those
/// `used` before cover outcomes that are marked already, listed or not.
pub fn apply(run: &mut Run, policies: &Policies, used: Vec<bool>, name_of: &dyn Fn(SourceId) -> String) {
    let mut all = accept(&mut run.outcomes, policies, name_of);
    all.iter_mut().zip(used).for_each(|(one, before)| *one |= before);
    let used = all;
    tell_waivers(run, policies, &used, name_of);
}

/// Marks what waivers and the baseline suppress; gives which waivers are used.
pub fn accept(outcomes: &mut [Outcome], policies: &Policies, name_of: &dyn Fn(SourceId) -> String) -> Vec<bool> {
    let waivers = policies.waivers.iter();
    let used = waivers.map(|waiver| !is_too_long(policies, waiver) && waive(outcomes, waiver, policies.today, name_of));
    let used = used.collect();
    if let Some(baseline) = policies.baseline {
        let mut files: HashMap<SourceId, String> = HashMap::new();
        // A rule whose findings nobody may suppress is not quieted by a list either.
        let may_be_known = |outcome: &&mut Outcome| is_open(outcome) && outcome.rule.is_waivable;
        for outcome in outcomes.iter_mut().filter(may_be_known) {
            let source = outcome.subject.at.source;
            let file = files.entry(source).or_insert_with(|| absolute(&name_of(source))).clone();
            if baseline.contains(&Known::by(outcome, file)) {
                outcome.suppressed = Some(Suppression {
                    kind: "baseline",
                    reason: "known when the baseline was made".to_owned(),
                    owner: None,
                    ticket: None,
                    expires: None,
                });
            }
        }
    }
    used
}

fn is_too_long(policies: &Policies, waiver: &Waiver) -> bool {
    let days = days_between(policies.today, &waiver.expires);
    policies.max_waiver_days.zip(days).is_some_and(|(most, days)| days > most)
}

/// Tells what is wrong with waivers, of which `used` cover a finding.
fn tell_waivers(run: &mut Run, policies: &Policies, used: &[bool], name_of: &dyn Fn(SourceId) -> String) {
    for (waiver, used) in policies.waivers.iter().zip(used) {
        let input = name_of(waiver.at.source);
        let days = days_between(policies.today, &waiver.expires);
        if let (Some(most), Some(days), true) = (policies.max_waiver_days, days, is_too_long(policies, waiver)) {
            let message = format!("this waiver runs {days} days; at most {most} are allowed");
            run.problems.push(told("waiver-too-long", Severity::Error, message, waiver.at, &input));
            continue;
        }
        let problems = refused(run, &waiver.rules, waiver.at, &input);
        run.problems.extend(problems);
        let rules = waiver.rules.join(", ");
        if !used {
            let message = format!("the waiver of {rules} covers no open finding");
            run.problems.push(told("unused-waiver", Severity::Warning, message, waiver.at, &input));
        } else if is_expired(waiver, policies.today) {
            let message = format!("the waiver of {rules} expired on {}; its findings count again", waiver.expires);
            run.problems.push(told("expired-waiver", Severity::Warning, message, waiver.at, &input));
        } else if is_near(policies.today, &waiver.expires) {
            let message = format!("the waiver of {rules} expires on {} (owner: {})", waiver.expires, waiver.owner);
            run.problems.push(told("expiring-waiver", Severity::Note, message, waiver.at, &input));
        }
    }
}

fn is_expired(waiver: &Waiver, today: &str) -> bool {
    waiver.expires.as_str() < today
}

fn is_open(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Fail | Verdict::Unknown) && outcome.suppressed.is_none()
}

fn told(code: &'static str, severity: Severity, message: String, at: Location, input: &str) -> Problem {
    let place = (at != Location::default()).then(|| Place { at, label: "here".to_owned() });
    Problem { code, severity, message, place, input: input.to_owned(), help: None }
}

/// Rule names that the run does not know, and rules that nobody may suppress.
fn refused(run: &Run, rules: &[String], at: Location, input: &str) -> Vec<Problem> {
    let find = |name: &str| run.rules.iter().find(|rule| rule.is_named(name));
    let mut problems = Vec::new();
    for name in rules {
        match find(name) {
            None => {
                let ids = run.rules.iter().map(|rule| rule.id.as_str());
                let near = nearest(name, ids).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
                let message = format!("no rule of this run is named '{name}'{near}");
                problems.push(told("unknown-rule", Severity::Warning, message, at, input));
            }
            Some(rule) if !rule.is_waivable => {
                let message = format!("the rule '{name}' cannot be suppressed");
                problems.push(told("not-waivable", Severity::Error, message, at, input));
            }
            Some(_) => {}
        }
    }
    problems
}

fn is_meant(outcome: &Outcome, rules: &[String]) -> bool {
    outcome.rule.is_waivable && rules.iter().any(|name| outcome.rule.is_named(name))
}

/// Whether anything in a text can be meant as a suppression.
pub fn may_suppress(source: &Source) -> bool {
    source.text.contains("archlint")
}

fn inline(run: &mut Run, policies: &Policies, text: &Text, source: &Source) {
    if !may_suppress(source) {
        return;
    }
    let mut malformed = Vec::new();
    let mut marks = comments(text, source, &mut malformed);
    metadata(&text.parsed.root, text.parsed.root.at.span, &mut marks, &mut malformed);
    let errors = malformed
        .into_iter()
        .map(|(at, message)| told("malformed-suppression", Severity::Error, message, at, text.name));
    run.problems.extend(errors);
    for mark in &mut marks {
        run.problems.extend(refused(run, &mark.rules, mark.at, text.name));
        if mark.reason.is_empty() {
            let message = "a suppression needs a reason".to_owned();
            run.problems.push(told("no-reason", Severity::Error, message, mark.at, text.name));
            continue;
        }
        if let Some(expired) = mark.expires.as_ref().filter(|date| date.as_str() < policies.today) {
            let message = format!("this suppression expired on {expired}");
            run.problems.push(told("expired-suppression", Severity::Warning, message, mark.at, text.name));
            continue;
        }
        for outcome in run.outcomes.iter_mut().filter(|outcome| is_open(outcome) && is_meant(outcome, &mark.rules)) {
            let stands = |at: Location| {
                at.source == text.source && mark.covers.start <= at.span.start && at.span.end <= mark.covers.end
            };
            if stands(outcome.primary.at) || stands(outcome.subject.at) {
                mark.used = true;
                outcome.suppressed = Some(Suppression {
                    kind: "inline",
                    reason: mark.reason.clone(),
                    owner: None,
                    ticket: None,
                    expires: mark.expires.clone(),
                });
            }
        }
        if mark.used
            && let Some(expires) = mark.expires.as_ref().filter(|date| is_near(policies.today, date))
        {
            let message = format!("this suppression of {} expires on {expires}", mark.rules.join(", "));
            run.problems.push(told("expiring-suppression", Severity::Note, message, mark.at, text.name));
        }
        if !mark.used {
            let message = format!("this suppresses nothing: no open finding of {} stands here", mark.rules.join(", "));
            run.problems.push(told("unused-suppression", Severity::Warning, message, mark.at, text.name));
        }
    }
}

/// What is meant as a suppression and is none.
type Malformed = Vec<(Location, String)>;

fn comments(text: &Text, source: &Source, malformed: &mut Malformed) -> Vec<Inline> {
    let mut marks = Vec::new();
    for span in &text.parsed.comments {
        let comment = source.slice(*span);
        let Some((rules, reason)) = comment.split_once(MARK).and_then(|(_, rest)| rest.split_once(']')) else {
            if comment.trim_start_matches(['/', '*', ' ', '\t']).starts_with("archlint:") {
                let message = "a suppression is written 'archlint:ignore[rule-id] reason'".to_owned();
                malformed.push((Location { source: text.source, span: *span }, message));
            }
            continue;
        };
        let Some(covers) = governed(&text.parsed.root, *span, source) else { continue };
        marks.push(Inline {
            rules: rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect(),
            reason: reason.trim_end_matches("*/").trim().trim_start_matches([':', '-']).trim().to_owned(),
            expires: None,
            at: Location { source: text.source, span: *span },
            covers,
            used: false,
        });
    }
    marks
}

/// What a comment is about: the member or item that begins on its line before it, else the next one after it.
fn governed(root: &Value, comment: Span, source: &Source) -> Option<Span> {
    let line = source.line_column(comment.start).line;
    let mut nodes = Vec::new();
    collect_nodes(root, &mut nodes);
    let on_line = nodes
        .iter()
        .filter(|span| span.start < comment.start && source.line_column(span.start).line == line)
        .min_by_key(|span| span.start);
    let next = || {
        let after = nodes.iter().filter(|span| span.start >= comment.end);
        after.min_by_key(|span| (span.start, std::cmp::Reverse(span.end)))
    };
    on_line.or_else(next).copied()
}

fn collect_nodes(value: &Value, nodes: &mut Vec<Span>) {
    match &value.kind {
        Kind::Array(items) => {
            for item in items.iter() {
                nodes.push(item.at.span);
                collect_nodes(item, nodes);
            }
        }
        Kind::Object(object) => {
            for member in &object.members {
                nodes.push(Span { start: member.key_at.span.start, end: member.value.at.span.end });
                collect_nodes(&member.value, nodes);
            }
        }
        _ => {}
    }
}

/// `"metadata": {"archlint": {"ignore": [{"rule": "…", "reason": "…", "expires": "…"}]}}` of templates and resources.
fn metadata(value: &Value, own: Span, marks: &mut Vec<Inline>, malformed: &mut Malformed) {
    match &value.kind {
        Kind::Array(items) => items.iter().for_each(|item| metadata(item, item.at.span, marks, malformed)),
        Kind::Object(object) => {
            if let Some(stated) = object.get("metadata").and_then(|data| data.get("archlint")) {
                only(stated, &["ignore"], malformed);
                let list = stated.get("ignore").and_then(Value::as_array).unwrap_or_default();
                list.iter().for_each(|entry| marks.extend(stated_in(entry, own, malformed)));
            }
            for member in &object.members {
                metadata(&member.value, member.value.at.span, marks, malformed);
            }
        }
        _ => {}
    }
}

/// One entry of `ignore`; nothing when it cannot be understood.
fn stated_in(entry: &Value, own: Span, malformed: &mut Malformed) -> Option<Inline> {
    only(entry, &["rule", "reason", "expires"], malformed);
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let rules: Vec<String> = match entry.get("rule").map(|rule| (rule, rule.as_array())) {
        Some((_, Some(list))) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some((rule, None)) => rule.as_str().map(str::to_owned).into_iter().collect(),
        None => Vec::new(),
    };
    if rules.is_empty() {
        malformed.push((entry.at, "a suppression needs a 'rule'".to_owned()));
        return None;
    }
    let expires = text("expires");
    if let Some(odd) = entry.get("expires").filter(|_| !expires.as_ref().is_some_and(|date| is_date(date))) {
        malformed.push((odd.at, "a suppression ends on a date like 2027-01-31".to_owned()));
        return None;
    }
    let reason = text("reason").unwrap_or_default();
    Some(Inline { rules, reason, expires, at: entry.at, covers: own, used: false })
}

/// Tells members that mean nothing.
fn only(value: &Value, words: &[&str], malformed: &mut Malformed) {
    for member in value.as_object().map_or(&[][..], |object| &object.members) {
        if !words.contains(&&*member.key) {
            let near = nearest(&member.key, words.iter().copied()).map(|near| format!("; did you mean '{near}'?"));
            let message = format!("unknown key '{}' in a suppression{}", member.key, near.unwrap_or_default());
            malformed.push((member.key_at, message));
        }
    }
}

/// Whether a text is an ISO date.
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && days_between(text, text).is_some()
}

/// Marks what a waiver covers, unless it is expired; gives whether it covers anything.
fn waive(outcomes: &mut [Outcome], waiver: &Waiver, today: &str, name_of: &dyn Fn(SourceId) -> String) -> bool {
    let mut used = false;
    for outcome in outcomes.iter_mut().filter(|outcome| is_open(outcome) && is_meant(outcome, &waiver.rules)) {
        let subject = &outcome.subject;
        let by_resource = waiver
            .resource
            .as_ref()
            .is_none_or(|pattern| matches_pattern(pattern, &subject.name) || matches_pattern(pattern, &subject.id));
        let by_file = || {
            waiver.file.as_ref().is_none_or(|pattern| {
                let name = name_of(outcome.primary.at.source);
                matches_pattern(pattern, &name) || matches_pattern(&format!("*/{pattern}"), &name)
            })
        };
        if !by_resource || !by_file() {
            continue;
        }
        used = true;
        if !is_expired(waiver, today) {
            outcome.suppressed = Some(Suppression {
                kind: "waiver",
                reason: waiver.reason.clone(),
                owner: Some(waiver.owner.clone()),
                ticket: waiver.ticket.clone(),
                expires: Some(waiver.expires.clone()),
            });
        }
    }
    used
}

/// Whether a date comes within the days of notice.
fn is_near(today: &str, expires: &str) -> bool {
    days_between(today, expires).is_some_and(|days| days <= NOTICE_DAYS)
}

/// Days from one ISO date to another.
fn days_between(from: &str, to: &str) -> Option<i64> {
    use crate::arm::functions::date;
    const DAY: i64 = 86_400;
    let seconds = |text: &str| {
        let moment = Value::string(format!("{text}T00:00:00Z"));
        date::call("datetimetoepoch", &[moment])?.ok()?.as_int()
    };
    Some((seconds(to)? - seconds(from)?) / DAY)
}

/// Whether a text matches a pattern in which `*` stands for any characters, ignoring case.
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    super::type_matches(&pattern.to_lowercase(), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    fn covered(text: &str) -> String {
        let parsed = parse(SourceId(0), text).expect("json");
        let source = Source::new("x.json", text);
        let span = governed(&parsed.root, parsed.comments[0], &source).expect("a node");
        source.slice(span).to_owned()
    }

    #[test]
    fn a_comment_covers_its_line_or_what_follows() {
        assert_eq!(covered("{\n \"a\": {\"b\": 1}, // c\n \"d\": 2}"), "\"a\": {\"b\": 1}");
        assert_eq!(covered("{\n // c\n \"a\": {\"b\": 1},\n \"d\": 2}"), "\"a\": {\"b\": 1}");
        assert_eq!(covered("[\n /* c */ {\"a\": 1}]"), "{\"a\": 1}");
    }

    #[test]
    fn days_are_counted_over_months() {
        assert_eq!(days_between("2026-02-27", "2026-03-01"), Some(2));
    }
}
