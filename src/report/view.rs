//! Reading the run document (see [`super::json`]), from which all machine formats are made: the same code renders a
//! run that has just ended and one that was written to a file long ago.

use crate::check::Severity;
use serde_json::Value as Json;
use sha1::{Digest, Sha1};

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
