//! Reading the run document (see [`super::json`]), from which all machine formats are made: the same code renders a
//! run that has just ended and one that was written to a file long ago.

use super::summary::count;
use crate::check::Severity;
use crate::policy::control_title;
use serde_json::Value as Json;
use sha1::{Digest, Sha1};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A text member; empty where there is none.
pub fn text<'d>(of: &'d Json, name: &str) -> &'d str {
    of[name].as_str().unwrap_or_default()
}

/// A number member; 0 where there is none.
pub fn number(of: &Json, name: &str) -> u64 {
    of[name].as_u64().unwrap_or_default()
}

/// A list member; empty where there is none.
pub fn list<'d>(of: &'d Json, name: &str) -> &'d [Json] {
    of[name].as_array().map_or(&[], Vec::as_slice)
}

/// Texts of a list member.
pub fn texts<'d>(of: &'d Json, name: &str) -> Vec<&'d str> {
    list(of, name).iter().filter_map(Json::as_str).collect()
}

/// The rule of an outcome.
pub fn rule<'d>(document: &'d Json, outcome: &Json) -> &'d Json {
    let id = text(outcome, "rule");
    list(document, "rules").iter().find(|rule| text(rule, "id") == id).unwrap_or(&Json::Null)
}

/// Outcomes of a verdict that are not suppressed.
pub fn open<'d>(document: &'d Json, verdict: &'d str) -> impl Iterator<Item = &'d Json> {
    list(document, "outcomes")
        .iter()
        .filter(move |outcome| text(outcome, "verdict") == verdict && outcome["suppressed"].is_null())
}

/// Open findings from a severity on.
pub fn shown(document: &Json, from: Severity) -> impl Iterator<Item = &Json> {
    open(document, "fail").filter(move |outcome| {
        Severity::parse(text(rule(document, outcome), "severity")).is_none_or(|severity| severity >= from)
    })
}

/// How the verdicts stand on one requirement or control.
pub struct Group<'d> {
    pub name: String,
    /// What it is about, where that is known.
    pub title: Option<&'static str>,
    /// Rules that serve it.
    pub rules: usize,
    pub passed: usize,
    pub failed: usize,
    pub unknown: usize,
    pub accepted: usize,
    /// Rules of which a verdict is failed or not known.
    pub open: Vec<&'d str>,
}

impl<'d> Group<'d> {
    /// Adds verdicts of a rule; `counts` says that they are not suppressed.
    fn add(&mut self, rule: &'d str, verdict: &str, counts: bool, many: usize) {
        match (verdict, counts) {
            ("pass", _) => self.passed += many,
            ("fail", true) => self.failed += many,
            ("unknown", true) => self.unknown += many,
            ("fail" | "unknown", false) => self.accepted += many,
            _ => {}
        }
        if ["fail", "unknown"].contains(&verdict) && counts && !self.open.contains(&rule) {
            self.open.push(rule);
        }
    }

    /// The sum in one word.
    pub fn result(&self) -> &'static str {
        match (self.failed, self.unknown, self.passed, self.accepted) {
            (1.., ..) => "failed",
            (0, 1.., ..) => "not decided",
            (0, 0, _, 1..) => "passed, risks accepted",
            (0, 0, 1.., 0) => "passed",
            _ => "not assessed",
        }
    }
}

/// Verdicts by requirement.
pub fn requirements(document: &Json) -> Vec<Group<'_>> {
    groups(document, &|rule| rule["requirement"].as_str().map(|row| (row.to_owned(), None)).into_iter().collect())
}

/// Verdicts by control of a framework, with what it is about.
pub fn controls(document: &Json) -> Vec<Group<'_>> {
    groups(document, &|rule| {
        let frameworks = rule["controls"].as_object().into_iter().flatten();
        frameworks
            .flat_map(|(framework, numbers)| {
                let numbers = numbers.as_array().into_iter().flatten().filter_map(Json::as_str);
                numbers.map(move |number| (format!("{framework} {number}"), control_title(framework, number)))
            })
            .collect()
    })
}

/// A name that verdicts are grouped by, and what it is about.
type Named = (String, Option<&'static str>);

fn groups<'d>(document: &'d Json, names: &dyn Fn(&Json) -> Vec<Named>) -> Vec<Group<'d>> {
    let mut made: BTreeMap<(String, u64, String), Group<'d>> = BTreeMap::new();
    let mut of_rule: HashMap<&str, Vec<(String, u64, String)>> = HashMap::new();
    for rule in list(document, "rules") {
        let named = names(rule);
        let keys: Vec<_> = named.iter().map(|(name, _)| sortable(name)).collect();
        for (key, (name, title)) in keys.iter().zip(&named) {
            let new = || Group {
                name: name.clone(),
                title: *title,
                rules: 0,
                passed: 0,
                failed: 0,
                unknown: 0,
                accepted: 0,
                open: Vec::new(),
            };
            made.entry(key.clone()).or_insert_with(new).rules += 1;
        }
        of_rule.insert(text(rule, "id"), keys);
    }
    for outcome in list(document, "outcomes") {
        let id = text(outcome, "rule");
        for key in of_rule.get(id).into_iter().flatten() {
            let Some(group) = made.get_mut(key) else { continue };
            let (verdict, counts) = (text(outcome, "verdict"), outcome["suppressed"].is_null());
            group.add(id, verdict, counts, 1);
        }
    }
    for one in list(document, "unlisted") {
        for key in of_rule.get(text(one, "rule")).into_iter().flatten() {
            let Some(group) = made.get_mut(key) else { continue };
            group.add(
                text(one, "rule"),
                text(one, "verdict"),
                one["suppressed"] != true,
                number(one, "count") as usize,
            );
        }
    }
    made.into_values().collect()
}

/// Orders `TX-2` before `TX-10`.
fn sortable(name: &str) -> (String, u64, String) {
    let at = name.trim_end_matches(|last: char| last.is_ascii_digit()).len();
    (name[..at].to_owned(), name[at..].parse().unwrap_or(0), name.to_owned())
}

/// Rules that found nothing they apply to.
pub fn idle(document: &Json) -> Vec<&Json> {
    let verdicts = list(document, "outcomes").iter().chain(list(document, "unlisted"));
    let judged: HashSet<&str> = verdicts.map(|outcome| text(outcome, "rule")).collect();
    list(document, "rules").iter().filter(|rule| !judged.contains(text(rule, "id"))).collect()
}

/// What a report that lists verdicts says of those that the run only counts; empty where it lists all.
pub fn counted(document: &Json) -> String {
    match list(document, "unlisted").iter().map(|one| number(one, "count")).sum::<u64>() {
        0 => String::new(),
        many => format!("{many} more verdicts are counted, not listed: the estate is large."),
    }
}

/// Outcomes that do not count, with why.
pub fn accepted(document: &Json) -> Vec<&Json> {
    list(document, "outcomes").iter().filter(|outcome| !outcome["suppressed"].is_null()).collect()
}

/// What a report says of an input beside its status.
pub fn detail(input: &Json) -> String {
    match text(input, "status") {
        "checked" => count(number(input, "resources") as usize, "resource"),
        "parameters" => format!("parameters of {}", texts(input, "templates").join(", ")),
        "linked" => format!("part of {}", text(input, "by")),
        _ => text(input, "reason").to_owned(),
    }
}

/// The parameters of a pack in force.
pub fn parameters(pack: &Json) -> String {
    let parameters = pack["parameters"].as_object().into_iter().flatten();
    parameters.map(|(name, value)| format!("{name} = {value}")).collect::<Vec<String>>().join(", ")
}

/// What no run assesses, in words.
pub const NOT_ASSESSED: &str = "What the input does not hold was not assessed: manual settings, data, code in packages, \
and the files that could not be read or are no templates.";

/// The message with the conditions and environments under which it holds.
pub fn message(outcome: &Json) -> String {
    let mut under: Vec<String> = texts(outcome, "under").into_iter().map(str::to_owned).collect();
    let environments = texts(outcome, "environments");
    if !environments.is_empty() {
        under.push(format!("in {}", environments.join(", ")));
    }
    let message = text(outcome, "message");
    if under.is_empty() { message.to_owned() } else { format!("{message} ({})", under.join("; ")) }
}

/// What stays the same for a finding when lines move: SHA-1 of rule, file, resource id, pointer and deciding value.
pub fn fingerprint(outcome: &Json) -> String {
    let resource = text(&outcome["resource"], "id").to_lowercase();
    let file = text(&outcome["place"], "file");
    hex(&[text(outcome, "rule"), file, &resource, text(outcome, "pointer"), text(outcome, "actual")].join("\n"))
}

fn hex(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A version 5 UUID of a text, in a namespace of archlint's own.
pub fn uuid(of: &str) -> String {
    const NAMESPACE: [u8; 16] =
        [0x6b, 0x1f, 0x5a, 0x0e, 0x53, 0x9c, 0x4d, 0x38, 0x9a, 0x7e, 0x21, 0x4c, 0x6d, 0x80, 0x55, 0xf3];
    let mut hash = Sha1::new();
    hash.update(NAMESPACE);
    hash.update(of.as_bytes());
    let mut bytes: Vec<u8> = hash.finalize().iter().take(16).copied().collect();
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// A relative path as URI reference.
pub fn encoded(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    name.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Text inside XML or HTML, also in attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no other control characters.
            control if control.is_control() && !matches!(control, '\n' | '\t' | '\r') => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
