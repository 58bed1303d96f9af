//! One rule, read from its file.

use super::compile::{Context, Kept, component_name, condition, input_kind};
use super::condition::Condition;
use super::needs::Needs;
use super::reader::{PackError, object, only, text, texts, unknown_word};
use crate::arm::declarations::{Declares, NAMESPACE, Sketch};
use crate::check::Severity;
use crate::document::{Object, Value};
use crate::estate::InputKind;
use crate::source::Location;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A rule's own words about itself. What it selects and asserts is in [`CompiledRule`].
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// The file's name: also the documentation anchor and the word that suppresses it.
    pub id: String,
    pub pack: String,
    /// Short permanent alias (`ARC001`).
    pub code: String,
    pub requirement: Option<String>,
    pub severity: Severity,
    pub category: String,
    pub service: String,
    pub title: String,
    pub message: String,
    pub why: String,
    pub help: String,
    pub fix: Fix,
    pub alternatives: Vec<Alternative>,
    /// Framework and its control numbers, in written order.
    pub controls: Vec<(String, Vec<String>)>,
    pub links: Vec<String>,
    pub aliases: Vec<String>,
    /// Ids under which other linters check the same.
    pub peers: Vec<String>,
    pub concepts: Vec<String>,
    /// False for a rule whose findings nobody may suppress.
    pub is_waivable: bool,
    /// Steps back at a text that another rule of its pack, of its severity or above, finds wrong: that one knows more.
    pub yields: bool,
    pub lifecycle: Lifecycle,
    /// Of a deprecated rule: what takes its place.
    pub deprecated: Option<String>,
}

impl Rule {
    /// Whether a name in a configuration or on the command line means this rule.
    pub fn is_named(&self, name: &str) -> bool {
        self.id == name || self.code == name || self.aliases.iter().any(|alias| alias == name)
    }
}

/// How far a rule may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lifecycle {
    /// May change or go: runs only where it is asked for.
    Preview,
    #[default]
    Stable,
    /// Will go: runs, and says what takes its place.
    Deprecated,
}

impl Lifecycle {
    pub fn name(self) -> &'static str {
        match self {
            Lifecycle::Preview => "preview",
            Lifecycle::Stable => "stable",
            Lifecycle::Deprecated => "deprecated",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Lifecycle::Preview, Lifecycle::Stable, Lifecycle::Deprecated].into_iter().find(|one| one.name() == text)
    }
}

impl Rule {
    /// Whether another linter checks the same under this id, in any case. What a tool writes in front of its ids may
    /// stand there too: `AVD-AZU-0012`, `/providers/…/policyDefinitions/<id>`.
    pub fn has_peer(&self, id: &str) -> bool {
        let ends_in = |peer: &String| {
            let at = id.len().checked_sub(peer.len())?;
            let (front, own) = (id.get(..at)?, id.get(at..)?);
            Some(own.eq_ignore_ascii_case(peer) && (front.is_empty() || front.ends_with(['-', '/'])))
        };
        self.peers.iter().any(|peer| ends_in(peer).unwrap_or(false))
    }
}

/// How to put it right, as text to copy.
#[derive(Clone, Debug, Default)]
pub struct Fix {
    pub bicep: Option<String>,
    pub arm: Option<String>,
}

/// One line of a decision matrix.
#[derive(Clone, Debug)]
pub struct Alternative {
    pub option: String,
    pub verdict: String,
    pub because: String,
    /// What it was weighed by, in written order.
    pub criteria: Vec<(String, String)>,
}

/// Which resources a rule judges.
#[derive(Debug)]
pub enum Subjects {
    /// Lower-case types, `*` for any run of characters.
    Types(Vec<String>),
    Component(Arc<str>),
    /// The estate as a whole, once.
    Estate,
}

impl Subjects {
    /// The kinds of declarations among the types.
    pub fn declarations(&self) -> impl Iterator<Item = Declares> {
        let types = if let Subjects::Types(names) = self { names.as_slice() } else { &[] };
        types.iter().filter_map(|name| Declares::of_type(name))
    }
}

/// A rule ready to run. Its conditions are compiled when it first has a resource to judge: most rules of a run have
/// none, and paths and patterns cost more to build than to run.
#[derive(Debug)]
pub struct CompiledRule {
    pub rule: Arc<Rule>,
    pub subjects: Subjects,
    pub input: Option<InputKind>,
    /// The rule's place, and that of its `for`.
    pub at: Location,
    pub selection: Location,
    /// The `tests` member as written; null where the rule was read without.
    pub tests: Value,
    written: Written,
    filter: OnceLock<Result<Option<Condition>, PackError>>,
    assert: OnceLock<Result<Condition, PackError>>,
    needs: OnceLock<Needs>,
}

/// Conditions as they stand in the file, with what they may refer to.
#[derive(Debug)]
struct Written {
    filter: Option<Value>,
    assert: Value,
    vocabulary: Arc<Vocabulary>,
}

/// What the conditions of a pack may refer to.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Values of the pack's parameters in force.
    pub parameters: BTreeMap<String, Value>,
    /// Names of the pack's components.
    pub components: Vec<String>,
}

impl Vocabulary {
    /// What a condition that no relation leads to may refer to.
    pub fn context<'p>(&'p self, kept: &'p Kept) -> Context<'p> {
        Context { parameters: &self.parameters, components: &self.components, is_related: false, kept }
    }
}

impl CompiledRule {
    /// What selects among the subjects, or what is wrong with it.
    pub fn filter(&self) -> Result<Option<&Condition>, &PackError> {
        let written = &self.written;
        let compile = || {
            let kept = Kept::default();
            let context = written.vocabulary.context(&kept);
            written.filter.as_ref().map(|filter| condition(filter, &context)).transpose()
        };
        self.filter.get_or_init(compile).as_ref().map(Option::as_ref)
    }

    /// What must hold, or what is wrong with it. Of most rules with a filter no resource comes so far.
    pub fn assert(&self) -> Result<&Condition, &PackError> {
        let written = &self.written;
        let compile = || condition(&written.assert, &written.vocabulary.context(&Kept::default()));
        self.assert.get_or_init(compile).as_ref()
    }

    /// What is wrong with the conditions.
    pub fn fault(&self) -> Option<&PackError> {
        self.filter().err().or_else(|| self.assert().err())
    }

    /// Whether it judges what templates declare beside resources.
    pub fn asks_for_declarations(&self) -> bool {
        self.subjects.declarations().next().is_some()
    }

    /// Whether it may apply to a declaration of which only this is known.
    pub fn may_apply(&self, sketch: &Sketch) -> bool {
        self.needs.get_or_init(|| Needs::of(self.filter().ok().flatten())).are_met(sketch)
    }

    /// The conditions as written, for what reads rather than runs them.
    pub fn written(&self) -> (Option<&Value>, &Value) {
        (self.written.filter.as_ref(), &self.written.assert)
    }
}

const WORDS: [&str; 25] = [
    "$schema",
    "code",
    "requirement",
    "severity",
    "category",
    "service",
    "title",
    "for",
    "assert",
    "message",
    "why",
    "help",
    "fix",
    "alternatives",
    "controls",
    "links",
    "aliases",
    "peers",
    "concepts",
    "tests",
    "lifecycle",
    "deprecated",
    "note",
    "waivable",
    "yields",
];

/// Reads one rule file.
pub fn rule(id: &str, pack: &str, root: &Value, vocabulary: &Arc<Vocabulary>) -> Result<CompiledRule, PackError> {
    let kept = Kept::default();
    let context = &vocabulary.context(&kept);
    let members = object(root, "a rule")?;
    only(members, "word in a rule", &WORDS)?;
    let needed =
        |name: &str| members.get(name).ok_or_else(|| PackError::new(root.at, format!("a rule needs '{name}'")));
    let optional = |name: &str| -> Result<String, PackError> {
        members.get(name).map_or(Ok(String::new()), |value| text(value, name).map(str::to_owned))
    };
    let list = |name: &str| -> Result<Vec<String>, PackError> {
        members.get(name).map_or(Ok(Vec::new()), |value| texts(value, name))
    };
    let severity = needed("severity")?;
    let word = text(severity, "severity")?;
    let severity = Severity::parse(word)
        .ok_or_else(|| unknown_word(severity.at, "severity", word, ["error", "warning", "note"]))?;
    let described = Rule {
        id: id.to_owned(),
        pack: pack.to_owned(),
        code: text(needed("code")?, "code")?.to_owned(),
        requirement: members
            .get("requirement")
            .map(|value| text(value, "requirement").map(str::to_owned))
            .transpose()?,
        severity,
        category: optional("category")?,
        service: optional("service")?,
        title: text(needed("title")?, "title")?.to_owned(),
        message: text(needed("message")?, "message")?.to_owned(),
        why: text(needed("why")?, "why")?.to_owned(),
        help: text(needed("help")?, "help")?.to_owned(),
        fix: fix(members)?,
        alternatives: alternatives(members)?,
        controls: controls(members)?,
        links: list("links")?,
        aliases: list("aliases")?,
        peers: list("peers")?,
        concepts: list("concepts")?,
        lifecycle: lifecycle(root, members)?,
        deprecated: members.get("deprecated").map(|value| text(value, "deprecated").map(str::to_owned)).transpose()?,
        is_waivable: members.get("waivable").and_then(Value::as_bool).unwrap_or(true),
        yields: members.get("yields").and_then(Value::as_bool).unwrap_or(false),
    };
    let selection = needed("for")?;
    let chosen = object(selection, "for")?;
    only(chosen, "word in for", &["type", "component", "where", "input", "estate"])?;
    let subjects = if let Some(name) = chosen.get("component") {
        Subjects::Component(component_name(name, context)?)
    } else if let Some(types) = chosen.get("type") {
        let names: Vec<String> = texts(types, "type")?.iter().map(|name| name.to_ascii_lowercase()).collect();
        let known = Declares::ALL.map(|(name, _)| name);
        match names.iter().find(|name| name.starts_with(NAMESPACE) && !known.contains(&name.as_str())) {
            Some(odd) => return Err(unknown_word(types.at, "declaration", odd, known)),
            None => Subjects::Types(names),
        }
    } else if chosen.get("estate").and_then(Value::as_bool) == Some(true) {
        Subjects::Estate
    } else {
        return Err(PackError::new(selection.at, "'for' needs 'type', 'component' or 'estate'"));
    };
    let is_on_declarations =
        matches!(&subjects, Subjects::Types(names) if names.iter().all(|name| name.starts_with(NAMESPACE)));
    if let Some(yields) = members.get("yields").filter(|_| described.yields && !is_on_declarations) {
        return Err(PackError::new(yields.at, "only a rule on what templates declare can yield"));
    }
    Ok(CompiledRule {
        rule: Arc::new(described),
        subjects,
        input: chosen.get("input").map(input_kind).transpose()?,
        at: root.at,
        selection: selection.at,
        tests: members.get("tests").cloned().unwrap_or_default(),
        written: Written {
            filter: chosen.get("where").cloned(),
            assert: needed("assert")?.clone(),
            vocabulary: vocabulary.clone(),
        },
        filter: OnceLock::new(),
        assert: OnceLock::new(),
        needs: OnceLock::new(),
    })
}

/// `preview`, `stable` or `deprecated`; a rule with `deprecated`, the sentence that says what takes its place, is that.
fn lifecycle(root: &Value, rule: &Object) -> Result<Lifecycle, PackError> {
    let stated = match rule.get("lifecycle") {
        None if rule.get("deprecated").is_some() => return Ok(Lifecycle::Deprecated),
        None => return Ok(Lifecycle::Stable),
        Some(value) => {
            let word = text(value, "lifecycle")?;
            Lifecycle::parse(word)
                .ok_or_else(|| unknown_word(value.at, "lifecycle", word, ["preview", "stable", "deprecated"]))?
        }
    };
    if (stated == Lifecycle::Deprecated) != rule.get("deprecated").is_some() {
        let message = "a deprecated rule says in 'deprecated' what takes its place, and no other rule does";
        return Err(PackError::new(root.at, message));
    }
    Ok(stated)
}

fn fix(rule: &Object) -> Result<Fix, PackError> {
    let Some(value) = rule.get("fix") else { return Ok(Fix::default()) };
    let members = object(value, "fix")?;
    only(members, "word in fix", &["bicep", "arm", "cli"])?;
    let snippet = |name: &str| {
        members.get(name).map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => serde_json::to_string_pretty(&value.to_json()).unwrap_or_default(),
        })
    };
    Ok(Fix { bicep: snippet("bicep"), arm: snippet("arm") })
}

fn alternatives(rule: &Object) -> Result<Vec<Alternative>, PackError> {
    let Some(value) = rule.get("alternatives") else { return Ok(Vec::new()) };
    let items = value.as_array().ok_or_else(|| PackError::new(value.at, "'alternatives' must be a list"))?;
    items
        .iter()
        .map(|item| {
            let members = object(item, "an alternative")?;
            only(members, "word in an alternative", &["option", "verdict", "because", "criteria"])?;
            let needed = |name: &str| match members.get(name) {
                Some(value) => text(value, name).map(str::to_owned),
                None => Err(PackError::new(item.at, format!("an alternative needs '{name}'"))),
            };
            let criteria = match members.get("criteria") {
                None => Vec::new(),
                Some(value) => object(value, "criteria")?
                    .members
                    .iter()
                    .map(|member| Ok((member.key.to_string(), text(&member.value, "a criterion")?.to_owned())))
                    .collect::<Result<_, PackError>>()?,
            };
            let (option, verdict, because) = (needed("option")?, needed("verdict")?, needed("because")?);
            Ok(Alternative { option, verdict, because, criteria })
        })
        .collect()
}

fn controls(rule: &Object) -> Result<Vec<(String, Vec<String>)>, PackError> {
    let Some(value) = rule.get("controls") else { return Ok(Vec::new()) };
    let members = &object(value, "controls")?.members;
    members.iter().map(|member| Ok((member.key.to_string(), texts(&member.value, "controls")?))).collect()
}
