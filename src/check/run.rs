//! Rules on an estate: which rule judges which resource, and what comes out.

use super::finding::{Outcome, Place, Step, Subject, Verdict};
use super::judge::{Evidence, Judge, Judgement, Spot, Truth, shown};
use super::type_matches;
use crate::document::{Role, Value};
use crate::estate::{Estate, Index, Presence, Resource};
use crate::policy::{CompiledRule, Component, Condition, Match, Pack, Packs, Subjects};
use crate::secrets;
use crate::source::Location;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Takes what comes out of rules.
pub trait Sink {
    /// Told of each verdict before there is evidence for it; whether it is to be given with that.
    fn wants(&mut self, rule: &CompiledRule, verdict: Verdict) -> bool;
    /// Whether all verdicts are wanted, so that nothing is judged twice.
    fn wants_all(&self) -> bool;
    fn take(&mut self, outcome: Outcome);
    /// The place of a secret that a rule met.
    fn secret(&mut self, at: Location);
}

impl Sink for (Vec<Outcome>, Vec<Location>) {
    fn wants(&mut self, _: &CompiledRule, _: Verdict) -> bool {
        true
    }
    fn wants_all(&self) -> bool {
        true
    }
    fn take(&mut self, outcome: Outcome) {
        self.0.push(outcome);
    }
    fn secret(&mut self, at: Location) {
        self.1.push(at);
    }
}

/// Which components of a pack each resource is.
pub type Members = HashMap<Index, Vec<Arc<str>>>;

/// The outcomes of all rules of `packs` on `estate`, and the places of secrets they met.
/// `home` is where findings about the estate as a whole stand; `wanted` chooses rules.
pub fn evaluate(
    estate: &Estate,
    packs: &Packs,
    home: Location,
    wanted: &dyn Fn(&CompiledRule) -> bool,
) -> (Vec<Outcome>, Vec<Location>) {
    let mut sink = (Vec::new(), Vec::new());
    let members: Vec<Members> =
        packs.packs.iter().map(|pack| members(estate, packs, pack, 0..estate.count())).collect();
    evaluate_part(estate, packs, &members, home, wanted, 0..estate.count(), &mut sink);
    sink
}

/// The same for the resources of a range, and where that begins with the first one, for the estate as a whole. `members`
/// are those of all resources, by pack.
pub fn evaluate_part(
    estate: &Estate,
    packs: &Packs,
    members: &[Members],
    home: Location,
    wanted: &dyn Fn(&CompiledRule) -> bool,
    range: Range<Index>,
    sink: &mut dyn Sink,
) {
    for (pack, components) in packs.packs.iter().zip(members) {
        let judge = Judge { estate, defaults: &packs.defaults, components, declared: &pack.components };
        let runner = Runner { judge, pack, home, range: range.clone(), tells_all: packs.tell_all };
        let present = estate.types().map(|(name, _)| name);
        for rule in pack.rules_for(present).filter(|rule| wanted(rule)) {
            runner.rule(rule, sink);
        }
    }
}

/// Which components of a pack the resources of a range are.
pub fn members(estate: &Estate, packs: &Packs, pack: &Pack, range: Range<Index>) -> Members {
    let mut found: Members = HashMap::new();
    let nothing = HashMap::new();
    let judge = Judge { estate, defaults: &packs.defaults, components: &nothing, declared: &[] };
    for component in &pack.components {
        for name in &component.types {
            for &index in within(estate.of_type(name), &range) {
                if is_member(&judge, component, index) {
                    found.entry(index).or_default().push(component.name.clone());
                }
            }
        }
    }
    found
}

/// Those of sorted numbers that lie in a range.
fn within<'l>(list: &'l [Index], range: &Range<Index>) -> &'l [Index] {
    let start = list.partition_point(|index| *index < range.start);
    let end = list.partition_point(|index| *index < range.end);
    &list[start..end]
}

fn is_member<'e>(judge: &Judge<'e>, component: &'e Component, index: Index) -> bool {
    let resource = judge.estate.resource(index);
    component.matches.iter().any(|way| match way {
        Match::Tag { name, equals } => {
            let tag = resource.body.get("tags").and_then(|tags| tags.get(name)).and_then(Value::as_str);
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(equals))
        }
        Match::Name(pattern) => pattern.is_match(resource.short_name()),
        Match::Id(id) => {
            let own = resource.id.to_lowercase();
            own == *id || own.strip_suffix(id.as_str()).is_some_and(|rest| rest.ends_with('/') || id.starts_with('/'))
        }
        Match::Where(condition) => judge.filter(condition, Some(index)).truth == Truth::Holds,
    })
}

struct Runner<'e> {
    judge: Judge<'e>,
    pack: &'e Pack,
    home: Location,
    /// Verdicts carry their conditions, and what a rule does not apply to is told as well.
    tells_all: bool,
    /// The resources that are judged.
    range: Range<Index>,
}

impl<'e> Runner<'e> {
    fn rule(&self, rule: &'e CompiledRule, sink: &mut dyn Sink) {
        let estate = self.judge.estate;
        let subjects: Vec<Option<Index>> = match &rule.subjects {
            Subjects::Estate if self.range.start > 0 => Vec::new(),
            Subjects::Estate => vec![None],
            Subjects::Types(names) => self.of_types(names).into_iter().map(Some).collect(),
            Subjects::Component(name) => {
                let types = self.judge.component(name).map_or(&[][..], |component| &component.types);
                let is_member =
                    |index: &Index| self.judge.components.get(index).is_some_and(|names| names.contains(name));
                self.of_types(types).into_iter().filter(is_member).map(Some).collect()
            }
        };
        if subjects.is_empty() {
            return;
        }
        // A pack with a rule in error is told before anything is checked.
        let Ok(filter) = rule.filter() else { return };
        for on in subjects {
            // What is declared as existing is another deployment's to get right.
            if on.is_some_and(|index| {
                let resource = estate.resource(index);
                resource.existing || rule.input.is_some_and(|kind| kind != resource.input)
            }) {
                continue;
            }
            let selected = match filter {
                None => None,
                Some(filter) => match self.judge.filter(filter, on) {
                    judgement if judgement.truth == Truth::Fails => {
                        if self.tells_all {
                            let mut outcome = self.outcome(rule, on, judgement);
                            outcome.verdict = Verdict::NotApplicable;
                            outcome.steps = self.traced(Some(filter), None, on, sink);
                            sink.take(outcome);
                        }
                        continue;
                    }
                    judgement => Some(judgement),
                },
            };
            let Ok(assert) = rule.assert() else { return };
            if !sink.wants_all() {
                let truth = match (self.judge.truth(assert, on), &selected) {
                    (Truth::Fails, Some(selected)) if selected.truth == Truth::Unknown => Truth::Unknown,
                    (truth, _) => truth,
                };
                if !sink.wants(rule, verdict(truth)) {
                    continue;
                }
            }
            let mut judgement = self.judge.judge(assert, on);
            if let Some(open) = selected.filter(|selected| selected.truth == Truth::Unknown)
                && judgement.truth != Truth::Holds
            {
                judgement = open;
            }
            if judgement.evidence.is_secret
                && let Spot::Value(_, value) = &judgement.evidence.spot
                && value.as_unknown().is_none()
            {
                sink.secret(value.origin());
            }
            let mut outcome = self.outcome(rule, on, judgement);
            if self.tells_all {
                outcome.steps = self.traced(filter, Some(assert), on, sink);
            }
            sink.take(outcome);
        }
    }

    /// The conditions with what they found. What one masks, no other one on the same text may show.
    fn traced(
        &self,
        filter: Option<&'e Condition>,
        assert: Option<&'e Condition>,
        on: Option<Index>,
        sink: &mut dyn Sink,
    ) -> Vec<Step> {
        let steps = self.judge.trace(filter, assert, on);
        steps.iter().for_each(|step| masked_places(step, &mut |at| sink.secret(at)));
        steps
    }

    fn of_types(&self, names: &[String]) -> Vec<Index> {
        let estate = self.judge.estate;
        if let [name] = names
            && !name.contains('*')
        {
            return within(estate.of_type(name), &self.range).to_vec();
        }
        let mut list: Vec<Index> = if names.iter().any(|name| name.contains('*')) {
            let matching = estate.types().filter(|(own, _)| names.iter().any(|name| type_matches(name, own)));
            matching.flat_map(|(_, list)| within(list, &self.range)).copied().collect()
        } else {
            names.iter().flat_map(|name| within(estate.of_type(name), &self.range)).copied().collect()
        };
        list.sort_unstable();
        list.dedup();
        list
    }

    fn outcome(&self, rule: &CompiledRule, on: Option<Index>, judgement: Judgement<'e>) -> Outcome {
        let estate = self.judge.estate;
        let Judgement { truth, evidence } = judgement;
        let verdict = verdict(truth);
        let resource = on.map(|index| estate.resource(index));
        let subject = match resource {
            Some(resource) => Subject {
                id: resource.id.clone(),
                type_name: resource.type_name.clone(),
                name: resource.short_name().into(),
                component: on.and_then(|index| self.judge.components.get(&index)?.first().cloned()),
                at: resource.at,
            },
            None => Subject {
                id: "".into(),
                type_name: "".into(),
                name: "the platform".into(),
                component: None,
                at: self.home,
            },
        };
        let (primary, mut related, pointer) = self.places(&evidence, verdict);
        related.extend(evidence.related.iter().map(|(at, label)| Place { at: *at, label: label.clone() }));
        let mut seen = vec![primary.at];
        related.retain(|place| {
            let new = place.at != Location::default() && !seen.contains(&place.at);
            seen.push(place.at);
            new
        });
        let is_secret = secrets::is_secret_name(pointer.rsplit('/').next().unwrap_or_default());
        let actual = if is_secret { Some(secrets::MASK.to_owned()) } else { actual(&evidence) };
        let message = match verdict {
            Verdict::Fail => {
                let template = evidence.message.as_deref().unwrap_or(&rule.rule.message);
                self.filled(template, resource, &evidence, actual.as_deref())
            }
            Verdict::Unknown => reason(&evidence),
            _ => evidence
                .note
                .as_deref()
                .map(|note| self.filled(note, resource, &evidence, actual.as_deref()))
                .unwrap_or_default(),
        };
        let mut parameters = evidence.parameters.clone();
        let mut under = Vec::new();
        if let Some(Presence::Undecided(condition)) = resource.map(|resource| &resource.presence) {
            under.push("if deployed".to_owned());
            parameters.extend(condition.as_unknown().iter().flat_map(|unknown| unknown.parameters.iter().cloned()));
        }
        under.extend(resource.and_then(|resource| resource.change).map(str::to_owned));
        parameters.sort();
        parameters.dedup();
        let decided_by = if verdict == Verdict::Unknown {
            let values = parameters.iter().map(|name| format!("--set {name}=VALUE, or a parameter file"));
            values.chain(self.judge.commands(&evidence)).collect()
        } else {
            Vec::new()
        };
        Outcome {
            rule: rule.rule.clone(),
            verdict,
            subject,
            message,
            pointer,
            actual,
            primary,
            related,
            under,
            decided_by,
            parameters,
            environments: Vec::new(),
            suppressed: None,
            steps: Vec::new(),
        }
    }

    /// Where evidence stands: the deciding place, how its value got there, and the pointer in the resource.
    fn places(&self, evidence: &Evidence, verdict: Verdict) -> (Place, Vec<Place>, String) {
        let estate = self.judge.estate;
        match &evidence.spot {
            Spot::Value(index, value) => {
                let label = match (verdict, value.as_unknown()) {
                    (Verdict::Unknown, Some(_)) => "not known".to_owned(),
                    (Verdict::Fail, _) if evidence.expected.is_empty() => "this value".to_owned(),
                    (Verdict::Fail, _) => format!("expected {}", evidence.expected),
                    _ => "decided here".to_owned(),
                };
                let resource = estate.resource(*index);
                let pointer = resource.body.pointer_of(value).unwrap_or_default();
                let at = if value.at == Location::default() { resource.at } else { value.at };
                (Place { at, label }, traced(value), pointer)
            }
            Spot::Missing(index, parent, name) => {
                let resource = estate.resource(*index);
                let pointer = resource.body.pointer_of(parent).unwrap_or_default();
                let at = key_of(resource, &pointer);
                (Place { at, label: format!("missing '{name}' under here") }, traced(parent), pointer)
            }
            Spot::Resource(index) => {
                let resource = estate.resource(*index);
                let label = if verdict == Verdict::Fail && !evidence.expected.is_empty() {
                    format!("expected {}", evidence.expected)
                } else {
                    "this resource".to_owned()
                };
                (Place { at: key_of(resource, ""), label }, Vec::new(), String::new())
            }
            Spot::Estate => {
                (Place { at: self.home, label: "in the resources of this input".to_owned() }, Vec::new(), String::new())
            }
        }
    }

    /// How the component that is missing would have been recognised.
    fn looked_for(&self, evidence: &Evidence) -> String {
        let name = evidence.sought.as_ref().map(|(name, _)| name);
        let Some(component) = self.pack.components.iter().find(|one| Some(&one.name) == name) else {
            return String::new();
        };
        let ways: Vec<String> = component.matches.iter().map(Match::describe).collect();
        format!("{} with {}", component.type_names.join(" or "), ways.join(", or "))
    }

    /// The resources of the component's types, none of which is the component.
    fn near_misses(&self, evidence: &Evidence) -> String {
        let near = evidence.sought.as_ref().map_or(&[][..], |(_, near)| near);
        let name = |index: &Index| format!("'{}'", self.judge.estate.resource(*index).short_name());
        let names: Vec<String> = near.iter().take(5).map(name).collect();
        let more = if near.len() > names.len() { ", …" } else { "" };
        match near {
            [] => "none of that type is in the input".to_owned(),
            [_] => format!("1 of that type found, not recognised: {}", names.join(", ")),
            _ => format!("{} of that type found, none recognised: {}{more}", near.len(), names.join(", ")),
        }
    }

    fn filled(&self, template: &str, resource: Option<&Resource>, evidence: &Evidence, actual: Option<&str>) -> String {
        let other = match evidence.spot {
            Spot::Value(index, _) | Spot::Missing(index, ..) | Spot::Resource(index) => Some(index),
            Spot::Estate => None,
        };
        let mut text = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((word, tail)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            match word {
                "resource.name" => text.push_str(resource.map_or("the platform", Resource::short_name)),
                "parent.name" => text.push_str(resource.map_or("the platform", Resource::parent_name)),
                "resource.type" => text.push_str(resource.map_or("", |resource| &resource.type_name)),
                "actual" => text.push_str(actual.unwrap_or("absent")),
                "expected" => text.push_str(&evidence.expected),
                "lookedFor" => text.push_str(&self.looked_for(evidence)),
                "nearMisses" => text.push_str(&self.near_misses(evidence)),
                // The resource in which the deciding value stands.
                "other.name" => {
                    text.push_str(other.map_or("", |index| self.judge.estate.resource(index).short_name()));
                }
                name => match self.pack.parameters.get(name) {
                    Some(value) => {
                        text.push_str(&value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned))
                    }
                    None => {
                        text.push('{');
                        text.push_str(word);
                        text.push('}');
                    }
                },
            }
            rest = tail;
        }
        text.push_str(rest);
        text
    }
}

/// The places of values that a step or one inside it masks.
fn masked_places(step: &Step, tell: &mut dyn FnMut(Location)) {
    if step.found.as_deref() == Some(secrets::MASK)
        && let Some(place) = step.places.first()
    {
        tell(place.at);
    }
    step.inner.iter().for_each(|inner| masked_places(inner, tell));
}

fn verdict(truth: Truth) -> Verdict {
    match truth {
        Truth::Holds => Verdict::Pass,
        Truth::Fails => Verdict::Fail,
        Truth::Unknown => Verdict::Unknown,
    }
}

/// The deciding value in words.
pub(super) fn actual(evidence: &Evidence) -> Option<String> {
    if evidence.is_secret {
        return Some("***".to_owned());
    }
    evidence.actual.clone().or_else(|| match &evidence.spot {
        Spot::Value(_, value) => Some(shown(value)),
        _ => None,
    })
}

/// Why it is not known, each reason once.
pub(super) fn reason(evidence: &Evidence) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in &evidence.reasons {
        if !reasons.contains(&reason.as_str()) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() { "it depends on values that are not known".to_owned() } else { reasons.join("; ") }
}

/// The places a value came through.
pub(super) fn traced(value: &Value) -> Vec<Place> {
    let steps = std::iter::successors(value.trace.as_deref(), |trace| trace.next.as_deref());
    steps
        .filter(|trace| trace.role != Role::Expression)
        .map(|trace| Place { at: trace.at, label: format!("{} '{}'", trace.role.label(), trace.name) })
        .collect()
}

/// The key of the member at a pointer; of the resource itself its `type`.
fn key_of(resource: &Resource, pointer: &str) -> Location {
    let own = || {
        let type_value = resource.body.get("type").map(|value| value.at);
        type_value.filter(|at| *at != Location::default()).unwrap_or(resource.at)
    };
    let Some((parent, last)) = pointer.rsplit_once('/') else { return own() };
    let name = last.replace("~1", "/").replace("~0", "~");
    let Some(holder) = resource.body.pointer(parent) else { return own() };
    let key = holder.as_object().and_then(|object| object.member(&name)).map(|member| member.key_at);
    let at = key.or_else(|| holder.as_array()?.get(last.parse::<usize>().ok()?).map(|item| item.at));
    at.filter(|at| *at != Location::default()).unwrap_or_else(own)
}
