//! Secrets in clear: recognised by the name of their key or the form of their text, and never shown.

use crate::document::{Kind, Value};
use crate::source::Location;
use regex::Regex;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::sync::OnceLock;

/// Names and forms of secrets, with their sources.
const FACTS: &str = include_str!("secrets.json");

/// What is written in a secret's place.
pub const MASK: &str = "***";

struct Forms {
    endings: Vec<String>,
    names: Vec<String>,
    /// The last two letters of all endings and names, in lower case: few other names have them.
    tails: Vec<[u8; 2]>,
    values: Vec<Form>,
}

/// A form of text that is a secret. Its pattern is built when a text first has one of the words it needs: most runs
/// meet none, and the patterns cost more to build than all rules of a small check.
struct Form {
    /// The length of the shortest text of this form, in bytes.
    least: usize,
    /// What the text has as it is written: looked for first, since few texts have it.
    has: String,
    /// One of these words is in the text in any case.
    needs: Vec<String>,
    pattern: String,
    built: OnceLock<Option<Regex>>,
}

impl Form {
    /// The pattern, when the text may match it.
    fn for_text(&'static self, text: &str) -> Option<&'static Regex> {
        if text.len() < self.least || !text.contains(&self.has) {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        if !self.needs.iter().any(|word| lower.contains(word)) {
            return None;
        }
        self.built.get_or_init(|| Regex::new(&self.pattern).ok()).as_ref()
    }
}

fn forms() -> &'static Forms {
    static READ: OnceLock<Forms> = OnceLock::new();
    READ.get_or_init(|| {
        let facts: Json = serde_json::from_str(FACTS).unwrap_or_default();
        let words = |of: &Json| -> Vec<String> {
            of.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let form = |of: &Json| Form {
            least: of["least"].as_u64().unwrap_or_default() as usize,
            has: of["has"].as_str().unwrap_or_default().to_owned(),
            needs: words(&of["needs"]),
            pattern: of["pattern"].as_str().unwrap_or_default().to_owned(),
            built: OnceLock::new(),
        };
        let (endings, names) = (words(&facts["endings"]), words(&facts["names"]));
        let mut tails: Vec<[u8; 2]> = endings.iter().chain(&names).filter_map(|name| tail(name)).collect();
        tails.sort_unstable();
        tails.dedup();
        Forms { endings, names, tails, values: facts["values"].as_array().into_iter().flatten().map(form).collect() }
    })
}

/// The last two letters of a name in lower case.
fn tail(name: &str) -> Option<[u8; 2]> {
    let last = name.as_bytes().last_chunk::<2>()?;
    Some([last[0].to_ascii_lowercase(), last[1].to_ascii_lowercase()])
}

/// Whether the value of a key of that name is a secret.
pub fn is_secret_name(name: &str) -> bool {
    let forms = forms();
    if tail(name).is_none_or(|tail| !forms.tails.contains(&tail)) {
        return false;
    }
    let ends = |ending: &String| {
        let start = name.len().checked_sub(ending.len());
        start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    forms.names.iter().any(|own| own.eq_ignore_ascii_case(name)) || forms.endings.iter().any(ends)
}

/// The patterns that may match a text. Most texts have no `=`, which most forms need.
fn possible(text: &str) -> impl Iterator<Item = &'static Regex> {
    let is_signed = memchr::memchr(b'=', text.as_bytes()).is_some();
    let forms = forms().values.iter().filter(move |form| is_signed || !form.has.contains('='));
    forms.filter_map(move |form| form.for_text(text))
}

/// A text with the secrets in it masked.
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    for form in possible(text) {
        let found: Vec<(usize, usize)> = form
            .captures_iter(&out)
            .filter_map(|groups| groups.get(1).map(|group| (group.start(), group.end())))
            .collect();
        if found.is_empty() {
            continue;
        }
        let mut made = String::with_capacity(out.len());
        let mut from = 0;
        for (start, end) in found {
            made.push_str(&out[from..start]);
            made.push_str(MASK);
            from = end;
        }
        made.push_str(&out[from..]);
        out = Cow::Owned(made);
    }
    out
}

/// Whether a text holds a secret. What `format` fills in (`AccountKey={0}`) is not in the text.
fn holds_secret(text: &str) -> bool {
    let is_hole =
        |found: &str| found.strip_prefix('{').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    possible(text)
        .any(|form| form.captures_iter(text).filter_map(|groups| groups.get(1)).any(|found| !is_hole(found.as_str())))
}

/// A secret that a text holds in clear.
#[derive(Clone, Copy, Debug)]
pub struct Literal<'v> {
    /// The key it stands under, or what names it.
    pub name: &'v str,
    /// The type of the resource, or of the secure parameter, in whose text it stands; empty elsewhere.
    pub holder: &'v str,
    /// The name of that resource as written; empty elsewhere.
    pub holder_name: &'v str,
    pub value: &'v Value,
}

/// The places of literal secrets in a document. Expressions are no secrets, though they may give one.
pub fn places(root: &Value) -> Vec<Location> {
    let mut found = Vec::new();
    literals("", root, &mut |literal| found.push(literal.value.at));
    found
}

/// Tells every literal secret in a value that stands under a name.
pub fn literals<'v>(name: &'v str, value: &'v Value, tell: &mut dyn FnMut(Literal<'v>)) {
    Walk { name, holder: "", holder_name: "", is_secret: false }.into(value, tell);
}

/// Where a walk through a document is.
#[derive(Clone, Copy)]
struct Walk<'v> {
    name: &'v str,
    holder: &'v str,
    holder_name: &'v str,
    /// Whether a text here is a secret whatever its key is named.
    is_secret: bool,
}

impl<'v> Walk<'v> {
    fn into(self, value: &'v Value, tell: &mut dyn FnMut(Literal<'v>)) {
        match &value.kind {
            Kind::String(text) => {
                let is_literal =
                    !text.is_empty() && !text.starts_with('[') && !text.starts_with("@Microsoft.KeyVault(");
                if (is_literal && (self.is_secret || is_secret_name(self.name))) || holds_secret(text) {
                    let Walk { name, holder, holder_name, .. } = self;
                    tell(Literal { name, holder, holder_name, value });
                }
            }
            Kind::Array(items) => items.iter().for_each(|item| self.into(item, tell)),
            Kind::Object(object) => {
                let word = |name: &str| {
                    let found = object.members.iter().find(|member| &*member.key == name)?;
                    found.value.as_str()
                };
                let kind = word("type").unwrap_or_default();
                let is_resource = !kind.is_empty() && word("apiVersion").is_some();
                let around = if is_resource {
                    Walk { holder: kind, holder_name: word("name").unwrap_or_default(), ..self }
                } else {
                    self
                };
                for member in &object.members {
                    let mut inner = Walk { name: &member.key, is_secret: false, ..around };
                    match inner.name {
                        // `{"type": "SecureString", "value": …}` and `{"name": "…PASSWORD", "value": …}` name their value
                        // elsewhere, and a parameter that is given stands as `"password": {"value": …}`.
                        "value" if kind == "SecureString" => inner.is_secret = true,
                        "value" => {
                            let named = word("name").unwrap_or(self.name);
                            if is_secret_name(named) {
                                inner = Walk { name: named, is_secret: true, ..inner };
                            }
                        }
                        "defaultValue" if is_secure_type(kind) => inner.holder = kind,
                        _ => {}
                    }
                    inner.into(&member.value, tell);
                }
            }
            _ => {}
        }
    }
}

/// Whether a parameter, output or type of that name keeps its value out of the deployment history.
pub fn is_secure_type(name: &str) -> bool {
    ["securestring", "secureobject"].iter().any(|secure| name.eq_ignore_ascii_case(secure))
}

/// Masks the secrets of a JSON value that is to be printed.
pub fn mask_json(value: &mut Json, name: &str) {
    match value {
        Json::String(text) => {
            if !text.is_empty() && is_secret_name(name) {
                *text = MASK.to_owned();
            } else if let Cow::Owned(changed) = masked(text) {
                *text = changed;
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| mask_json(item, name)),
        Json::Object(members) => {
            let is_secure = members.get("type").and_then(Json::as_str) == Some("SecureString");
            let named = members.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
            for (key, member) in members.iter_mut() {
                let is_value = key == "value" && (is_secure || is_secret_name(&named));
                mask_json(member, if is_value { "password" } else { key });
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_secrets_are_masked_and_the_rest_stays() {
        assert_eq!(masked("Server=x;Password=abc def;Encrypt=True"), "Server=x;Password=*** def;Encrypt=True");
        assert_eq!(masked("https://x/?sv=1&sig=abc%3D&se=2"), "https://x/?sv=1&sig=***&se=2");
        assert_eq!(masked(&format!("key {}== end", "A".repeat(86))), "key *** end");
        assert_eq!(masked("Server=x;Database=y"), "Server=x;Database=y");
    }

    #[test]
    fn every_form_is_a_pattern() {
        for form in &forms().values {
            let text = format!("{}{}{}", form.has, form.needs[0], " ".repeat(form.least));
            assert!(form.for_text(&text).is_some(), "{}", form.pattern);
        }
    }

    #[test]
    fn names_of_secrets_are_known() {
        for name in ["administratorLoginPassword", "accountKey", "primaryMasterKey", "clientSecret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["partitionKey", "keyVaultUri", "secretName", "passwordPolicy"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
