//! Secrets in clear: recognised by the name of their key or the form of their text, and never shown.

use crate::document::{Kind, Object, Value};
use crate::source::{Location, Sources, Span};
use regex::Regex;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;
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
    /// Objects of which every text is a secret.
    holders: Vec<String>,
    values: Vec<Form>,
}

/// A form of text that is a secret. Its pattern is built when a text first has one of the words it needs: most runs
/// meet none, and the patterns cost more to build than all rules of a small check.
struct Form {
    /// Whether a text of this form surely is a secret. All others are hidden as well, but no rule speaks of them.
    is_sure: bool,
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
    /// The pattern, when the text may match it. `lower` keeps the text in lower case for the next form.
    fn for_text(&'static self, text: &str, lower: &OnceCell<String>) -> Option<&'static Regex> {
        if text.len() < self.least || !text.contains(&self.has) {
            return None;
        }
        let lower = lower.get_or_init(|| text.to_ascii_lowercase());
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
            is_sure: of["sure"].as_bool().unwrap_or_default(),
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
        Forms {
            endings,
            names,
            tails,
            holders: words(&facts["holders"]),
            values: facts["values"].as_array().into_iter().flatten().map(form).collect(),
        }
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
        start.is_some_and(|start| name.as_bytes()[start..].eq_ignore_ascii_case(ending.as_bytes()))
    };
    forms.names.iter().any(|own| own.eq_ignore_ascii_case(name)) || forms.endings.iter().any(ends)
}

/// The name by which the values below a member count: its own, or that of a secret that stands beside or above it.
///
/// `{"type": "SecureString", "value": …}`, `{"name": "DB_PASSWORD", "value": …}` and
/// `"adminPassword": {"defaultValue": …}` name their value elsewhere.
fn name_in_force<'n>(key: &'n str, holder: &'n str, kind: Option<&str>, named: Option<&str>) -> &'n str {
    const SECRET: &str = "password";
    if forms().holders.iter().any(|own| own.eq_ignore_ascii_case(holder)) {
        return SECRET;
    }
    let is_value = key.eq_ignore_ascii_case("value") || key.eq_ignore_ascii_case("defaultValue");
    let is_secure = kind.is_some_and(is_secure_type);
    if is_value && (is_secure || is_secret_name(holder) || named.is_some_and(is_secret_name)) { SECRET } else { key }
}

/// Whether a type, of a parameter or of a setting, says that its value is a secret: it stays out of the deployment history.
pub fn is_secure_type(name: &str) -> bool {
    ["securestring", "secureobject"].iter().any(|secure| name.eq_ignore_ascii_case(secure))
}

/// The patterns of these forms that a text may match.
fn fitting<'t>(
    forms: impl Iterator<Item = &'static Form> + 't,
    text: &'t str,
) -> impl Iterator<Item = &'static Regex> + 't {
    let lower = OnceCell::new();
    forms.filter_map(move |form| form.for_text(text, &lower))
}

/// The patterns that may match a text. No form is without one of these letters; most texts of a document are.
fn possible(text: &str) -> impl Iterator<Item = &'static Regex> {
    let is_possible = text.bytes().any(|byte| matches!(byte, b'=' | b':' | b'~' | b'%' | b' '))
        || ["eyJ", "AzFu"].iter().any(|head| text.contains(head));
    let forms = if is_possible { forms().values.as_slice() } else { &[] };
    fitting(forms.iter(), text)
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

/// Whether a text holds what may be a secret.
fn holds_secret(text: &str) -> bool {
    possible(text).any(|form| form.is_match(text))
}

/// Whether a text surely holds a secret. What `format` fills in (`AccountKey={0}`) is not in the text.
fn surely_holds_secret(text: &str) -> bool {
    // Every such form has one of these; most texts have none.
    if memchr::memchr(b'=', text.as_bytes()).is_none() && !text.contains("-----BEGIN") {
        return false;
    }
    let is_hole =
        |found: &str| found.strip_prefix('{').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    fitting(forms().values.iter().filter(|form| form.is_sure), text)
        .flat_map(|form| form.captures_iter(text))
        .filter_map(|groups| groups.get(1))
        .any(|found| !is_hole(found.as_str()))
}

/// The places of literal secrets in a document. Expressions are no secrets, though they may give one.
pub fn places(root: &Value) -> Vec<Location> {
    let mut found = Vec::new();
    collect(root, "", &mut found);
    found
}

/// The places from which the secrets of an evaluated resource come: by name only, whatever form they have.
pub fn origins(body: &Value, found: &mut Vec<Location>) {
    named(body, "", found);
}

fn named(value: &Value, name: &str, found: &mut Vec<Location>) {
    match &value.kind {
        Kind::Array(items) => items.iter().for_each(|item| named(item, name, found)),
        Kind::Object(object) => {
            let (kind, beside) = (text_of(object, "type"), text_of(object, "name"));
            for member in &object.members {
                named(&member.value, name_in_force(&member.key, name, kind, beside), found);
            }
        }
        Kind::Null | Kind::Bool(_) => {}
        Kind::String(text) if text.is_empty() || text.starts_with("@Microsoft.KeyVault(") => {}
        // What is not known may have come from a text that is a secret all the same (a secure parameter's value).
        Kind::Unknown(unknown) if !unknown.secret => {}
        Kind::Unknown(_) | Kind::String(_) | Kind::Int(_) | Kind::Float(_) => {
            if is_secret_name(name) || value.as_unknown().is_some() {
                // An expression on the way is no secret: what it was given is.
                found.push(value.origin());
            }
        }
    }
}

fn text_of<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Value::as_str)
}

fn collect(value: &Value, name: &str, found: &mut Vec<Location>) {
    match &value.kind {
        Kind::String(text) => {
            let is_literal = !text.is_empty() && !text.starts_with('[') && !text.starts_with("@Microsoft.KeyVault(");
            if (is_literal && is_secret_name(name)) || holds_secret(text) {
                found.push(value.at);
            }
        }
        Kind::Int(_) | Kind::Float(_) if is_secret_name(name) => found.push(value.at),
        Kind::Array(items) => items.iter().for_each(|item| collect(item, name, found)),
        Kind::Object(object) => {
            let (kind, beside) = (text_of(object, "type"), text_of(object, "name"));
            for member in &object.members {
                collect(&member.value, name_in_force(&member.key, name, kind, beside), found);
            }
            secure_values(object, found);
        }
        _ => {}
    }
}

/// What a nested deployment or a module gives for parameters that its template declares secure, and what a template's
/// own secure parameters may be.
fn secure_values(object: &Object, found: &mut Vec<Location>) {
    let declared = |of: &Object| of.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default();
    let template = object.get("template").and_then(Value::as_object);
    for parameter in template.map(declared).unwrap_or_default().members {
        if is_secure(&parameter.value) {
            let given = object.get("parameters").and_then(|all| all.get(&parameter.key)?.get("value"));
            given.into_iter().for_each(|value| literals(value, found));
        }
    }
    if object.get("resources").is_some() {
        for parameter in declared(object).members.iter().filter(|parameter| is_secure(&parameter.value)) {
            let stated = ["defaultValue", "allowedValues"].iter().filter_map(|word| parameter.value.get(word));
            stated.for_each(|value| literals(value, found));
        }
    }
}

/// Whether a parameter's declaration says that its value is a secret.
fn is_secure(declaration: &Value) -> bool {
    declaration.get("type").and_then(Value::as_str).is_some_and(is_secure_type)
}

/// The places of all texts and numbers in a value.
pub fn literals(value: &Value, found: &mut Vec<Location>) {
    match &value.kind {
        Kind::String(text) if !text.starts_with('[') => found.push(value.at),
        Kind::Int(_) | Kind::Float(_) => found.push(value.at),
        Kind::Array(items) => items.iter().for_each(|item| literals(item, found)),
        Kind::Object(object) => object.members.iter().for_each(|member| literals(&member.value, found)),
        _ => {}
    }
}

/// The spans of what may be a secret in a text that cannot be parsed: more than is one, since nothing tells where
/// values end. Spans have quotes neither at their beginning nor at their end.
pub fn spans(text: &str) -> Vec<Span> {
    static BUILT: OnceLock<Option<Regex>> = OnceLock::new();
    let named = BUILT.get_or_init(|| {
        let forms = forms();
        let names: Vec<String> = forms.endings.iter().chain(&forms.names).map(|name| regex::escape(name)).collect();
        // A secret's name or `value`, in quotes or bare, and what follows it up to the end of the text or line.
        let pattern = format!(
            r#"(?i)["']?(?:[\w.-]*(?:{})|(?:default)?value)["']?\s*[:=]\s*(?:"((?:[^"\\\n]|\\.)*)|'([^'\n]*)|([^\s"'{{\[][^\n]*))"#,
            names.join("|")
        );
        Regex::new(&pattern).ok()
    });
    let formed = fitting(forms().values.iter(), text);
    let mut found: Vec<Span> = named
        .iter()
        .chain(formed)
        .flat_map(|pattern| pattern.captures_iter(text))
        .filter_map(|groups| groups.iter().skip(1).flatten().next())
        .map(|group| Span { start: group.start() as u32, end: group.end() as u32 })
        .collect();
    found.sort_unstable();
    found
}

/// The texts of secrets that were met, to take out of what is written about the input.
#[derive(Debug, Default)]
pub struct Known {
    texts: BTreeSet<String>,
}

impl Known {
    /// Shorter texts stand in too many others.
    const SHORTEST: usize = 4;

    pub fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let inner = |text: &'t str| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let texts = texts.map(inner).filter(|text| text.len() >= Self::SHORTEST && !text.starts_with('['));
        Known { texts: texts.map(str::to_owned).collect() }
    }

    /// The literal secrets of documents.
    pub fn of<'v>(roots: impl Iterator<Item = &'v Value>, sources: &Sources) -> Self {
        let places: Vec<Location> = roots.flat_map(places).collect();
        let texts: Vec<String> = places.iter().map(|at| sources.get(at.source).slice(at.span).to_owned()).collect();
        Known::new(texts.iter().map(String::as_str))
    }

    /// The text with all of them masked, and whatever has a secret's form.
    pub fn masked(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for secret in self.texts.iter().filter(|secret| text.contains(secret.as_str())) {
            out = out.replace(secret.as_str(), MASK);
        }
        masked(&out).into_owned()
    }
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

/// Tells everything in a value, which stands under a name, that surely is a secret in clear.
///
/// `noticed` has the places of all texts of the value's source that [`may_be_told`], where they are known.
pub fn in_clear<'v>(name: &'v str, value: &'v Value, noticed: Option<&'v [u32]>, tell: &mut dyn FnMut(Literal<'v>)) {
    Walk { name, holder: "", holder_name: "", is_secret: false, noticed }.into(value, tell);
}

/// Whether [`in_clear`] may tell of a text under a key: asked while a document is parsed, so that only what holds such a
/// text has to be looked through.
pub fn may_be_told(key: &str, text: &str) -> bool {
    let is_literal = !text.is_empty() && !text.starts_with('[');
    (is_literal && (key == "value" || is_secret_name(key)))
        || memchr::memchr(b'=', text.as_bytes()).is_some()
        || text.contains("-----BEGIN")
}

/// Where a walk through a document is.
#[derive(Clone, Copy)]
struct Walk<'v> {
    name: &'v str,
    holder: &'v str,
    holder_name: &'v str,
    /// Whether a text here is a secret whatever its key is named.
    is_secret: bool,
    noticed: Option<&'v [u32]>,
}

impl<'v> Walk<'v> {
    /// Whether nothing in a value can be told.
    fn skips(&self, value: &Value) -> bool {
        let Some(noticed) = self.noticed else { return false };
        let next = noticed.partition_point(|at| *at < value.at.span.start);
        noticed.get(next).is_none_or(|at| *at >= value.at.span.end)
    }

    fn into(self, value: &'v Value, tell: &mut dyn FnMut(Literal<'v>)) {
        match &value.kind {
            Kind::String(text) => {
                let is_literal =
                    !text.is_empty() && !text.starts_with('[') && !text.starts_with("@Microsoft.KeyVault(");
                if (is_literal && (self.is_secret || is_secret_name(self.name))) || surely_holds_secret(text) {
                    let Walk { name, holder, holder_name, .. } = self;
                    tell(Literal { name, holder, holder_name, value });
                }
            }
            Kind::Array(items) => {
                items.iter().filter(|item| !self.skips(item)).for_each(|item| self.into(item, tell));
            }
            Kind::Object(object) => {
                let (mut kind, mut named, mut has_version) = ("", None, false);
                for member in &object.members {
                    match &*member.key {
                        "type" => kind = member.value.as_str().unwrap_or_default(),
                        "name" => named = member.value.as_str(),
                        "apiVersion" => has_version = true,
                        _ => {}
                    }
                }
                let is_resource = has_version && !kind.is_empty();
                let around = if is_resource {
                    Walk { holder: kind, holder_name: named.unwrap_or_default(), ..self }
                } else {
                    self
                };
                for member in object.members.iter().filter(|member| !self.skips(&member.value)) {
                    let mut inner = Walk { name: &member.key, is_secret: false, ..around };
                    match inner.name {
                        // `{"type": "SecureString", "value": …}` and `{"name": "…PASSWORD", "value": …}` name their value
                        // elsewhere, and a parameter that is given stands as `"password": {"value": …}`.
                        "value" if kind == "SecureString" => inner.is_secret = true,
                        "value" => {
                            let named = named.unwrap_or(self.name);
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
        Json::Number(_) if is_secret_name(name) => *value = Json::from(MASK),
        Json::Array(items) => items.iter_mut().for_each(|item| mask_json(item, name)),
        Json::Object(members) => {
            let beside = |name: &str| members.get(name).and_then(Json::as_str).map(str::to_owned);
            let (kind, named) = (beside("type"), beside("name"));
            for (key, member) in members.iter_mut() {
                mask_json(member, name_in_force(key, name, kind.as_deref(), named.as_deref()));
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
        assert_eq!(masked("Server=x;Password=abc def;Encrypt=True"), "Server=x;Password=***;Encrypt=True");
        assert_eq!(masked("https://x/?sv=1&sig=abc%3D&se=2"), "https://x/?sv=1&sig=***&se=2");
        assert_eq!(masked(&format!("key {}== end", "A".repeat(86))), "key *** end");
        assert_eq!(masked("Server=x;Database=y"), "Server=x;Database=y");
    }

    #[test]
    fn what_cannot_be_parsed_hides_what_may_be_a_secret() {
        let left = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            for at in spans(text) {
                bytes[at.start as usize..at.end as usize].fill(b'*');
            }
            String::from_utf8(bytes).expect("text")
        };
        assert_eq!(left(r#"{"adminPassword": "a\"b", "x": 1"#), r#"{"adminPassword": "****", "x": 1"#);
        assert_eq!(left("{'adminPassword': hunter2,\n x"), "{'adminPassword': ********\n x");
        assert_eq!(left(r#"{"adminPassword": {"value": "no end"#), r#"{"adminPassword": {"value": "******"#);
        assert_eq!(left(r#"{"location": "westeurope""#), r#"{"location": "westeurope""#);
    }

    #[test]
    fn what_an_expression_adds_is_not_in_clear() {
        assert!(surely_holds_secret("DefaultEndpointsProtocol=https;AccountName=st;AccountKey=abc=;EndpointSuffix=x"));
        for text in [
            "[concat('AccountName=st;AccountKey=', listKeys('st', '2023-05-01').keys[0].value, ';EndpointSuffix=x')]",
            "[format('Server=x;Password={0}', parameters('p'))]",
            "[concat('Server=tcp:', parameters('s'), ';Password=', parameters('p'), ';Trusted_Connection=False')]",
        ] {
            assert!(!surely_holds_secret(text), "{text}");
        }
    }

    #[test]
    fn every_form_is_a_pattern() {
        for form in &forms().values {
            let text = format!("{}{}{}", form.has, form.needs[0], " ".repeat(form.least));
            assert!(form.for_text(&text, &OnceCell::new()).is_some(), "{}", form.pattern);
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
