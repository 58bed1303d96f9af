//! Quantities computed from values, with bounds for what is not known, and how they compare.

use super::chain;
use super::judge::{Evidence, Judge, Judgement, On, Spot, Truth, Wanted};
use super::relate;
use crate::document::{CompiledPath, Value};
use crate::estate::Index;
use crate::policy::{Amount, Base, Chain, Comparison, Default, Quantity, Related};
use crate::source::Location;
use regex::Regex;
use std::collections::HashMap;

/// A quantity between two bounds, which are equal when everything is known.
#[derive(Clone, Debug)]
struct Range<'e> {
    low: f64,
    high: f64,
    is_time: bool,
    /// Where the first value that went into it stands.
    spot: Option<Spot<'e>>,
    /// Why it is not known exactly.
    open: Option<Judgement<'e>>,
    /// Where a value that is needed is absent.
    missing: Option<Spot<'e>>,
    /// Other resources whose values went into it.
    related: Vec<(Location, String)>,
}

impl<'e> Range<'e> {
    fn exactly(quantity: Quantity) -> Self {
        let Quantity { number, is_time } = quantity;
        Range { low: number, high: number, is_time, spot: None, open: None, missing: None, related: Vec::new() }
    }

    fn nothing() -> Self {
        Range::exactly(Quantity { number: 0.0, is_time: false })
    }

    fn unknown(why: Judgement<'e>) -> Self {
        Range { high: f64::INFINITY, spot: Some(why.evidence.spot.clone()), open: Some(why), ..Range::nothing() }
    }

    /// Both, with bounds combined by `combine`.
    fn with(mut self, other: Range<'e>, combine: fn(f64, f64) -> f64) -> Self {
        self.low = combine(self.low, other.low);
        self.high = combine(self.high, other.high);
        self.is_time |= other.is_time;
        self.spot = self.spot.or(other.spot);
        self.open = self.open.or(other.open);
        self.missing = self.missing.or(other.missing);
        for place in other.related {
            if !self.related.contains(&place) {
                self.related.push(place);
            }
        }
        self
    }
}

/// Nothing times whatever is nothing.
fn times(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

/// What an amount is computed within.
struct Walk<'e> {
    /// The chain that `again` repeats.
    chain: Option<(&'e Chain, &'e Amount)>,
    /// Longest chains by where they begin and what selects their items; nothing while one is being computed.
    known: HashMap<(Index, *const Value, *const CompiledPath), Option<Range<'e>>>,
}

impl<'e> Judge<'e> {
    pub fn comparison(&self, comparison: &'e Comparison, on: On<'e>) -> Judgement<'e> {
        let quantity = |amount| self.quantity(amount, on, &mut Walk { chain: None, known: HashMap::new() });
        let range = quantity(&comparison.amount);
        let mut evidence = Evidence::at(range.spot.clone().or(on.index.map(Spot::Resource)).unwrap_or(Spot::Estate));
        evidence.related.clone_from(&range.related);
        evidence.actual = Some(Quantity { number: range.low, is_time: range.is_time }.shown());
        let mut verdict = Truth::Holds;
        let mut open = range.open.clone();
        for (bound, words) in [(&comparison.at_least, "at least"), (&comparison.at_most, "at most")] {
            let Some(bound) = bound else { continue };
            let limit = quantity(bound);
            let is_time = range.is_time || limit.is_time;
            evidence.expected = format!("{words} {}", Quantity { number: limit.low, is_time }.shown());
            if let Some(spot) = range.missing.clone().or_else(|| limit.missing.clone()) {
                evidence.spot = spot;
                evidence.actual = None;
                return Judgement { truth: Truth::Fails, evidence };
            }
            let (holds, fails) = if words == "at least" {
                (range.low >= limit.high, range.high < limit.low)
            } else {
                (range.high <= limit.low, range.low > limit.high)
            };
            if fails {
                return Judgement { truth: Truth::Fails, evidence };
            }
            if !holds {
                verdict = Truth::Unknown;
                open = open.or(limit.open);
            }
        }
        match (verdict, open) {
            (Truth::Unknown, Some(open)) => Judgement { truth: Truth::Unknown, ..open },
            (truth, _) => Judgement { truth, evidence },
        }
    }

    fn quantity(&self, amount: &'e Amount, on: On<'e>, walk: &mut Walk<'e>) -> Range<'e> {
        match amount {
            Amount::Fixed(quantity) => Range::exactly(*quantity),
            Amount::Path { base, path, default, capture } => {
                self.at_path((*base, path), *default, capture.as_ref(), on)
            }
            Amount::Sum(parts) => self.combined(parts, on, walk, |a, b| a + b),
            Amount::Product(parts) => self.combined(parts, on, walk, times),
            Amount::Choose(cases, otherwise) => {
                for (premise, then) in cases {
                    let judgement = self.judge_on(premise, on);
                    match judgement.truth {
                        Truth::Holds => return self.quantity(then, on, walk),
                        Truth::Fails => {}
                        Truth::Unknown => return Range::unknown(judgement),
                    }
                }
                self.quantity(otherwise, on, walk)
            }
            Amount::Open(least, why) => {
                let mut range = self.quantity(least, on, walk);
                let mut evidence =
                    Evidence::at(range.spot.clone().or(on.index.map(Spot::Resource)).unwrap_or(Spot::Estate));
                evidence.reasons.push(why.to_string());
                range.high = f64::INFINITY;
                range.open = Some(Judgement { truth: Truth::Unknown, evidence });
                range
            }
            Amount::Greatest(related, of) => self.greatest(related, of, on, walk),
            Amount::LongestChain(chain, weight) => {
                let (index, root) = match self.root(chain.base, on) {
                    Ok(found) => found,
                    Err(judgement) => return Range::unknown(*judgement),
                };
                let outer = walk.chain.replace((chain, weight));
                let range = self.longest(std::slice::from_ref(&chain.items), on.inside(index, root), walk);
                walk.chain = outer;
                range
            }
            Amount::Again(paths) => match self.root(Base::Own, on) {
                Ok((index, root)) => self.longest(paths, on.inside(index, root), walk),
                Err(judgement) => Range::unknown(*judgement),
            },
        }
    }

    fn combined(
        &self,
        parts: &'e [Amount],
        on: On<'e>,
        walk: &mut Walk<'e>,
        combine: fn(f64, f64) -> f64,
    ) -> Range<'e> {
        let ranges = parts.iter().map(|part| self.quantity(part, on, walk));
        ranges.reduce(|a, b| a.with(b, combine)).unwrap_or_else(Range::nothing)
    }

    fn at_path(
        &self,
        (base, path): (Base, &'e CompiledPath),
        default: Option<Quantity>,
        capture: Option<&Regex>,
        on: On<'e>,
    ) -> Range<'e> {
        let (index, root) = match self.root(base, on) {
            Ok(found) => found,
            Err(judgement) => return Range::unknown(*judgement),
        };
        let selected = path.select(root);
        if let Some(hidden) = selected.hidden_by {
            return Range::unknown(self.unknown_value(index, hidden));
        }
        let values: Vec<&'e Value> = selected.values.into_iter().filter(|value| !value.is_null()).collect();
        let read = |value: &'e Value| match capture {
            Some(pattern) => {
                let text = value.symbol().unwrap_or_default();
                let found = pattern.captures(&text).and_then(|groups| groups.get(1))?;
                Quantity::of(&Value::string(found.as_str()))
            }
            None => Quantity::of(value),
        };
        let greatest = values.iter().map(|&value| match read(value) {
            _ if value.as_unknown().is_some() => Range::unknown(self.unknown_value(index, value)),
            Some(quantity) => Range { spot: Some(Spot::Value(index, value)), ..Range::exactly(quantity) },
            None => match default.filter(|_| capture.is_some()) {
                Some(default) => Range { spot: Some(Spot::Value(index, value)), ..Range::exactly(default) },
                None => Range::unknown(self.unknown_value(index, value)),
            },
        });
        if let Some(range) = greatest.reduce(|a, b| a.with(b, f64::max)) {
            return range;
        }
        let spot = match selected.missing {
            Some((parent, name)) => Spot::Missing(index, parent, name),
            None => Spot::Resource(index),
        };
        let resource = self.estate.resource(index);
        let absent = |reason: String| {
            let mut evidence = Evidence::at(spot.clone());
            evidence.reasons.push(reason);
            evidence.wanted.push(Wanted::Resource(index));
            Range::unknown(Judgement { truth: Truth::Unknown, evidence })
        };
        if let Some(reason) = self.silence(index) {
            return absent(reason);
        }
        let known = match self.defaults.get(&resource.type_name, path.text(), &resource.api_version) {
            Some(Default::Varies(why)) if default.is_none() => {
                return absent(format!("{} is absent, and {why}", super::judge::leaf(path)));
            }
            Some(Default::Is(value)) => Quantity::of(value),
            _ => None,
        };
        match known.or(default) {
            Some(quantity) => Range { spot: Some(spot), ..Range::exactly(quantity) },
            None => Range { missing: Some(spot), ..Range::nothing() },
        }
    }

    fn greatest(&self, related: &'e Related, of: &'e Amount, on: On<'e>, walk: &mut Walk<'e>) -> Range<'e> {
        let found = relate::find(self, related, on);
        let mut result: Option<Range> = None;
        for &other in found.certain.iter().chain(&found.possible) {
            let mut range = self.quantity(of, on.other(other), walk);
            let resource = self.estate.resource(other);
            // Its heading, not all of it: what counts in it is named in the message.
            let at = resource.body.get("type").map_or(resource.at, |heading| heading.at);
            range.related.push((at, format!("counted: {} '{}'", resource.type_name, resource.short_name())));
            if found.possible.contains(&other) {
                range.low = 0.0;
            }
            result = Some(match result {
                Some(result) => result.with(range, f64::max),
                None => range,
            });
        }
        let mut reasons = found.reasons.clone();
        if result.is_none() && reasons.is_empty() {
            reasons.push(format!("the input does not show {}", relate::what(related)));
        }
        let mut result = result.unwrap_or_else(|| Range { high: f64::INFINITY, ..Range::nothing() });
        if !reasons.is_empty() && result.open.is_none() {
            let mut evidence = Evidence::at(on.index.map_or(Spot::Estate, Spot::Resource));
            evidence.reasons = reasons;
            evidence.parameters = found.parameters.clone();
            result.open = Some(Judgement { truth: Truth::Unknown, evidence });
        }
        // Where the sum is told, it stands at the subject's own value and not at the other resource's.
        result.spot = None;
        result
    }

    /// The longest chain of the items at `paths` under the value at hand.
    fn longest(&self, paths: &'e [CompiledPath], on: On<'e>, walk: &mut Walk<'e>) -> Range<'e> {
        let (Some((chain, weight)), Some(index), Some(root)) = (walk.chain, on.index, on.focus) else {
            return Range::nothing();
        };
        let key = (index, std::ptr::from_ref(root), paths.as_ptr());
        match walk.known.get(&key) {
            Some(Some(range)) => return range.clone(),
            Some(None) => {
                let mut evidence = Evidence::at(Spot::Value(index, root));
                evidence.reasons.push("what it consists of goes round in a circle".to_owned());
                return Range::unknown(Judgement { truth: Truth::Unknown, evidence });
            }
            None => walk.known.insert(key, None),
        };
        let order = chain::order(self, chain, paths, index, root);
        let weights: Vec<Range> =
            order.items.iter().map(|item| self.quantity(weight, on.inside(index, item), walk)).collect();
        let mut reached: Vec<Range> = vec![Range::nothing(); order.items.len()];
        let mut result = Range::nothing();
        for &at in &order.order {
            let before = order.before[at].iter().map(|&earlier| reached[earlier].clone());
            let before = before.reduce(|a, b| a.with(b, f64::max)).unwrap_or_else(Range::nothing);
            reached[at] = before.with(weights[at].clone(), |a, b| a + b);
            result = result.with(reached[at].clone(), f64::max);
        }
        if let Some(open) = order.open {
            result.high = f64::INFINITY;
            result.open.get_or_insert(open);
        }
        walk.known.insert(key, Some(result.clone()));
        result
    }
}
