//! The tests that stand in rule files.

use super::finding::{Outcome, Verdict};
use super::run::evaluate;
use crate::arm::declarations::Asked;
use crate::arm::expand::{Request, expand_with};
use crate::arm::parameters::given;
use crate::document::{Kind, Member, Object, UnknownReason, Value};
use crate::estate::{Estate, InputKind, Presence, Resource};
use crate::policy::{CompiledRule, Overrides, PackFile, Packs, load};
use crate::source::{Location, Sources};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// How one test of a rule ended.
#[derive(Clone, Debug)]
pub struct TestResult {
    pub rule: String,
    pub name: String,
    /// What went otherwise than expected; nothing when the test passed.
    pub failure: Option<String>,
    /// Where the test stands.
    pub at: Location,
}

/// Runs the tests of all rules in `packs`; `files` are the files they were read from.
pub fn run_tests(packs: &Packs, files: &[PackFile], sources: &Sources) -> Vec<TestResult> {
    let mut results = Vec::new();
    for rule in packs.packs.iter().flat_map(|pack| &pack.rules) {
        let Some(tests) = rule.tests.as_array().filter(|tests| !tests.is_empty()) else {
            results.push(TestResult {
                rule: rule.rule.id.clone(),
                name: "(none)".to_owned(),
                failure: Some("the rule has no tests".to_owned()),
                at: rule.tests.at,
            });
            continue;
        };
        for test in tests {
            let name = test.get("name").and_then(Value::as_str).unwrap_or("(unnamed)").to_owned();
            let failure = run(test, rule, packs, files, sources).err();
            results.push(TestResult { rule: rule.rule.id.clone(), name, failure, at: test.at });
        }
    }
    results
}

fn run(test: &Value, rule: &CompiledRule, packs: &Packs, files: &[PackFile], sources: &Sources) -> Result<(), String> {
    const WORDS: [&str; 11] = [
        "name",
        "resources",
        "template",
        "templates",
        "export",
        "given",
        "parameters",
        "resource",
        "expect",
        "at",
        "message",
    ];
    let object = test.as_object().ok_or("a test is an object")?;
    if let Some(odd) = object.members.iter().find(|member| !WORDS.contains(&&*member.key)) {
        return Err(format!("unknown word in a test: '{}'", odd.key));
    }
    let expected = test.get("expect").and_then(Value::as_str).ok_or("a test needs 'expect'")?;
    let estate = estate(test, rule)?;
    let overridden = test.get("parameters").map(|parameters| with_parameters(parameters, rule, files, sources));
    let packs = match &overridden {
        Some(packs) => packs.as_ref().map_err(Clone::clone)?,
        None => packs,
    };
    let (outcomes, _) = evaluate(&estate, packs, Location::default(), &|one| {
        one.rule.id == rule.rule.id && one.rule.pack == rule.rule.pack
    });
    let judged: Vec<&Outcome> = match test.get("resource").and_then(Value::as_str) {
        Some(name) => outcomes.iter().filter(|outcome| outcome.subject.name.eq_ignore_ascii_case(name)).collect(),
        None => outcomes.iter().collect(),
    };
    let worst = judged.iter().max_by_key(|outcome| outcome.verdict);
    let verdict = worst.map_or(Verdict::NotApplicable, |outcome| outcome.verdict);
    if verdict.name() != expected {
        let why = worst.map(|outcome| format!(": {} ({})", outcome.message, outcome.pointer)).unwrap_or_default();
        return Err(format!("expected {expected}, got {}{why}", verdict.name()));
    }
    let Some(outcome) = worst else { return Ok(()) };
    if let Some(at) = test.get("at").and_then(Value::as_str)
        && !at.eq_ignore_ascii_case(&outcome.pointer)
    {
        return Err(format!("expected the finding at '{at}', got '{}'", outcome.pointer));
    }
    if let Some(message) = test.get("message").and_then(Value::as_str)
        && message != outcome.message
    {
        return Err(format!("expected the message '{message}', got '{}'", outcome.message));
    }
    Ok(())
}

fn with_parameters(
    parameters: &Value,
    rule: &CompiledRule,
    files: &[PackFile],
    sources: &Sources,
) -> Result<Packs, String> {
    let members = parameters.as_object().map(|object| object.members.as_slice()).unwrap_or_default();
    let parameters: BTreeMap<String, Value> =
        members.iter().map(|member| (member.key.to_string(), member.value.clone())).collect();
    let overrides = Overrides { parameters, ..Overrides::default() };
    let packs = load(files, &|name| name == rule.rule.pack, &overrides, sources);
    match packs.faults().first() {
        Some(error) => Err(error.message.clone()),
        None => Ok(packs),
    }
}

/// What a rule is tested on: resources, or what the test's template declares beside them.
fn estate(test: &Value, rule: &CompiledRule) -> Result<Estate, String> {
    let mut asked = Asked::default();
    rule.subjects.declarations().for_each(|kind| asked.add(kind));
    let mut resources = Vec::new();
    let mut gaps = Vec::new();
    let mut collections = HashSet::new();
    let mut add = |template: &Value| -> Result<(), String> {
        let linked = |_, _: &str| None;
        let template = &with_unknowns(template);
        let request = Request {
            template,
            given: given(test.get("given")),
            linked: &linked,
            trial: &[],
            facts: None,
            noticed: None,
        };
        let expansion = expand_with(request, asked);
        resources.extend(if asked.is_nothing() { expansion.resources } else { expansion.declarations });
        gaps.extend(expansion.gaps.into_iter().map(|(_, gap)| gap));
        match expansion.faults.first() {
            Some(fault) => Err(format!("the test's template is wrong: {}", fault.message)),
            None => Ok(()),
        }
    };
    let kinds = ["resources", "template", "templates", "export"];
    match kinds.map(|kind| test.get(kind)) {
        [Some(list), None, None, None] => {
            let member = |key: &str, value: Value| Member { key: key.into(), key_at: list.at, value };
            let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
            add(&Value::object(vec![member("$schema", Value::string(schema)), member("resources", list.clone())]))?;
        }
        [None, Some(template), None, None] => add(template)?,
        [None, None, Some(templates), None] => {
            templates.as_array().ok_or("'templates' is a list")?.iter().try_for_each(&mut add)?;
        }
        [None, None, None, Some(bodies)] => {
            for body in bodies.as_array().ok_or("'export' is a list")? {
                if body.get("attach").is_some() {
                    // A list that is whole, as `archlint collect` writes it.
                    let lifted = crate::export::lift(body, None);
                    resources.extend(lifted.resources);
                    collections.extend(lifted.collections);
                } else {
                    resources.push(exported(body)?);
                }
            }
        }
        _ => return Err("a test needs one of 'resources', 'template', 'templates', 'export'".to_owned()),
    }
    Ok(Estate::new(resources).with_gaps(gaps).with_collections(collections))
}

/// A REST body as a resource.
fn exported(body: &Value) -> Result<Resource, String> {
    let text = |name: &str| -> Arc<str> { body.get(name).and_then(Value::as_str).unwrap_or_default().into() };
    let id = text("id");
    if id.is_empty() || text("type").is_empty() {
        return Err("a body in 'export' needs 'id' and 'type'".to_owned());
    }
    Ok(Resource {
        name: crate::estate::last_segment(&id).into(),
        type_name: text("type"),
        api_version: text("apiVersion"),
        body: with_unknowns(body),
        at: body.at,
        declared_as: id.clone(),
        presence: Presence::Certain,
        existing: false,
        input: InputKind::Export,
        partial: None,
        change: None,
        id,
    })
}

/// The value with every `{"$unknown": why}` in it made an unknown.
fn with_unknowns(value: &Value) -> Value {
    let kind = match &value.kind {
        Kind::Array(items) => Kind::Array(Arc::new(items.iter().map(with_unknowns).collect())),
        Kind::Object(object) => {
            if let [Member { key, value: why, .. }] = object.members.as_slice()
                && &**key == "$unknown"
            {
                let why = why.as_str().unwrap_or("a value");
                let unknown = Value::unknown(UnknownReason::Runtime(why.into()), format!("‹{why}›"));
                return Value { at: value.at, ..unknown };
            }
            let members = object.members.iter().map(|member| Member {
                key: member.key.clone(),
                key_at: member.key_at,
                value: with_unknowns(&member.value),
            });
            Kind::Object(Arc::new(Object { members: members.collect() }))
        }
        other => other.clone(),
    };
    Value { kind, at: value.at, trace: value.trace.clone() }
}
