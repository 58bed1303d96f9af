//! Items that come one after another: their order, and whether some chain of them meets conditions in turn.

use super::judge::{Evidence, Judge, Judgement, On, Spot, Truth};
use crate::document::{CompiledPath, Value};
use crate::estate::Index;
use crate::policy::{Chain, Condition};
use std::collections::HashMap;

/// Items in an order in which each stands behind those it comes after.
pub struct Order<'e> {
    pub items: Vec<&'e Value>,
    /// Positions in `items`, predecessors first. Items that wait for each other in a circle stand last.
    pub order: Vec<usize>,
    /// Positions that each item comes after.
    pub before: Vec<Vec<usize>>,
    /// Why items or what they come after are not all known.
    pub open: Option<Judgement<'e>>,
}

/// The items at `paths` under `root`, ordered.
pub fn order<'e>(
    judge: &Judge<'e>,
    chain: &'e Chain,
    paths: &'e [CompiledPath],
    index: Index,
    root: &'e Value,
) -> Order<'e> {
    let mut open: Option<Judgement> = None;
    let mut items: Vec<&'e Value> = Vec::new();
    for path in paths {
        let selected = path.select(root);
        if let Some(hidden) = selected.hidden_by {
            open.get_or_insert_with(|| judge.unknown_value(index, hidden));
        }
        items.extend(selected.values);
    }
    let key = |value: &Value| value.symbol().unwrap_or_default().to_lowercase();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        if let Some(name) = chain.name.select(item).values.first() {
            positions.insert(key(name), at);
        }
    }
    let mut before: Vec<Vec<usize>> = Vec::with_capacity(items.len());
    for item in &items {
        let selected = chain.after.select(item);
        let hidden = selected.hidden_by.or_else(|| selected.values.iter().copied().find(|v| v.as_unknown().is_some()));
        if let Some(hidden) = hidden {
            open.get_or_insert_with(|| judge.unknown_value(index, hidden));
        }
        before.push(selected.values.iter().filter_map(|name| positions.get(&key(name)).copied()).collect());
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut waits: Vec<usize> = before.iter().map(Vec::len).collect();
    for (at, list) in before.iter().enumerate() {
        for &earlier in list {
            after[earlier].push(at);
        }
    }
    let mut order: Vec<usize> = (0..items.len()).filter(|&at| waits[at] == 0).collect();
    let mut next = 0;
    while let Some(&at) = order.get(next) {
        next += 1;
        for &later in &after[at] {
            waits[later] -= 1;
            if waits[later] == 0 {
                order.push(later);
            }
        }
    }
    order.extend((0..items.len()).filter(|&at| waits[at] > 0));
    Order { items, order, before, open }
}

/// How many conditions a chain has met so far: certainly, and perhaps.
type Met = (usize, usize);

impl<'e> Judge<'e> {
    /// Whether some chain meets the conditions in turn.
    pub fn through(&self, chain: &'e Chain, conditions: &'e [Condition], on: On<'e>) -> Judgement<'e> {
        let (index, root) = match self.root(chain.base, on) {
            Ok(found) => found,
            Err(judgement) => return *judgement,
        };
        let mut open: Option<Judgement> = None;
        let paths = std::slice::from_ref(&chain.items);
        let (certain, possible) = self.met(chain, conditions, paths, on.inside(index, root), (0, 0), &mut open);
        let spot = match chain.items.select(root) {
            selected if !selected.values.is_empty() => Spot::Value(index, selected.values[0]),
            selected => match selected.missing {
                Some((parent, name)) => Spot::Missing(index, parent, name),
                None => Spot::Resource(index),
            },
        };
        let mut evidence = Evidence::at(spot);
        evidence.actual = Some(certain.to_string());
        evidence.expected = format!("a chain of {}", conditions.len());
        if certain == conditions.len() {
            Judgement { truth: Truth::Holds, evidence }
        } else if possible == conditions.len() {
            open.unwrap_or(Judgement { truth: Truth::Unknown, evidence })
        } else {
            Judgement { truth: Truth::Fails, evidence }
        }
    }

    /// How far chains of the items at `paths` get that begin with `start` conditions met.
    fn met(
        &self,
        chain: &'e Chain,
        conditions: &'e [Condition],
        paths: &'e [CompiledPath],
        on: On<'e>,
        start: Met,
        open: &mut Option<Judgement<'e>>,
    ) -> Met {
        let (Some(index), Some(root)) = (on.index, on.focus) else { return start };
        let order = order(self, chain, paths, index, root);
        if order.items.is_empty() && order.open.is_none() {
            return start;
        }
        let most = |a: Met, b: Met| (a.0.max(b.0), a.1.max(b.1));
        let mut reached: Vec<Met> = vec![start; order.items.len()];
        let mut furthest = start;
        for &at in &order.order {
            let arrived = order.before[at].iter().fold(start, |met, &earlier| most(met, reached[earlier]));
            let here = on.inside(index, order.items[at]);
            let mut judged = |next: usize| match conditions.get(next) {
                None => Truth::Fails,
                Some(condition) => {
                    let judgement = self.judge_on(condition, here);
                    let truth = judgement.truth;
                    if truth == Truth::Unknown {
                        open.get_or_insert(judgement);
                    }
                    truth
                }
            };
            let certain = arrived.0 + usize::from(judged(arrived.0) == Truth::Holds);
            let possible = arrived.1 + usize::from(judged(arrived.1) != Truth::Fails);
            let within = self.met(chain, conditions, &chain.inside, here, arrived, open);
            reached[at] = most((certain, possible.max(certain)), within);
            furthest = most(furthest, reached[at]);
        }
        if let Some(hidden) = order.open {
            // What is not known may hold any chain.
            furthest.1 = conditions.len();
            open.get_or_insert(hidden);
        }
        furthest
    }
}
