//! How a verdict came about: every condition of the rule with what it found, as a tree. For people who ask why; a check
//! does without.

use super::finding::{Place, Step, Verdict};
use super::judge::{Evidence, Judge, Judgement, On, Spot, Truth, shown};
use super::relate;
use super::run::{actual, reason, traced};
use crate::document::Value;
use crate::estate::Index;
use crate::policy::{
    ApiVersion, Base, Condition, ConditionKind, Demand, Items, ItemsDemand, Operand, Operator, Quantifier, Related,
    Test,
};
use crate::secrets;
use crate::source::Location;

/// Most items of a list, and most other resources, that are told one by one.
const MOST: usize = 8;

impl<'e> Judge<'e> {
    /// The conditions of a rule on a resource: which resources it is for, and what must hold where it is for this one.
    pub fn trace(&self, filter: Option<&'e Condition>, assert: Option<&'e Condition>, on: Option<Index>) -> Vec<Step> {
        let told = |text: &str, condition: &'e Condition, is_filter: bool| {
            let inner = self.step(condition, On { is_filter, ..On::start(on) });
            Step { outcome: inner.outcome, text: text.to_owned(), found: None, places: Vec::new(), inner: vec![inner] }
        };
        let filter = filter.map(|filter| told("applies where", filter, true));
        let assert = assert.map(|assert| told("must hold", assert, false));
        filter.into_iter().chain(assert).collect()
    }

    fn step(&self, condition: &'e Condition, on: On<'e>) -> Step {
        let judgement = self.judge_on(condition, on);
        let all = |parts: &'e [Condition]| parts.iter().map(|part| self.step(part, on)).collect::<Vec<Step>>();
        let (text, inner) = match &condition.kind {
            ConditionKind::All(parts) => ("all of".to_owned(), all(parts)),
            ConditionKind::Any(parts) => ("any of".to_owned(), all(parts)),
            ConditionKind::Not(inner) => ("not".to_owned(), vec![self.step(inner, on)]),
            ConditionKind::Implies(premise, then) => {
                let premise = self.step(premise, on);
                // Where the premise fails, nothing is asked.
                let then = (premise.outcome != Verdict::Fail).then(|| self.step(then, on));
                let text = if then.is_some() { "if the first, then the second" } else { "only if" };
                (text.to_owned(), std::iter::once(premise).chain(then).collect())
            }
            ConditionKind::Input(kind) => (format!("the input is {}", format!("{kind:?}").to_lowercase()), Vec::new()),
            ConditionKind::Unknown(reason) => (format!("not decided by any input: {reason}"), Vec::new()),
            ConditionKind::ApiVersion(ApiVersion::Listed) => {
                ("the table of API versions has the type".to_owned(), Vec::new())
            }
            ConditionKind::ApiVersion(ApiVersion::Supports) => {
                ("the API version has every property that is set".to_owned(), Vec::new())
            }
            ConditionKind::Components(bounds) => (format!("is {} components", bounds.describe()), Vec::new()),
            ConditionKind::Test(test) => return self.tested(test, judgement),
            ConditionKind::Comparison(_) => return self.computed(judgement),
            ConditionKind::Through(chain, conditions) => {
                let text = format!(
                    "a chain of {}{} through {} items",
                    start(chain.base),
                    chain.items.text(),
                    conditions.len()
                );
                let places = self.stands(&judgement.evidence);
                return Step { outcome: outcome(judgement.truth), text, found: None, places, inner: Vec::new() };
            }
            ConditionKind::Items(items) => self.item_steps(items, on),
            ConditionKind::Related(related) => self.others(related, on),
        };
        let found = (judgement.truth == Truth::Unknown && inner.is_empty()).then(|| reason(&judgement.evidence));
        Step { outcome: outcome(judgement.truth), text, found, places: Vec::new(), inner }
    }

    fn tested(&self, test: &'e Test, judgement: Judgement<'e>) -> Step {
        let Judgement { truth, evidence } = judgement;
        let spelling =
            Operator::ALL.iter().find(|(_, operator)| *operator == test.operator).map_or("", |(name, _)| name);
        let operand = match &test.operand {
            Operand::Literal(value) => shown(value),
            Operand::Path(base, path, _) => format!("{}{}", start(*base), path.text()),
            Operand::Pattern(pattern) => format!("/{pattern}/"),
            Operand::Bounds(bounds) => bounds.describe(),
        };
        let quantifier = match test.quantifier {
            Quantifier::Every => "",
            Quantifier::Some => "some ",
            Quantifier::None => "no ",
        };
        let is_secret = secrets::is_secret_name(super::leaf(&test.path));
        let found = match (&evidence.spot, actual(&evidence)) {
            _ if truth == Truth::Unknown => Some(reason(&evidence)),
            (_, Some(_)) if is_secret => Some(secrets::MASK.to_owned()),
            (_, Some(value)) => Some(value),
            (Spot::Missing(..), None) => Some("absent".to_owned()),
            _ => None,
        };
        let text = format!("{quantifier}{}{} {spelling} {operand}", start(test.base), test.path.text());
        Step { outcome: outcome(truth), text, found, places: self.stands(&evidence), inner: Vec::new() }
    }

    /// A quantity that is computed from values, and what it must be.
    fn computed(&self, judgement: Judgement<'e>) -> Step {
        let Judgement { truth, evidence } = judgement;
        let found = if truth == Truth::Unknown { Some(reason(&evidence)) } else { actual(&evidence) };
        let text = format!("the computed amount is {}", evidence.expected);
        Step { outcome: outcome(truth), text, found, places: self.stands(&evidence), inner: Vec::new() }
    }

    fn item_steps(&self, items: &'e Items, on: On<'e>) -> (String, Vec<Step>) {
        let (demand, condition) = match &items.demand {
            ItemsDemand::Every(condition) => ("every".to_owned(), Some(condition)),
            ItemsDemand::Some(condition) => ("some".to_owned(), Some(condition)),
            ItemsDemand::None(condition) => ("no".to_owned(), Some(condition)),
            ItemsDemand::Count(bounds) => (bounds.describe(), None),
        };
        let text = format!("{demand} item of {}{}", start(items.base), items.path.text());
        if let Some(pattern) = &items.capture {
            return (format!("{text}, of what /{pattern}/ finds there"), Vec::new());
        }
        let Ok((index, root)) = self.root(items.base, on) else { return (text, Vec::new()) };
        let values: Vec<&'e Value> = items.path.select(root).values.into_iter().filter(|one| !one.is_null()).collect();
        let mut inner = Vec::new();
        for &value in values.iter().take(MOST) {
            let inside = on.inside(index, value);
            let filter = items.filter.as_ref().map(|filter| self.step(filter, inside));
            let counts = filter.as_ref().is_none_or(|step| step.outcome != Verdict::Fail);
            let judged = condition.filter(|_| counts).map(|condition| self.step(condition, inside));
            let outcome = match (&judged, &filter) {
                (Some(step), _) | (None, Some(step)) => step.outcome,
                (None, None) => Verdict::Pass,
            };
            let pointer = self.estate.resource(index).body.pointer_of(value).unwrap_or_default();
            let text = if counts { pointer } else { format!("{pointer} does not count") };
            let steps = filter.into_iter().chain(judged).collect();
            inner.push(Step { outcome, text, found: None, places: at(value.at), inner: steps });
        }
        (format!("{text} ({} there{})", values.len(), rest(values.len())), inner)
    }

    fn others(&self, related: &'e Related, on: On<'e>) -> (String, Vec<Step>) {
        let found = relate::find(self, related, on);
        let mut inner = Vec::new();
        let groups =
            [(&found.certain, "found:"), (&found.possible, "perhaps:"), (&found.near_misses, "does not qualify:")];
        for (list, word) in groups {
            for &index in list.iter().take(MOST) {
                let resource = self.estate.resource(index);
                let there = on.other(index);
                let filter = related.filter.as_ref().map(|filter| self.step(filter, there));
                let demanded = match &related.demand {
                    Demand::Every(condition) if word != "does not qualify:" => Some(self.step(condition, there)),
                    _ => None,
                };
                let outcome = match (&demanded, word) {
                    (Some(step), _) => step.outcome,
                    (None, "found:") => Verdict::Pass,
                    (None, "perhaps:") => Verdict::Unknown,
                    (None, _) => Verdict::Fail,
                };
                let text = format!("{word} {} '{}'", resource.type_name, resource.short_name());
                let steps = filter.into_iter().chain(demanded).collect();
                inner.push(Step { outcome, text, found: None, places: at(resource.at), inner: steps });
            }
        }
        let relation = crate::policy::Relation::ALL.iter().find(|(_, one)| *one == related.relation);
        let relation = relation.map_or("", |(name, _)| name);
        let many = found.certain.len();
        (format!("{relation}: {} ({many} found{})", relate::describe(related), rest(many)), inner)
    }

    /// Where the deciding value stands and which way it came.
    fn stands(&self, evidence: &Evidence) -> Vec<Place> {
        let mut places = match &evidence.spot {
            Spot::Value(_, value) | Spot::Missing(_, value, _) => {
                let mut places = at(value.at);
                places.extend(traced(value));
                places
            }
            Spot::Resource(index) => at(self.estate.resource(*index).at),
            Spot::Estate => Vec::new(),
        };
        let mut seen = Vec::new();
        places.retain(|place| {
            let is_new = place.at != Location::default() && !seen.contains(&place.at);
            seen.push(place.at);
            is_new
        });
        places
    }
}

/// How rules write where a path starts.
fn start(base: Base) -> &'static str {
    match base {
        Base::Own => "",
        Base::Resource => "@resource.",
        Base::Parent => "@parent.",
        Base::Origin => "@origin.",
        Base::Key => "@key ",
        Base::Subject => "@subject.",
    }
}

fn at(at: Location) -> Vec<Place> {
    if at == Location::default() { Vec::new() } else { vec![Place { at, label: String::new() }] }
}

fn rest(count: usize) -> String {
    if count > MOST { format!(", the first {MOST} told") } else { String::new() }
}

fn outcome(truth: Truth) -> Verdict {
    match truth {
        Truth::Holds => Verdict::Pass,
        Truth::Fails => Verdict::Fail,
        Truth::Unknown => Verdict::Unknown,
    }
}
