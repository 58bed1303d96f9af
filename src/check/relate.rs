//! From one resource to the others a relation means.

use super::compare;
use super::judge::{Judge, On, Truth, Wanted};
use crate::arm::functions::comparison;
use crate::document::Value;
use crate::estate::{Estate, Index, Presence, id_hash};
use crate::policy::{Demand, Join, Related, Relation};
use std::sync::Arc;

/// The resources found, split by certainty.
#[derive(Debug, Default)]
pub struct Found {
    pub certain: Vec<Index>,
    /// Perhaps there, or perhaps meant.
    pub possible: Vec<Index>,
    /// Of the right type, but filtered out.
    pub near_misses: Vec<Index>,
    /// How many are of the type and joined, whatever the filter says.
    pub met: usize,
    /// Why the possible ones are not certain.
    pub reasons: Vec<String>,
    pub parameters: Vec<Arc<str>>,
    /// What would show what is not known of them.
    pub wanted: Vec<Wanted>,
}

/// Resources that `related` means from `at`; each is judged by type, component, join and filter.
pub fn find<'e>(judge: &Judge<'e>, related: &'e Related, at: On<'e>) -> Arc<Found> {
    let estate = judge.estate;
    let is_one_of_them = || at.index.is_some_and(|own| has_type(estate.type_of(own), &related.types));
    let is_same_from_everywhere = related.relation == Relation::Anywhere
        && related.on.is_empty()
        && related.differ.is_none()
        && !related.looks_back
        && !is_one_of_them();
    if estate.is_supplied() && is_same_from_everywhere {
        let name = std::ptr::from_ref(related) as usize;
        // Kept for those who ask why as well.
        return estate.remembered(name, || step_by_step(judge, related, On { is_bare: false, ..at }));
    }
    Arc::new(among(judge, related, at, &candidates(judge, related, at)))
}

/// Candidates that are judged before what was loaded for them is let go.
const STEP: usize = 256;

/// The same in memory that does not grow with the number of candidates.
fn step_by_step(judge: &Judge, related: &Related, at: On) -> Found {
    let mut found = Found::default();
    let mut estate = judge.estate.fork();
    for part in candidates(judge, related, at).chunks(STEP) {
        let judge =
            Judge { estate: &estate, defaults: judge.defaults, components: judge.components, declared: judge.declared };
        let more = among(&judge, related, at, part);
        found.certain.extend(more.certain);
        found.possible.extend(more.possible);
        found.near_misses.extend(more.near_misses);
        found.met += more.met;
        found.reasons.extend(more.reasons);
        found.parameters.extend(more.parameters);
        found.wanted.extend(more.wanted);
        estate.release();
    }
    found
}

/// What `related` means among candidates.
fn among<'e>(judge: &Judge<'e>, related: &'e Related, at: On<'e>, candidates: &[Index]) -> Found {
    let estate = judge.estate;
    let on = at.index;
    let mut found = Found::default();
    for &index in candidates {
        let is_own = Some(index) == on && related.relation != Relation::Itself;
        if is_own || !has_type(estate.type_of(index), &related.types) {
            continue;
        }
        let other = estate.resource(index);
        let is_member = |name: &Arc<str>| judge.components.get(&index).is_some_and(|names| names.contains(name));
        if related.component.as_ref().is_some_and(|name| !is_member(name)) {
            let component = related.component.as_ref().and_then(|name| judge.component(name));
            if component.is_some_and(|component| has_type(&other.type_name, &component.types)) {
                found.near_misses.push(index);
            }
            continue;
        }
        let joined = meets(judge, &related.on, index, at);
        let mut certain = match joined {
            Some(false) => {
                found.near_misses.push(index);
                continue;
            }
            Some(true) => true,
            None => {
                found
                    .reasons
                    .push(format!("whether '{}' is the one meant depends on values not known", other.short_name()));
                found.wanted.push(Wanted::Resource(index));
                false
            }
        };
        if matches!(related.relation, Relation::Child | Relation::DirectChild) && estate.lost().contains(&index) {
            certain = false;
            found.reasons.push(format!("the name of '{}' is too long to tell what it belongs to", other.type_name));
        }
        found.met += 1;
        let differs = related.differ.as_ref().map_or(Some(true), |join| compared(judge, join, index, at, false));
        match differs {
            Some(true) => {}
            Some(false) => {
                found.near_misses.push(index);
                continue;
            }
            None => {
                certain = false;
                found.reasons.push(format!("what must differ in '{}' depends on values not known", other.short_name()));
                found.wanted.push(Wanted::Resource(index));
            }
        }
        if let Some(filter) = &related.filter {
            let judgement = judge.judge_on(filter, On { is_filter: true, ..at.other(index) });
            match judgement.truth {
                Truth::Fails => {
                    found.near_misses.push(index);
                    continue;
                }
                Truth::Unknown => {
                    certain = false;
                    found.reasons.extend(judgement.evidence.reasons);
                    found.parameters.extend(judgement.evidence.parameters);
                    found.wanted.extend(judgement.evidence.wanted);
                }
                Truth::Holds => {}
            }
        }
        if let Presence::Undecided(condition) = &other.presence {
            certain = false;
            if let Some(unknown) = condition.as_unknown() {
                found.reasons.push(format!("'{}' is conditional: {}", other.short_name(), unknown.reason.describe()));
                found.parameters.extend(unknown.parameters.iter().cloned());
            }
        }
        if certain { &mut found.certain } else { &mut found.possible }.push(index);
    }
    found
}

fn has_type(type_name: &str, types: &[String]) -> bool {
    types.is_empty() || types.iter().any(|wanted| super::type_matches(wanted, type_name))
}

/// Whether any two values are the same text in any case; nothing when holes leave it open.
fn any_same(theirs: &[&Value], mine: &[&Value], are_regions: bool) -> Option<bool> {
    let mut open = false;
    for one in theirs {
        for other in mine {
            if compare::alike(one, other, false, are_regions) {
                return Some(true);
            }
            match (one.symbol(), other.symbol()) {
                (Some(a), Some(b)) if a.to_lowercase() == b.to_lowercase() => return Some(true),
                _ => open |= comparison::same(one, other).is_none(),
            }
        }
    }
    if open { None } else { Some(false) }
}

/// Whether all joins hold; one that surely does not decides.
fn meets<'e>(judge: &Judge<'e>, joins: &'e [Join], other: Index, at: On<'e>) -> Option<bool> {
    let mut known = Some(true);
    for join in joins {
        match compared(judge, join, other, at, true) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

/// Whether both sides of a join have a value in common (`equal`), or none.
fn compared<'e>(judge: &Judge<'e>, join: &'e Join, other: Index, at: On<'e>, equal: bool) -> Option<bool> {
    let theirs = join.theirs.select(&judge.estate.resource(other).body);
    let Ok((_, root)) = judge.root(join.base, at) else { return None };
    let mine = join.mine.select(root);
    let is_hidden = theirs.hidden_by.is_some() || mine.hidden_by.is_some();
    let (theirs, mine) = (theirs.values, mine.values);
    let captured_theirs = join.theirs_capture.as_ref().map(|pattern| captured(pattern, &theirs));
    let captured_mine = join.capture.as_ref().map(|pattern| captured(pattern, &mine));
    // A text that is not known may hold what the pattern looks for.
    let open =
        is_hidden || [&captured_theirs, &captured_mine].iter().any(|one| one.as_ref().is_some_and(|(_, open)| *open));
    let theirs: Vec<&Value> = captured_theirs.as_ref().map_or(theirs, |(list, _)| list.iter().collect());
    let mine: Vec<&Value> = captured_mine.as_ref().map_or(mine, |(list, _)| list.iter().collect());
    if !equal && (theirs.is_empty() || mine.is_empty()) {
        return None;
    }
    match any_same(&theirs, &mine, compare::names_region(&join.theirs)) {
        Some(false) if open => None,
        known => known.map(|same| same == equal),
    }
}

/// What the first group of a pattern matches in each text, each time, and whether there may be more in a text that is
/// not known.
pub fn captured(pattern: &regex::Regex, values: &[&Value]) -> (Vec<Value>, bool) {
    let mut open = false;
    let mut found = Vec::new();
    for value in values {
        let text = value.symbol().unwrap_or_default();
        let before = found.len();
        for group in pattern.captures_iter(&text).filter_map(|groups| groups.get(1)) {
            let part = group.as_str();
            let is_whole = is_balanced(&text[..group.start()]) && is_balanced(part);
            match value.as_unknown().filter(|_| part.contains(['‹', '›'])) {
                None => found.push(Value::string(part)),
                // Equal symbols are the same text, whatever stands in their holes.
                Some(unknown) if is_whole => found.push(Value::unknown(unknown.reason.clone(), part)),
                Some(_) => open = true,
            }
        }
        open |= found.len() == before && value.as_unknown().is_some();
    }
    (found, open)
}

/// Whether every hole that begins in a part of a symbol ends in it.
fn is_balanced(part: &str) -> bool {
    part.matches('‹').count() == part.matches('›').count()
}

fn candidates(judge: &Judge, related: &Related, at: On) -> Vec<Index> {
    let estate = judge.estate;
    let Some(own) = at.index else { return everywhere(estate, related) };
    match related.relation {
        Relation::Parent => estate.parent(own).into_iter().collect(),
        Relation::Ancestor => estate.above(&estate.resource(own).id),
        Relation::Child => with_lost(estate, related, estate.below(&estate.resource(own).id)),
        Relation::DirectChild => {
            let id = &estate.resource(own).id;
            let is_own = |index: &Index| estate.parent_id(*index).is_some_and(|parent| parent.eq_ignore_ascii_case(id));
            with_lost(estate, related, estate.below(id).into_iter().filter(is_own).collect())
        }
        Relation::Sibling => estate.parent_id(own).map_or(Vec::new(), |parent| estate.below(parent)),
        Relation::References => estate.references(own),
        Relation::ReferencedBy => estate.referenced_by(own),
        Relation::Extends => match &related.below {
            None => estate.extensions(own),
            Some(_) => estate.extensions_at(&related.start(&estate.resource(own).id)),
        },
        Relation::SameScope => estate.in_scope_of(own),
        Relation::AtOrAboveScope => estate.in_scopes_around(own),
        // All joins are asked for later: one of them finds those that may meet them.
        Relation::Anywhere => match related.on.first() {
            Some(join) if estate.is_supplied() => joined(judge, related, join, at),
            _ => everywhere(estate, related),
        },
        Relation::Itself => vec![own],
    }
}

/// The children found, and those of the types that may be children as well.
fn with_lost(estate: &Estate, related: &Related, mut found: Vec<Index>) -> Vec<Index> {
    if !related.types.is_empty() {
        let lost = estate.lost().iter().filter(|&&index| has_type(estate.type_of(index), &related.types));
        found.extend(lost.filter(|index| !found.contains(index)).collect::<Vec<_>>());
    }
    found
}

/// How many that do not join are looked at all the same, to tell them as near misses.
const NEAR_MISSES: usize = 3;

/// Of an estate that is not held: those with a joined value in common, found by an index, and the first few others.
fn joined(judge: &Judge, related: &Related, join: &Join, at: On) -> Vec<Index> {
    let estate = judge.estate;
    let Ok((_, root)) = judge.root(join.base, at) else { return everywhere(estate, related) };
    let edges = estate.lookup(std::ptr::from_ref(join) as usize, &|| everywhere(estate, related), &|resource| {
        keys(&join.theirs.select(&resource.body).values, join.theirs_capture.as_ref())
    });
    let mine = keys(&join.mine.select(root).values, join.capture.as_ref());
    let mut found: Vec<Index> = mine.into_iter().flat_map(|key| edges.of(key).collect::<Vec<_>>()).collect();
    let others = related.types.iter().flat_map(|name| estate.of_type(name)).copied();
    found.extend(others.take(found.len() + NEAR_MISSES));
    found.sort_unstable();
    found.dedup();
    found
}

/// Joined values by their hashes, case ignored.
fn keys(values: &[&Value], pattern: Option<&regex::Regex>) -> Vec<u64> {
    let hash = |value: &Value| value.symbol().map(|text| id_hash(&text));
    match pattern {
        Some(pattern) => captured(pattern, values).0.iter().filter_map(hash).collect(),
        None => values.iter().filter_map(|value| hash(value)).collect(),
    }
}

/// All resources of the relation's types, or all.
fn everywhere(estate: &Estate, related: &Related) -> Vec<Index> {
    if related.types.is_empty() || related.types.iter().any(|name| name.contains('*')) {
        return (0..estate.count()).collect();
    }
    let mut list: Vec<Index> = related.types.iter().flat_map(|name| estate.of_type(name)).copied().collect();
    list.sort_unstable();
    list
}

/// The demand in words, for messages.
pub fn describe(related: &Related) -> String {
    let what = what(related);
    match &related.demand {
        Demand::Exists => format!("a {what}"),
        Demand::Absent => format!("no {what}"),
        Demand::Every(_) => format!("every {what} in order"),
        Demand::Some(_) => format!("a {what} in order"),
        Demand::Count(bounds) => format!("{} of {what}", bounds.describe()),
    }
}

/// The resources meant, in words.
pub fn what(related: &Related) -> String {
    match (&related.component, related.types.first()) {
        (Some(component), _) => format!("component '{component}'"),
        (None, Some(name)) => name.clone(),
        (None, None) => "resource".to_owned(),
    }
}
