//! Three-valued evaluation of conditions on one resource, with the evidence for whatever comes out.

use super::compare;
use super::relate;
use crate::document::{CompiledPath, Value};
use crate::estate::{Estate, Index, InputKind};
use crate::policy::{
    Base, Condition, ConditionKind, Default, Defaults, Demand, Operand, Operator, Quantifier, Related, Test,
};
use crate::source::Location;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Kleene's three values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    Holds,
    Fails,
    Unknown,
}

impl Truth {
    fn from(known: Option<bool>) -> Truth {
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
    Missing(Index, &'e Value, String),
    /// A resource as a whole.
    Resource(Index),
    /// The estate as a whole.
    Estate,
}

/// What decided a condition.
#[derive(Clone, Debug)]
pub struct Evidence<'e> {
    pub spot: Spot<'e>,
    /// What was asked for, in words.
    pub expected: String,
    /// A message of the condition's own.
    pub message: Option<Arc<str>>,
    /// The deciding value as text where it is not at the spot (a default, a count).
    pub actual: Option<String>,
    /// Other ends of a relation: place and what it shows.
    pub related: Vec<(Location, String)>,
    /// Why it is not known.
    pub reasons: Vec<String>,
    /// Top-level parameters on which an unknown depends.
    pub parameters: Vec<Arc<str>>,
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
    /// Components of which a resource can be one only.
    pub exclusive: &'e HashSet<Arc<str>>,
    /// Types by component, for near misses.
    pub component_types: &'e HashMap<Arc<str>, Vec<String>>,
}

impl<'e> Evidence<'e> {
    pub fn at(spot: Spot<'e>) -> Self {
        Evidence {
            spot,
            expected: String::new(),
            message: None,
            actual: None,
            related: Vec::new(),
            reasons: Vec::new(),
            parameters: Vec::new(),
            is_secret: false,
        }
    }
}

impl<'e> Judge<'e> {
    /// Judges a condition on a resource (nothing: on the estate as a whole).
    pub fn judge(&self, condition: &'e Condition, on: Option<Index>) -> Judgement<'e> {
        let mut judgement = match &condition.kind {
            ConditionKind::All(parts) => self.all(parts, on),
            ConditionKind::Any(parts) => self.any(parts, on),
            ConditionKind::Not(inner) => {
                let mut inner = self.judge(inner, on);
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
                let premise = self.judge(premise, on);
                match premise.truth {
                    Truth::Holds => self.judge(then, on),
                    Truth::Fails => Judgement { truth: Truth::Holds, evidence: premise.evidence },
                    Truth::Unknown => match self.judge(then, on) {
                        held if held.truth == Truth::Holds => held,
                        _ => premise,
                    },
                }
            }
            ConditionKind::Input(kind) => {
                let same = on.is_none_or(|index| self.estate.resources[index].input == *kind);
                Judgement { truth: Truth::from(Some(same)), evidence: Evidence::at(spot(on)) }
            }
            ConditionKind::Components(bounds) => {
                let names = on.and_then(|index| self.components.get(&index)).map_or(&[][..], Vec::as_slice);
                let exclusive = names.iter().filter(|name| self.exclusive.contains(*name)).count() as i64;
                let mut evidence = Evidence::at(spot(on));
                evidence.actual = Some(names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", "));
                evidence.expected = format!("{} components", bounds.describe());
                Judgement { truth: Truth::from(Some(bounds.hold(exclusive))), evidence }
            }
            ConditionKind::Test(test) => self.test(test, on),
            ConditionKind::Related(related) => self.related(related, on),
        };
        if judgement.truth == Truth::Fails && judgement.evidence.message.is_none() {
            judgement.evidence.message.clone_from(&condition.message);
        }
        judgement
    }

    fn all(&self, parts: &'e [Condition], on: Option<Index>) -> Judgement<'e> {
        let mut kept: Option<Judgement> = None;
        for part in parts {
            let judgement = self.judge(part, on);
            match judgement.truth {
                Truth::Fails => return judgement,
                Truth::Unknown if kept.as_ref().is_none_or(|kept| kept.truth == Truth::Holds) => kept = Some(judgement),
                _ if kept.is_none() => kept = Some(judgement),
                _ => {}
            }
        }
        kept.unwrap_or(Judgement { truth: Truth::Holds, evidence: Evidence::at(spot(on)) })
    }

    /// Of several failed ways, the one that found a value is told: that is the text to change.
    fn any(&self, parts: &'e [Condition], on: Option<Index>) -> Judgement<'e> {
        let mut kept: Option<Judgement> = None;
        for part in parts {
            let judgement = self.judge(part, on);
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
        kept.unwrap_or(Judgement { truth: Truth::Fails, evidence: Evidence::at(spot(on)) })
    }

    fn test(&self, test: &'e Test, on: Option<Index>) -> Judgement<'e> {
        let Some(own) = on else {
            return Judgement { truth: Truth::Fails, evidence: Evidence::at(Spot::Estate) };
        };
        let index = match test.base {
            Base::Own => own,
            Base::Parent => match self.estate.parent(own) {
                Some(parent) => parent,
                None => {
                    let mut evidence = Evidence::at(Spot::Resource(own));
                    evidence.reasons.push("the parent resource is not in the input".into());
                    return Judgement { truth: Truth::Unknown, evidence };
                }
            },
        };
        let resource = &self.estate.resources[index];
        let operand = match &test.operand {
            Operand::Literal(value) => value.clone(),
            Operand::Path(path) => match path.select(&resource.body).values.first() {
                Some(value) => (*value).clone(),
                None => Value::default(),
            },
            Operand::Pattern(pattern) => Value::string(pattern.as_str()),
            Operand::Bounds(bounds) => Value::string(bounds.describe()),
        };
        let expected = expectation(test, &operand);
        let mut judgement = self.selected(test, index, &operand);
        judgement.evidence.expected = expected;
        judgement.evidence.is_secret = test.operator == Operator::Secret;
        judgement
    }

    fn selected(&self, test: &'e Test, index: Index, operand: &Value) -> Judgement<'e> {
        let resource = &self.estate.resources[index];
        let selected = test.path.select(&resource.body);
        let values: Vec<&'e Value> = selected.values.into_iter().filter(|value| !value.is_null()).collect();
        if let Some(hidden) = selected.hidden_by {
            let fails = |value: &&Value| compare::holds(test, value, operand) == Some(false);
            if test.quantifier != Quantifier::Every || !values.iter().any(fails) {
                return unknown_value(index, hidden);
            }
        }
        if test.operator == Operator::Count {
            let holds = matches!(&test.operand, Operand::Bounds(bounds) if bounds.hold(values.len() as i64));
            let mut evidence = Evidence::at(first_or_missing(index, &values, selected.missing, &resource.body));
            evidence.actual = Some(values.len().to_string());
            return Judgement { truth: Truth::from(Some(holds)), evidence };
        }
        if values.is_empty() {
            return self.absent(test, index, operand, selected.missing);
        }
        let mut decided: Option<(&'e Value, Truth)> = None;
        for &value in &values {
            let truth = Truth::from(compare::holds(test, value, operand));
            let decisive = match test.quantifier {
                Quantifier::Every => truth == Truth::Fails,
                Quantifier::Some | Quantifier::None => truth == Truth::Holds,
            };
            if decisive {
                decided = Some((value, truth));
                break;
            }
            if decided.is_none() || truth == Truth::Unknown {
                decided = Some((value, truth));
            }
        }
        let Some((value, truth)) = decided else { return self.absent(test, index, operand, None) };
        let truth = match (test.quantifier, truth) {
            (Quantifier::None, Truth::Holds) => Truth::Fails,
            (Quantifier::None, Truth::Fails) => Truth::Holds,
            (_, truth) => truth,
        };
        if truth == Truth::Unknown {
            return unknown_value(index, value);
        }
        Judgement { truth, evidence: Evidence::at(Spot::Value(index, value)) }
    }

    fn absent(
        &self,
        test: &'e Test,
        index: Index,
        operand: &Value,
        missing: Option<(&'e Value, String)>,
    ) -> Judgement<'e> {
        let resource = &self.estate.resources[index];
        let spot = match missing {
            Some((parent, name)) => Spot::Missing(index, parent, name),
            None => Spot::Resource(index),
        };
        let mut evidence = Evidence::at(spot);
        if resource.existing || resource.partial.is_some() {
            evidence.reasons.push(if resource.existing {
                format!("'{}' is declared as existing: the input does not show its settings", resource.short_name())
            } else {
                format!("the input leaves out the settings of '{}'", resource.short_name())
            });
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
                return Judgement { truth: Truth::Unknown, evidence };
            }
            Some(Default::Is(value)) => Some(value),
            _ => test.default.as_ref(),
        };
        let known = match default.filter(|value| !value.is_null()) {
            Some(value) => {
                evidence.actual = Some(format!("{} (Azure's default)", shown(value)));
                compare::holds(test, value, operand)
            }
            None => Some(match test.operator {
                Operator::NotEquals | Operator::NotIn | Operator::Secret | Operator::Unique => true,
                Operator::IsEmpty => operand.as_bool() == Some(true),
                Operator::IsTrue | Operator::IsFalse => operand.as_bool() == Some(false),
                _ => false,
            }),
        };
        let known = known.map(|holds| holds != (test.quantifier == Quantifier::None));
        Judgement { truth: Truth::from(known), evidence }
    }

    /// Why a resource that is not in the input may be there all the same.
    fn gap(&self, related: &Related, on: Option<Index>) -> Option<String> {
        let own = on.map(|index| &self.estate.resources[index]);
        let wanted = relate::describe(related);
        if let Some(resource) = own.filter(|resource| resource.input == InputKind::Export) {
            let is_exported = related.types.iter().any(|name| self.estate.is_exported(name, &resource.id));
            return (!is_exported)
                .then(|| format!("no export in the input shows whether '{}' has {wanted}", resource.short_name()));
        }
        self.estate.gaps.first().cloned()
    }

    fn related(&self, related: &'e Related, on: Option<Index>) -> Judgement<'e> {
        let found = relate::find(self, related, on);
        let mut evidence = Evidence::at(spot(on));
        evidence.expected = relate::describe(related);
        let certain = found.certain.len() as i64;
        let possible = certain + found.possible.len() as i64;
        let place = |index: Index, label: &str| {
            let resource = &self.estate.resources[index];
            (resource.at, format!("{label} {} '{}'", resource.type_name, resource.short_name()))
        };
        let undecided = |mut evidence: Evidence<'e>| {
            evidence.reasons.extend(found.reasons.iter().cloned());
            evidence.parameters.extend(found.parameters.iter().cloned());
            evidence.related.extend(found.possible.iter().take(3).map(|&index| place(index, "undecided:")));
            Judgement { truth: Truth::Unknown, evidence }
        };
        let truth = match &related.demand {
            Demand::Exists | Demand::Count(_) => {
                let bounds = match &related.demand {
                    Demand::Count(bounds) => *bounds,
                    _ => crate::policy::Bounds { at_least: 1, at_most: i64::MAX },
                };
                evidence.actual = Some(certain.to_string());
                if bounds.hold(certain) && bounds.hold(possible) {
                    if let (Some(&other), None) = (found.certain.first(), on) {
                        evidence.spot = Spot::Resource(other);
                    }
                    evidence.related.extend(found.certain.iter().take(3).map(|&index| place(index, "found:")));
                    Truth::Holds
                } else if possible > certain && possible >= bounds.at_least {
                    return undecided(evidence);
                } else if certain < bounds.at_least
                    && let Some(gap) = self.gap(related, on)
                {
                    evidence.reasons.push(gap);
                    return Judgement { truth: Truth::Unknown, evidence };
                } else {
                    let others = if certain > bounds.at_most { &found.certain } else { &found.near_misses };
                    let label = if certain > bounds.at_most { "one of them:" } else { "does not qualify:" };
                    evidence.related.extend(others.iter().take(3).map(|&index| place(index, label)));
                    Truth::Fails
                }
            }
            Demand::Absent => match found.certain.first() {
                Some(&other) => {
                    evidence.related.push(place(other, "this one:"));
                    Truth::Fails
                }
                None if possible > 0 => return undecided(evidence),
                None => Truth::Holds,
            },
            Demand::Every(condition) => {
                let mut kept: Option<Judgement> = None;
                for &other in found.certain.iter().chain(&found.possible) {
                    let mut judgement = self.judge(condition, Some(other));
                    if found.possible.contains(&other) && judgement.truth == Truth::Fails {
                        judgement.truth = Truth::Unknown;
                        judgement.evidence.reasons.extend(found.reasons.iter().cloned());
                    }
                    if judgement.truth == Truth::Fails {
                        judgement.evidence.related.push(place(other, "here:"));
                        return judgement;
                    }
                    if kept.as_ref().is_none_or(|kept| kept.truth == Truth::Holds) {
                        kept = Some(judgement);
                    }
                }
                return kept.unwrap_or(Judgement { truth: Truth::Holds, evidence });
            }
        };
        Judgement { truth, evidence }
    }
}

fn spot<'e>(on: Option<Index>) -> Spot<'e> {
    on.map_or(Spot::Estate, Spot::Resource)
}

fn first_or_missing<'e>(
    index: Index,
    values: &[&'e Value],
    missing: Option<(&'e Value, String)>,
    body: &'e Value,
) -> Spot<'e> {
    match (values.first(), missing) {
        (Some(value), _) => Spot::Value(index, value),
        (None, Some((parent, name))) => Spot::Missing(index, parent, name),
        (None, None) => Spot::Value(index, body),
    }
}

fn unknown_value<'e>(index: Index, value: &'e Value) -> Judgement<'e> {
    let mut evidence = Evidence::at(Spot::Value(index, value));
    match value.as_unknown() {
        Some(unknown) => {
            evidence.reasons.push(unknown.reason.describe());
            evidence.parameters.clone_from(&unknown.parameters);
        }
        None => evidence.reasons.push(format!("part of {} is not known", shown(value))),
    }
    Judgement { truth: Truth::Unknown, evidence }
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
        Some(text) => format!("'{text}'"),
        None => value.to_json().to_string(),
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
        Operator::Secret | Operator::Unique => test.operator.words().to_owned(),
        Operator::Count | Operator::Length => format!("{what} {}", operand.as_str().unwrap_or_default()),
        _ => format!("{}{}", test.operator.words(), shown(operand)),
    }
}
