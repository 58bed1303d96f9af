//! Three-valued evaluation of conditions on one resource, with the evidence for whatever comes out.

use super::api_versions;
use super::compare;
use crate::document::{CompiledPath, UnknownReason, Value};
use crate::estate::{Estate, Index};
use crate::export::{commands, commands_for_estate, type_of_id};
use crate::policy::{
    ApiVersion, Base, Component, Condition, ConditionKind, Default, Defaults, Operand, Operator, Quantifier, Test,
};
use crate::secrets;
use crate::source::Location;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Kleene's three values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    Holds,
    Fails,
    Unknown,
}

impl Truth {
    pub(super) fn from(known: Option<bool>) -> Truth {
        match known {
            Some(true) => Truth::Holds,
            Some(false) => Truth::Fails,
            None => Truth::Unknown,
        }
    }
}

/// Where evidence stands.
#[derive(Clone, Debug)]
pub enum Spot<'e> {
    /// A value of a resource.
    Value(Index, &'e Value),
    /// The nearest object of a resource that lacks a name.
    Missing(Index, &'e Value, Arc<str>),
    /// A resource as a whole.
    Resource(Index),
    /// The estate as a whole.
    Estate,
}

impl Spot<'_> {
    /// Whether it is a place in that resource.
    pub(super) fn is_in(&self, resource: Index) -> bool {
        match self {
            Spot::Value(index, _) | Spot::Missing(index, ..) | Spot::Resource(index) => *index == resource,
            Spot::Estate => false,
        }
    }
}

/// What a look at the deployed platform would have to show. Commands are made of it for verdicts only.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A resource of the estate, as it is deployed.
    Resource(Index),
    /// The parent of one.
    Parent(Index),
    /// The resources of these types that belong to the one with an id (anywhere, where there is none).
    Types(Vec<String>, Option<String>),
}

/// What decided a condition.
#[derive(Clone, Debug)]
pub struct Evidence<'e> {
    pub spot: Spot<'e>,
    /// What was asked for, in words.
    pub expected: String,
    /// A message of the condition's own.
    pub message: Option<Arc<str>>,
    /// What is to be said of a pass.
    pub note: Option<Arc<str>>,
    /// The deciding value as text where it is not at the spot (a default, a count).
    pub actual: Option<String>,
    /// Other ends of a relation: place and what it shows.
    pub related: Vec<(Location, String)>,
    /// Why it is not known.
    pub reasons: Vec<String>,
    /// Top-level parameters on which an unknown depends.
    pub parameters: Vec<Arc<str>>,
    /// The component that no resource is, and those of its types.
    pub sought: Option<(Arc<str>, Vec<Index>)>,
    /// What would have to be shown for it to be known.
    pub wanted: Vec<Wanted>,
    /// The value is a secret in clear: it must not be shown.
    pub is_secret: bool,
}

/// A condition's value with its evidence.
#[derive(Clone, Debug)]
pub struct Judgement<'e> {
    pub truth: Truth,
    pub evidence: Evidence<'e>,
}

/// Everything a condition may look at.
pub struct Judge<'e> {
    pub estate: &'e Estate,
    pub defaults: &'e Defaults,
    /// Component by resource.
    pub components: &'e HashMap<Index, Vec<Arc<str>>>,
    /// The components that the pack declares.
    pub declared: &'e [Component],
}

impl<'e> Evidence<'e> {
    pub fn at(spot: Spot<'e>) -> Self {
        Evidence {
            spot,
            expected: String::new(),
            message: None,
            note: None,
            actual: None,
            related: Vec::new(),
            reasons: Vec::new(),
            parameters: Vec::new(),
            sought: None,
            wanted: Vec::new(),
            is_secret: false,
        }
    }
}

/// What a condition is about: a resource (nothing: the estate as a whole), and a value in it inside `items`.
#[derive(Clone, Copy, Debug)]
pub struct On<'e> {
    pub index: Option<Index>,
    pub focus: Option<&'e Value>,
    /// Where the relation that led here started, with the value at hand there.
    pub origin: Option<(Index, Option<&'e Value>)>,
    /// The resource that the rule is about.
    pub subject: Option<Index>,
    /// Only the truth is asked and why it is not known: what was expected is not put into words.
    pub is_filter: bool,
    /// Only the truth is asked: not even why it is not known.
    pub is_bare: bool,
}

impl<'e> On<'e> {
    /// The resource that a rule is about (nothing: the estate as a whole).
    pub(super) fn start(index: Option<Index>) -> On<'e> {
        On { index, focus: None, origin: None, subject: index, is_filter: false, is_bare: false }
    }

    /// Another resource, to which a relation leads from here.
    pub fn other(self, index: Index) -> On<'e> {
        let origin = self.index.map(|own| (own, self.focus));
        On { index: Some(index), focus: None, origin, ..self }
    }

    /// A value of a resource, seen from here.
    pub fn inside(self, index: Index, value: &'e Value) -> On<'e> {
        On { index: Some(index), focus: Some(value), ..self }
    }
}

impl<'e> Judge<'e> {
    /// The component of that name.
    pub fn component(&self, name: &str) -> Option<&'e Component> {
        self.declared.iter().find(|one| *one.name == *name)
    }

    /// Judges a condition on a resource (nothing: on the estate as a whole).
    pub fn judge(&self, condition: &'e Condition, on: Option<Index>) -> Judgement<'e> {
        self.judge_on(condition, On::start(on))
    }

    /// Whether a condition holds, without evidence.
    pub fn truth(&self, condition: &'e Condition, on: Option<Index>) -> Truth {
        self.judge_on(condition, On { is_filter: true, is_bare: true, ..On::start(on) }).truth
    }

    /// The same of a condition that selects: most resources fail it, and nobody is told.
    pub fn filter(&self, condition: &'e Condition, on: Option<Index>) -> Judgement<'e> {
        self.judge_on(condition, On { is_filter: true, ..On::start(on) })
    }

    pub fn judge_on(&self, condition: &'e Condition, on: On<'e>) -> Judgement<'e> {
        let mut judgement = match &condition.kind {
            ConditionKind::All(parts) => self.all(parts, on),
            ConditionKind::Any(parts) => self.any(parts, on),
            ConditionKind::Not(inner) => {
                let mut inner = self.judge_on(inner, on);
                inner.truth = match inner.truth {
                    Truth::Holds => Truth::Fails,
                    Truth::Fails => Truth::Holds,
                    Truth::Unknown => Truth::Unknown,
                };
                inner.evidence.message = None;
                inner.evidence.expected = format!("not {}", inner.evidence.expected);
                inner
            }
            ConditionKind::Implies(premise, then) => {
                let premise = self.judge_on(premise, on);
                match premise.truth {
                    Truth::Holds => self.judge_on(then, on),
                    Truth::Fails => Judgement { truth: Truth::Holds, evidence: premise.evidence },
                    Truth::Unknown => match self.judge_on(then, on) {
                        held if held.truth == Truth::Holds => held,
                        _ => premise,
                    },
                }
            }
            ConditionKind::Input(kind) => {
                let same = on.index.is_none_or(|index| self.estate.resource(index).input == *kind);
                Judgement { truth: Truth::from(Some(same)), evidence: Evidence::at(spot(on.index)) }
            }
            ConditionKind::Unknown(reason) => {
                let mut evidence = Evidence::at(spot(on.index));
                evidence.reasons.push(reason.to_string());
                evidence.wanted.extend(on.index.map(Wanted::Resource));
                Judgement { truth: Truth::Unknown, evidence }
            }
            ConditionKind::ApiVersion(question) => self.api_version(*question, on),
            ConditionKind::Components(bounds) => {
                let names = on.index.and_then(|index| self.components.get(&index)).map_or(&[][..], Vec::as_slice);
                let exclusive =
                    names.iter().filter(|name| self.component(name).is_some_and(|one| one.is_exclusive)).count() as i64;
                let mut evidence = Evidence::at(spot(on.index));
                evidence.actual = Some(names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", "));
                evidence.expected = format!("{} components", bounds.describe());
                Judgement { truth: Truth::from(Some(bounds.hold(exclusive))), evidence }
            }
            ConditionKind::Test(test) => self.test(test, on),
            ConditionKind::Items(items) => self.items(items, on),
            ConditionKind::Related(related) => self.related(related, on),
            ConditionKind::Comparison(comparison) => self.comparison(comparison, on),
            ConditionKind::Through(chain, conditions) => self.through(chain, conditions, on),
        };
        if judgement.truth == Truth::Fails && judgement.evidence.message.is_none() {
            judgement.evidence.message.clone_from(&condition.message);
        }
        if judgement.truth == Truth::Holds && condition.note.is_some() {
            judgement.evidence.note.clone_from(&condition.note);
        }
        judgement
    }

    fn api_version(&self, question: ApiVersion, on: On<'e>) -> Judgement<'e> {
        let mut evidence = Evidence::at(spot(on.index));
        let Some(index) = on.index else { return Judgement { truth: Truth::Fails, evidence } };
        let resource = self.estate.resource(index);
        if question == ApiVersion::Listed {
            return Judgement { truth: Truth::from(Some(api_versions::is_listed(&resource.type_name))), evidence };
        }
        let is_dated = resource.api_version.starts_with(|first: char| first.is_ascii_digit());
        if !is_dated {
            evidence.reasons.push("the API version is not known".into());
            return Judgement { truth: Truth::Unknown, evidence };
        }
        let Some(newer) = api_versions::newer(&resource.type_name, &resource.api_version, &resource.body) else {
            return Judgement { truth: Truth::Holds, evidence };
        };
        evidence.spot = Spot::Value(index, newer.value);
        evidence.expected = format!("apiVersion {}", newer.needs);
        evidence.actual = Some(format!("{} at API version {}", newer.name, resource.api_version));
        Judgement { truth: Truth::Fails, evidence }
    }

    fn all(&self, parts: &'e [Condition], on: On<'e>) -> Judgement<'e> {
        let mut kept: Option<Judgement> = None;
        for part in parts {
            let judgement = self.judge_on(part, on);
            match judgement.truth {
                Truth::Fails => return judgement,
                Truth::Unknown if kept.as_ref().is_none_or(|kept| kept.truth == Truth::Holds) => kept = Some(judgement),
                _ => match &mut kept {
                    None => kept = Some(judgement),
                    Some(kept) => kept.evidence.note = kept.evidence.note.take().or(judgement.evidence.note),
                },
            }
        }
        kept.unwrap_or(Judgement { truth: Truth::Holds, evidence: Evidence::at(spot(on.index)) })
    }

    /// Of several failed ways, the one that found a value is told: that is the text to change.
    fn any(&self, parts: &'e [Condition], on: On<'e>) -> Judgement<'e> {
        let mut kept: Option<Judgement> = None;
        for part in parts {
            let judgement = self.judge_on(part, on);
            let better = match (&kept, judgement.truth) {
                (_, Truth::Holds) => return judgement,
                (None, _) => true,
                (Some(kept), Truth::Unknown) => kept.truth == Truth::Fails,
                (Some(kept), Truth::Fails) => {
                    kept.truth == Truth::Fails
                        && !matches!(kept.evidence.spot, Spot::Value(..))
                        && matches!(judgement.evidence.spot, Spot::Value(..))
                }
            };
            if better {
                kept = Some(judgement);
            }
        }
        kept.unwrap_or(Judgement { truth: Truth::Fails, evidence: Evidence::at(spot(on.index)) })
    }

    /// The resource and the value that paths of that base start at; or the judgement when there is none.
    pub fn root(&self, base: Base, on: On<'e>) -> Result<(Index, &'e Value), Box<Judgement<'e>>> {
        let Some(own) = on.index else {
            return Err(Box::new(Judgement { truth: Truth::Fails, evidence: Evidence::at(Spot::Estate) }));
        };
        let body = |index: Index| &self.estate.resource(index).body;
        match base {
            Base::Own => Ok((own, on.focus.unwrap_or_else(|| body(own)))),
            Base::Resource => Ok((own, body(own))),
            Base::Origin => {
                let (index, focus) = on.origin.unwrap_or((own, on.focus));
                Ok((index, focus.unwrap_or_else(|| body(index))))
            }
            // A name is no value of the resource: what is told stands at the value it names.
            Base::Key => Ok((own, on.focus.unwrap_or_else(|| body(own)))),
            Base::Subject => {
                let subject = on.subject.unwrap_or(own);
                Ok((subject, body(subject)))
            }
            Base::Parent => match self.estate.parent(own) {
                Some(parent) => Ok((parent, body(parent))),
                None => {
                    let mut evidence = Evidence::at(Spot::Resource(own));
                    evidence.reasons.push("the parent resource is not in the input".into());
                    evidence.wanted.push(Wanted::Parent(own));
                    Err(Box::new(Judgement { truth: Truth::Unknown, evidence }))
                }
            },
        }
    }

    fn test(&self, test: &'e Test, on: On<'e>) -> Judgement<'e> {
        let (index, root) = match self.root(test.base, on) {
            Ok(found) => found,
            Err(judgement) => return *judgement,
        };
        let operand = match &test.operand {
            Operand::Literal(value) => Cow::Borrowed(value),
            Operand::Path(base, path, pattern) => {
                // A path without base starts where the test's own does.
                let from = match base {
                    Base::Own => root,
                    _ => match self.root(*base, on) {
                        Ok((_, from)) => from,
                        Err(judgement) => return *judgement,
                    },
                };
                let selected = path.select(from);
                let found = selected.values.first().copied().or(selected.hidden_by);
                let value = found.cloned().unwrap_or_default();
                Cow::Owned(match (pattern, value.as_unknown()) {
                    (Some(pattern), Some(unknown)) => {
                        compare::captured_for_sure(pattern, &unknown.symbol).map_or(value.clone(), Value::string)
                    }
                    (Some(pattern), None) => {
                        let text = value.symbol().unwrap_or_default();
                        let found = pattern.captures(&text).and_then(|groups| groups.get(1));
                        found.map_or_else(Value::default, |found| Value::string(found.as_str()))
                    }
                    _ => value,
                })
            }
            // A pattern is for people here: it matches in its compiled form.
            Operand::Pattern(_) if on.is_filter => Cow::Owned(Value::default()),
            Operand::Pattern(pattern) => Cow::Owned(Value::string(pattern.as_str())),
            Operand::Bounds(bounds) => Cow::Owned(Value::string(bounds.describe())),
        };
        let expected = if on.is_filter { String::new() } else { expectation(test, &operand) };
        let mut judgement = match test.base {
            Base::Key => {
                let pointer = self.estate.resource(index).body.pointer_of(root).unwrap_or_default();
                let key = Value::string(pointer.rsplit('/').next().unwrap_or_default());
                let truth = Truth::from(compare::holds(test, &key, &operand));
                Judgement { truth, evidence: Evidence::at(Spot::Value(index, root)) }
            }
            _ => self.selected(test, index, root, &operand),
        };
        judgement.evidence.expected = expected;
        judgement.evidence.is_secret = matches!(test.operator, Operator::Secret | Operator::SecureSource);
        judgement
    }

    fn selected(&self, test: &'e Test, index: Index, root: &'e Value, operand: &Value) -> Judgement<'e> {
        // Most tests are on one known value.
        if let Some(value) = test.path.single(root)
            && test.operator != Operator::Count
        {
            return self.decided(test, index, value, holds(test, value, operand));
        }
        let selected = test.path.select(root);
        let values: Vec<&'e Value> = selected.values.into_iter().filter(|value| !value.is_null()).collect();
        if let Some(hidden) = selected.hidden_by {
            // Whether a secret is in clear or deployed does not depend on what is hidden.
            if matches!(test.operator, Operator::Secret | Operator::NoDeployedSecret | Operator::NotMadeBy)
                && let Some(holds) = compare::holds(test, hidden, operand)
            {
                return Judgement {
                    truth: Truth::from(Some(holds)),
                    evidence: Evidence::at(Spot::Value(index, hidden)),
                };
            }
            // One value may decide whatever the hidden ones are.
            let decisive = Some(test.quantifier != Quantifier::Every);
            if test.operator == Operator::Count || !values.iter().any(|value| holds(test, value, operand) == decisive) {
                return self.unknown_value(index, hidden);
            }
        }
        if test.operator == Operator::Count {
            let holds = matches!(&test.operand, Operand::Bounds(bounds) if bounds.hold(values.len() as i64));
            let mut evidence = Evidence::at(first_or_missing(index, &values, selected.missing, root));
            evidence.actual = Some(values.len().to_string());
            return Judgement { truth: Truth::from(Some(holds)), evidence };
        }
        if values.is_empty() {
            return self.absent(test, index, operand, selected.missing);
        }
        let mut decided: Option<(&'e Value, Option<bool>)> = None;
        for &value in &values {
            let known = holds(test, value, operand);
            let is_decisive = known == Some(test.quantifier != Quantifier::Every);
            if is_decisive || decided.is_none() || known.is_none() {
                decided = Some((value, known));
            }
            if is_decisive {
                break;
            }
        }
        match decided {
            Some((value, truth)) => self.decided(test, index, value, truth),
            None => self.absent(test, index, operand, None),
        }
    }

    /// The judgement by the value that decides.
    fn decided(&self, test: &'e Test, index: Index, value: &'e Value, known: Option<bool>) -> Judgement<'e> {
        match known {
            None => self.unknown_value(index, value),
            Some(holds) => {
                let truth = Truth::from(Some(holds != (test.quantifier == Quantifier::None)));
                Judgement { truth, evidence: Evidence::at(Spot::Value(index, value)) }
            }
        }
    }

    /// Why nothing that is absent from a resource decides anything, where that is so.
    pub fn silence(&self, index: Index) -> Option<String> {
        let resource = self.estate.resource(index);
        if resource.existing {
            let name = resource.short_name();
            return Some(format!("'{name}' is declared as existing: the input does not show its settings"));
        }
        resource.partial.is_some().then(|| format!("the input leaves out the settings of '{}'", resource.short_name()))
    }

    fn absent(
        &self,
        test: &'e Test,
        index: Index,
        operand: &Value,
        missing: Option<(&'e Value, Arc<str>)>,
    ) -> Judgement<'e> {
        let resource = self.estate.resource(index);
        let spot = match missing {
            Some((parent, name)) => Spot::Missing(index, parent, name),
            None => Spot::Resource(index),
        };
        let mut evidence = Evidence::at(spot);
        if let Some(reason) = self.silence(index) {
            evidence.reasons.push(reason);
            evidence.wanted.push(Wanted::Resource(index));
            return Judgement { truth: Truth::Unknown, evidence };
        }
        if !test.path.is_single() {
            let holds = test.quantifier != Quantifier::Some;
            return Judgement { truth: Truth::from(Some(holds)), evidence };
        }
        if matches!(test.operator, Operator::Exists) {
            let holds = operand.as_bool() == Some(false);
            return Judgement { truth: Truth::from(Some(holds)), evidence };
        }
        let default = match self.defaults.get(&resource.type_name, test.path.text(), &resource.api_version) {
            Some(Default::Varies(why)) if test.default.is_none() => {
                evidence.reasons.push(format!("{} is absent, and {why}", leaf(&test.path)));
                evidence.wanted.push(Wanted::Resource(index));
                return Judgement { truth: Truth::Unknown, evidence };
            }
            Some(Default::Is(value)) => Some(value),
            _ => test.default.as_ref(),
        };
        let known = match default.filter(|value| !value.is_null()) {
            Some(value) => {
                evidence.actual = Some(format!("{} (Azure's default)", shown(value)));
                holds(test, value, operand)
            }
            None => Some(holds_when_absent(test.operator, operand)),
        };
        let known = known.map(|holds| holds != (test.quantifier == Quantifier::None));
        Judgement { truth: Truth::from(known), evidence }
    }

    /// The commands that would show what evidence lacks, in the order in which they are to be run.
    pub fn commands(&self, evidence: &Evidence) -> Vec<String> {
        let of = |index: Index| self.estate.resource(index);
        let mut all = Vec::new();
        for wanted in &evidence.wanted {
            let commands = match wanted {
                Wanted::Resource(index) => commands(&of(*index).type_name, &of(*index).id),
                Wanted::Parent(index) => {
                    let id = self.estate.parent_id(*index).unwrap_or_default();
                    type_of_id(id).map(|type_name| commands(&type_name, id)).unwrap_or_default()
                }
                Wanted::Types(types, Some(at)) => types.iter().flat_map(|name| commands(name, at)).collect(),
                Wanted::Types(types, None) => commands_for_estate(self.estate, types),
            };
            commands.into_iter().for_each(|command| {
                if !all.contains(&command) {
                    all.push(command);
                }
            });
        }
        all
    }

    pub fn unknown_value(&self, index: Index, value: &'e Value) -> Judgement<'e> {
        let mut evidence = Evidence::at(Spot::Value(index, value));
        match value.as_unknown() {
            Some(unknown) => {
                evidence.reasons.push(unknown.reason.describe());
                evidence.parameters.clone_from(&unknown.parameters);
                // What is wrong in the text, no deployment shows.
                if matches!(unknown.reason, UnknownReason::Runtime(_) | UnknownReason::Secret(_)) {
                    evidence.wanted.push(Wanted::Resource(index));
                }
            }
            None => {
                evidence.reasons.push(format!("part of {} is not known", shown(value)));
                evidence.wanted.push(Wanted::Resource(index));
            }
        }
        Judgement { truth: Truth::Unknown, evidence }
    }
}

/// Whether a value passes; of a text with `capture` what it captures, which may be absent.
fn holds(test: &Test, value: &Value, operand: &Value) -> Option<bool> {
    let Some(pattern) = &test.capture else { return compare::holds(test, value, operand) };
    if let Some(unknown) = value.as_unknown() {
        // What a function gives is not written in clear.
        if test.operator == Operator::Secret {
            return Some(true);
        }
        let found = compare::captured_for_sure(pattern, &unknown.symbol)?;
        return compare::holds(test, &Value::string(found), operand);
    }
    let text = value.symbol().unwrap_or_default();
    match (pattern.captures(&text).and_then(|found| found.get(1)), &test.default) {
        (Some(found), _) => compare::holds(test, &Value::string(found.as_str()), operand),
        (None, Some(default)) => compare::holds(test, default, operand),
        (None, None) => Some(holds_when_absent(test.operator, operand)),
    }
}

/// What an absent value without default means to an operator: those that forbid pass.
fn holds_when_absent(operator: Operator, operand: &Value) -> bool {
    match operator {
        Operator::NotEquals
        | Operator::NotIn
        | Operator::Secret
        | Operator::NoDeployedSecret
        | Operator::SecureSource
        | Operator::NotMadeBy
        | Operator::Unique => true,
        Operator::IsEmpty => operand.as_bool() == Some(true),
        Operator::IsTrue | Operator::IsFalse | Operator::Exists => operand.as_bool() == Some(false),
        _ => false,
    }
}

pub(super) fn spot<'e>(on: Option<Index>) -> Spot<'e> {
    on.map_or(Spot::Estate, Spot::Resource)
}

fn first_or_missing<'e>(
    index: Index,
    values: &[&'e Value],
    missing: Option<(&'e Value, Arc<str>)>,
    body: &'e Value,
) -> Spot<'e> {
    match (values.first(), missing) {
        (Some(value), _) => Spot::Value(index, value),
        (None, Some((parent, name))) => Spot::Missing(index, parent, name),
        (None, None) => Spot::Value(index, body),
    }
}

/// The last name of a path, for people.
pub fn leaf(path: &CompiledPath) -> &str {
    path.text().rsplit('.').next().unwrap_or("").trim_end_matches("[*]")
}

/// A value as short text for messages; secrets and what is not known are not written out.
pub fn shown(value: &Value) -> String {
    if let Some(unknown) = value.as_unknown() {
        return if unknown.secret { "***".to_owned() } else { unknown.symbol.to_string() };
    }
    let text = match value.as_str() {
        Some(text) => format!("'{}'", secrets::masked(text)),
        None => {
            let mut json = value.to_json();
            secrets::mask_json(&mut json, "");
            json.to_string()
        }
    };
    match text.char_indices().nth(120) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

fn expectation(test: &Test, operand: &Value) -> String {
    let what = leaf(&test.path);
    match test.operator {
        Operator::IsTrue => format!("{what} true"),
        Operator::IsFalse => format!("{what} false"),
        Operator::Exists if operand.as_bool() == Some(false) => format!("no {what}"),
        Operator::Exists => format!("{what} present"),
        Operator::Secret | Operator::NoDeployedSecret | Operator::SecureSource | Operator::Unique => {
            test.operator.words().to_owned()
        }
        Operator::Count | Operator::Length => format!("{what} {}", operand.as_str().unwrap_or_default()),
        _ => format!("{}{}", test.operator.words(), shown(operand)),
    }
}
