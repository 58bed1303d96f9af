//! Conditions on other resources, and what the input does not show of them.

use super::judge::{Evidence, Judge, Judgement, On, Spot, Truth, Wanted, spot};
use super::relate;
use crate::estate::{Index, InputKind};
use crate::export::{EVERYTHING, is_whole, is_whole_estate, type_of_id};
use crate::policy::{Demand, Related, Relation};
use std::borrow::Cow;

/// Most related resources that a finding tells.
const MOST_TOLD: usize = 3;

impl<'e> Judge<'e> {
    /// Why a resource that is not in the input may be there all the same.
    pub(super) fn gap(&self, related: &'e Related, at: On<'e>) -> Option<String> {
        if related.relation == Relation::Itself {
            return None;
        }
        let own = at.index.map(|index| self.estate.resource(index));
        if let Some(resource) = own.filter(|resource| resource.input == InputKind::Export) {
            let start = related.start(&resource.id);
            let owner = match related.relation {
                Relation::Sibling => crate::estate::parent_id(&start).unwrap_or(&start),
                _ => &*start,
            };
            let types = self.types_at(related, &start);
            let is_far = !matches!(
                related.relation,
                Relation::Parent | Relation::Child | Relation::Sibling | Relation::Ancestor | Relation::Extends
            );
            // A relation to whatever there is asks for the list of everything.
            let is_whole = match &*types {
                [] => is_whole(self.estate, EVERYTHING, owner),
                types => {
                    types.iter().all(|name| is_whole(self.estate, name, owner))
                        || (is_far && is_whole_estate(self.estate, types))
                }
            };
            return (!is_whole).then(|| match &related.demand {
                _ if at.is_bare => String::new(),
                Demand::Exists => {
                    let wanted = relate::describe(related);
                    format!("no export in the input shows whether '{}' has {wanted}", resource.short_name())
                }
                _ => format!(
                    "no export in the input shows each {} of '{}'",
                    relate::what(related),
                    resource.short_name()
                ),
            });
        }
        let has_exports = self.estate.count() > 0 && self.estate.resource(0).input == InputKind::Export;
        if has_exports && own.is_none() && !is_whole_estate(self.estate, self.types_of(related)) {
            let wanted = relate::describe(related);
            return Some(format!(
                "exports show parts of a platform: {wanted} may stand in one that is not in the input"
            ));
        }
        self.estate.gaps.first().cloned()
    }

    /// The types that a relation means, those of its component where it names one.
    pub(super) fn types_of(&self, related: &'e Related) -> &'e [String] {
        let component = related.component.as_ref().and_then(|name| self.component(name));
        component.map_or(&related.types, |component| &component.types)
    }

    /// The types that a relation from the resource with that id means: below a factory stands nothing of a workspace.
    pub(super) fn types_at(&self, related: &'e Related, id: &str) -> Cow<'e, [String]> {
        let types = self.types_of(related);
        let owner = match related.relation {
            Relation::Child => type_of_id(id),
            Relation::Sibling => crate::estate::parent_id(id).and_then(type_of_id),
            _ => None,
        };
        let Some(head) = owner.map(|owner| format!("{}/", owner.to_lowercase())) else { return Cow::Borrowed(types) };
        let fitting: Vec<String> = types.iter().filter(|name| name.starts_with(&head)).cloned().collect();
        if fitting.is_empty() { Cow::Borrowed(types) } else { Cow::Owned(fitting) }
    }

    /// What would show the resources that a relation means.
    pub(super) fn wanted(&self, related: &'e Related, on: Option<Index>) -> Wanted {
        let at = on.map(|index| related.start(&self.estate.resource(index).id).into_owned());
        let types = match &at {
            Some(id) => self.types_at(related, id),
            None => Cow::Borrowed(self.types_of(related)),
        };
        Wanted::Types(if types.is_empty() { vec![EVERYTHING.to_owned()] } else { types.to_vec() }, at)
    }

    /// The judgement where an export may leave out a resource that would decide otherwise.
    pub(super) fn hidden(&self, related: &'e Related, at: On<'e>) -> Option<Judgement<'e>> {
        let on = at.index;
        on.filter(|&index| self.estate.resource(index).input == InputKind::Export)?;
        let mut evidence = Evidence::at(spot(on));
        evidence.reasons.push(self.gap(related, at)?);
        evidence.wanted.extend((!at.is_bare).then(|| self.wanted(related, on)));
        Some(Judgement { truth: Truth::Unknown, evidence })
    }

    pub(super) fn related(&self, related: &'e Related, at: On<'e>) -> Judgement<'e> {
        let on = at.index;
        let found = relate::find(self, related, at);
        let mut evidence = Evidence::at(match (on, at.focus) {
            // Inside `items` the value at hand is the text to change.
            (Some(index), Some(value)) => Spot::Value(index, value),
            _ => spot(on),
        });
        if !at.is_filter {
            evidence.expected = relate::describe(related);
        }
        let told = if at.is_bare { 0 } else { MOST_TOLD };
        let certain = found.certain.len() as i64;
        let possible = certain + found.possible.len() as i64;
        if related.missing_is_unknown && found.met == 0 {
            evidence
                .reasons
                .extend((!at.is_bare).then(|| format!("the input does not show {}", relate::what(related))));
            evidence.wanted.extend((!at.is_bare).then(|| self.wanted(related, on)));
            return Judgement { truth: Truth::Unknown, evidence };
        }
        let place = |index: Index, label: &str| {
            let resource = self.estate.resource(index);
            (resource.at, format!("{label} {} '{}'", resource.type_name, resource.short_name()))
        };
        let undecided = |mut evidence: Evidence<'e>| {
            evidence.reasons.extend(found.reasons.iter().cloned());
            evidence.parameters.extend(found.parameters.iter().cloned());
            evidence.wanted.extend(found.wanted.iter().cloned());
            evidence.related.extend(found.possible.iter().take(told).map(|&index| place(index, "undecided:")));
            Judgement { truth: Truth::Unknown, evidence }
        };
        let truth = match &related.demand {
            Demand::Exists | Demand::Count(_) => {
                let bounds = match &related.demand {
                    Demand::Count(bounds) => *bounds,
                    _ => crate::policy::Bounds { at_least: 1, at_most: i64::MAX },
                };
                // Inside `items` the value at hand tells more than how many it has found.
                if !at.is_bare && (at.focus.is_none() || matches!(related.demand, Demand::Count(_))) {
                    evidence.actual = Some(certain.to_string());
                }
                if bounds.hold(certain) && bounds.hold(possible) {
                    if bounds.at_most < i64::MAX
                        && let Some(hidden) = self.hidden(related, at)
                    {
                        return hidden;
                    }
                    if let (Some(&other), None) = (found.certain.first(), on) {
                        evidence.spot = Spot::Resource(other);
                    }
                    evidence.related.extend(found.certain.iter().take(told).map(|&index| place(index, "found:")));
                    Truth::Holds
                } else if possible > certain && possible >= bounds.at_least {
                    return undecided(evidence);
                } else if certain < bounds.at_least
                    && let Some(gap) = self.gap(related, at)
                {
                    evidence.reasons.push(gap);
                    evidence.wanted.extend((!at.is_bare).then(|| self.wanted(related, on)));
                    return Judgement { truth: Truth::Unknown, evidence };
                } else {
                    evidence.sought = related.component.clone().map(|name| (name, found.near_misses.clone()));
                    let others = if certain > bounds.at_most { &found.certain } else { &found.near_misses };
                    let label = if certain > bounds.at_most { "one of them:" } else { "does not qualify:" };
                    evidence.related.extend(others.iter().take(told).map(|&index| place(index, label)));
                    Truth::Fails
                }
            }
            Demand::Absent => match found.certain.first() {
                Some(&other) => {
                    evidence.related.push(place(other, "this one:"));
                    Truth::Fails
                }
                None if possible > 0 => return undecided(evidence),
                None => match self.hidden(related, at) {
                    Some(hidden) => return hidden,
                    None => Truth::Holds,
                },
            },
            Demand::Some(condition) => {
                let (mut open, mut failed): (Option<Judgement>, Option<Judgement>) = (None, None);
                for &other in found.certain.iter().chain(&found.possible) {
                    let mut judgement = self.judge_on(condition, at.other(other));
                    let is_certain = found.certain.contains(&other);
                    match judgement.truth {
                        Truth::Holds if is_certain => {
                            judgement.evidence.related.push(place(other, "found:"));
                            return judgement;
                        }
                        Truth::Fails => {
                            // Where the value at fault stands in it, the resource needs no label of its own.
                            if !judgement.evidence.spot.is_in(other) {
                                judgement.evidence.related.push(place(other, "does not qualify:"));
                            }
                            failed.get_or_insert(judgement);
                        }
                        _ => {
                            if !is_certain {
                                judgement.evidence.reasons.extend(found.reasons.iter().cloned());
                            }
                            judgement.truth = Truth::Unknown;
                            open.get_or_insert(judgement);
                        }
                    }
                }
                if let Some(open) = open {
                    return open;
                }
                if let Some(gap) = self.gap(related, at) {
                    evidence.reasons.push(gap);
                    evidence.wanted.extend((!at.is_bare).then(|| self.wanted(related, on)));
                    return Judgement { truth: Truth::Unknown, evidence };
                }
                if let Some(failed) = failed {
                    return failed;
                }
                evidence
                    .related
                    .extend(found.near_misses.iter().take(told).map(|&index| place(index, "does not qualify:")));
                Truth::Fails
            }
            Demand::Every(condition) => {
                let mut kept: Option<Judgement> = None;
                for &other in found.certain.iter().chain(&found.possible) {
                    let mut judgement = self.judge_on(condition, at.other(other));
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
                return match kept {
                    Some(kept) if kept.truth == Truth::Unknown => kept,
                    kept => self.hidden(related, at).or(kept).unwrap_or(Judgement { truth: Truth::Holds, evidence }),
                };
            }
        };
        Judgement { truth, evidence }
    }
}
