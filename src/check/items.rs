//! Conditions on each of the values that a path selects.

use super::judge::{Evidence, Judge, Judgement, On, Spot, Truth, Wanted, leaf, shown};
use super::relate;
use crate::document::Value;
use crate::estate::Index;
use crate::policy::{Items, ItemsDemand};

impl<'e> Judge<'e> {
    pub(super) fn items(&self, items: &'e Items, on: On<'e>) -> Judgement<'e> {
        let (index, root) = match self.root(items.base, on) {
            Ok(found) => found,
            Err(judgement) => return *judgement,
        };
        let selected = items.path.select(root);
        let values: Vec<&'e Value> = selected.values.into_iter().filter(|value| !value.is_null()).collect();
        let open = selected.hidden_by.map(|hidden| self.unknown_value(index, hidden));
        let Some(pattern) = &items.capture else {
            let empty = match selected.missing {
                Some((parent, name)) => Spot::Missing(index, parent, name),
                None => Spot::Value(index, values.first().copied().unwrap_or(root)),
            };
            return self.each(items, on, index, &values, open, empty);
        };
        let mut texts: Vec<(Value, &'e Value)> = Vec::new();
        let mut open = open;
        for &value in &values {
            let (found, is_open) = relate::captured(pattern, &[value]);
            // A text with holes may name more than what stands around them.
            if is_open || value.as_unknown().is_some() {
                open.get_or_insert(self.unknown_value(index, value));
            }
            texts.extend(found.into_iter().map(|text| (text, value)));
        }
        let whole = || values.first().copied().unwrap_or(root);
        let found: Vec<&Value> = texts.iter().map(|(text, _)| text).collect();
        let judgement = self.each(items, on, index, &found, open, Spot::Value(index, whole()));
        in_text(judgement, index, &texts, whole())
    }

    /// Judges the values that a path of `items` selects; `empty` is the place to point at when there are none.
    pub(super) fn each(
        &self,
        items: &'e Items,
        on: On<'e>,
        index: Index,
        values: &[&'e Value],
        mut open: Option<Judgement<'e>>,
        empty: Spot<'e>,
    ) -> Judgement<'e> {
        let inside = |value: &'e Value| on.inside(index, value);
        // Values that count, and whether that is certain.
        let mut counted: Vec<(&'e Value, bool)> = Vec::new();
        let is_hidden = open.is_some();
        for &value in values {
            let truth = match &items.filter {
                None => Truth::Holds,
                Some(filter) => {
                    let judgement = self.judge_on(filter, inside(value));
                    let truth = judgement.truth;
                    if truth == Truth::Unknown {
                        open.get_or_insert(judgement);
                    }
                    truth
                }
            };
            if truth != Truth::Fails {
                counted.push((value, truth == Truth::Holds));
            }
        }
        if values.is_empty()
            && open.is_none()
            && let Some(reason) = self.silence(index)
        {
            let mut evidence = Evidence::at(Spot::Resource(index));
            evidence.reasons.push(reason);
            evidence.wanted.push(Wanted::Resource(index));
            open = Some(Judgement { truth: Truth::Unknown, evidence });
        }
        let place = || counted.first().map_or(empty, |(value, _)| Spot::Value(index, value));
        match &items.demand {
            ItemsDemand::Count(bounds) => {
                let certain = counted.iter().filter(|(_, certain)| *certain).count() as i64;
                let mut evidence = Evidence::at(place());
                evidence.actual = Some(certain.to_string());
                evidence.expected = format!("{} of {}", bounds.describe(), leaf(&items.path));
                let most = certain + (counted.len() as i64 - certain);
                match open {
                    Some(open) if is_hidden || bounds.hold(certain) != bounds.hold(most) => open,
                    _ => Judgement { truth: Truth::from(Some(bounds.hold(certain))), evidence },
                }
            }
            ItemsDemand::Every(condition) => {
                let mut kept: Option<Judgement> = open;
                for (value, certain) in counted {
                    let mut judgement = self.judge_on(condition, inside(value));
                    if judgement.truth == Truth::Fails {
                        if certain {
                            return judgement;
                        }
                        judgement.truth = Truth::Unknown;
                    }
                    if kept.as_ref().is_none_or(|kept| kept.truth == Truth::Holds) {
                        kept = Some(judgement);
                    }
                }
                kept.unwrap_or(Judgement { truth: Truth::Holds, evidence: Evidence::at(Spot::Resource(index)) })
            }
            ItemsDemand::Some(condition) => {
                let mut kept: Option<Judgement> = None;
                let nothing = Judgement { truth: Truth::Fails, evidence: Evidence::at(place()) };
                for (value, certain) in counted {
                    let judgement = self.judge_on(condition, inside(value));
                    match (judgement.truth, certain) {
                        (Truth::Holds, true) => return judgement,
                        (Truth::Fails, _) => {
                            kept.get_or_insert(judgement);
                        }
                        _ => {
                            open.get_or_insert(Judgement { truth: Truth::Unknown, ..judgement });
                        }
                    }
                }
                open.or(kept).unwrap_or(nothing)
            }
            ItemsDemand::None(condition) => {
                for (value, certain) in counted {
                    let judgement = self.judge_on(condition, inside(value));
                    match (judgement.truth, certain) {
                        (Truth::Holds, true) => return Judgement { truth: Truth::Fails, ..judgement },
                        (Truth::Fails, _) => {}
                        _ => {
                            open.get_or_insert(Judgement { truth: Truth::Unknown, ..judgement });
                        }
                    }
                }
                open.unwrap_or(Judgement { truth: Truth::Holds, evidence: Evidence::at(Spot::Resource(index)) })
            }
        }
    }
}

/// The judgement on what was captured in texts as one on the texts: what is captured has no place of its own.
fn in_text<'e>(judgement: Judgement, index: Index, texts: &[(Value, &'e Value)], whole: &'e Value) -> Judgement<'e> {
    let Judgement { truth, evidence } = judgement;
    let decisive = match evidence.spot {
        Spot::Value(_, value) => texts.iter().find(|(text, _)| std::ptr::eq(text, value)),
        _ => None,
    };
    let evidence = Evidence {
        spot: Spot::Value(index, decisive.map_or(whole, |(_, origin)| origin)),
        actual: decisive.map(|(text, _)| shown(text)).or(evidence.actual),
        expected: evidence.expected,
        message: evidence.message,
        note: evidence.note,
        related: evidence.related,
        reasons: evidence.reasons,
        parameters: evidence.parameters,
        wanted: evidence.wanted,
        is_secret: evidence.is_secret,
        sought: evidence.sought,
    };
    Judgement { truth, evidence }
}
