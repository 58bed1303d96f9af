//! What is odd in rules that run: types and properties nobody knows, tests that are missing, words that mean nothing.

use super::known::{self, Names, Odd};
use super::pack::{Pack, Packs};
use super::reader::{edits, nearest};
use super::rule::{CompiledRule, Subjects};
use crate::document::{CompiledPath, Object, Value};
use crate::source::Location;
use std::collections::HashMap;

/// Letters that may be wrong in a name that is meant for another.
const MOST_SLIPS: usize = 3;

/// Something odd in a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Stable word (`unknown-property`).
    pub code: &'static str,
    pub at: Location,
    pub message: String,
}

/// Looks through the rules of packs that `wanted` chooses.
pub fn lint(packs: &Packs, wanted: &dyn Fn(&CompiledRule) -> bool) -> Vec<Remark> {
    let mut linter = Linter::default();
    for pack in &packs.packs {
        let mut codes: HashMap<&str, &str> = HashMap::new();
        for rule in &pack.rules {
            let own = &rule.rule;
            if let Some(other) = codes.insert(&own.code, &own.id) {
                let message = format!("the code {} is that of '{other}' as well", own.code);
                linter.remark("code-taken", rule.at, message);
            }
        }
        pack.rules.iter().filter(|rule| wanted(rule)).for_each(|rule| linter.rule(rule, pack));
    }
    linter.remarks.sort_by_key(|remark| (remark.at.source, remark.at.span.start));
    linter.remarks
}

#[derive(Default)]
struct Linter {
    remarks: Vec<Remark>,
    known: HashMap<String, Option<Names>>,
}

/// What paths in a condition start at.
#[derive(Clone)]
struct Scope<'p> {
    pack: &'p Pack,
    /// Types of the resource; empty where any may stand.
    types: Vec<String>,
    /// Names from the resource to the value at hand, inside `items`.
    inside: Vec<String>,
}

impl Linter {
    fn remark(&mut self, code: &'static str, at: Location, message: String) {
        self.remarks.push(Remark { code, at, message });
    }

    fn rule(&mut self, rule: &CompiledRule, pack: &Pack) {
        let types = match &rule.subjects {
            Subjects::Types(names) => {
                for name in names {
                    self.type_name(name, rule.selection);
                }
                names.clone()
            }
            Subjects::Component(name) => of_component(pack, name),
            Subjects::Estate => Vec::new(),
        };
        let scope = Scope { pack, types, inside: Vec::new() };
        let (filter, assert) = rule.written();
        filter.into_iter().chain([assert]).for_each(|condition| self.condition(condition, &scope));
        self.words(rule, pack);
        self.tests(rule);
    }

    /// Texts that would mislead who reads the finding.
    fn words(&mut self, rule: &CompiledRule, pack: &Pack) {
        let own = &rule.rule;
        let words = [
            "resource.name",
            "resource.type",
            "parent.name",
            "other.name",
            "actual",
            "expected",
            "lookedFor",
            "nearMisses",
        ];
        let mut rest = own.message.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let Some((word, tail)) = after.split_once('}') else { break };
            if !words.contains(&word) && !pack.parameters.contains_key(word) {
                let known = words.iter().copied().chain(pack.parameters.keys().map(String::as_str));
                let message =
                    format!("the message names {{{word}}}, which nothing fills{}", meant(nearest(word, known)));
                self.remark("unknown-placeholder", rule.at, message);
            }
            rest = tail;
        }
        if own.links.is_empty() {
            self.remark("no-link", rule.at, "no link says where the fact is published".to_owned());
        }
        if own.fix.bicep.is_none() && own.fix.arm.is_none() {
            self.remark("no-fix", rule.at, "no snippet shows how to put it right".to_owned());
        }
    }

    fn tests(&mut self, rule: &CompiledRule) {
        let tests = rule.tests.as_array().unwrap_or_default();
        let expects = |test: &&Value, word: &str| test.get("expect").and_then(Value::as_str) == Some(word);
        for word in ["pass", "fail", "unknown"] {
            if !tests.iter().any(|test| expects(&test, word)) {
                self.remark("no-test", rule.at, format!("no test expects '{word}'"));
            }
        }
        let mut failing = tests.iter().filter(|test| expects(test, "fail")).peekable();
        // A rule on other resources may find that one is missing, and that stands nowhere.
        let is_related = rule.written().1.to_json().to_string().contains("\"related\"");
        if !is_related
            && let Some(first) = failing.peek().map(|test| test.at)
            && failing.all(|test| test.get("at").is_none())
        {
            let message = "no failing test says at which pointer ('at')".to_owned();
            self.remark("test-without-place", first, message);
        }
    }

    fn type_name(&mut self, name: &str, at: Location) {
        if name.contains('*') || self.properties(name).is_some() {
            return;
        }
        // Not every type of Azure is listed: one that is near a listed one is a typing error, others are passed over.
        let lower = name.to_lowercase();
        let near = known::all().map(|known| (edits(&lower, &known.to_lowercase()), known)).min();
        if let Some((distance, near)) = near.filter(|(distance, _)| *distance <= MOST_SLIPS) {
            let slips = if distance == 1 { "one letter" } else { "a few letters" };
            let message = format!("the type '{name}' is not known, and {slips} away from '{near}': did you mean that?");
            self.remark("unknown-type", at, message);
        } else if known::knows_provider(name) {
            let message = format!("the type '{name}' is not among those known: its properties are not looked through");
            self.remark("unlisted-type", at, message);
        }
    }

    fn properties(&mut self, type_name: &str) -> Option<&Names> {
        let known = self.known.entry(type_name.to_ascii_lowercase());
        known.or_insert_with(|| known::properties(type_name)).as_ref()
    }

    fn condition(&mut self, value: &Value, scope: &Scope) {
        let Some(members) = value.as_object() else { return };
        if let Some(path) = members.get("path") {
            self.path(path, scope);
            // An operand may be a path of the same resource.
            for member in &members.members {
                let only = member.value.as_object().filter(|object| object.members.len() == 1);
                if let Some(other) = only.and_then(|object| object.get("path")) {
                    self.path(other, scope);
                }
            }
            return;
        }
        if let Some(path) = members.get("items") {
            // Of what a search finds, nothing is known.
            let inner = match self.path(path, scope) {
                Some(inside) => Scope { inside, ..scope.clone() },
                None => Scope { types: Vec::new(), ..scope.clone() },
            };
            for name in ["where", "every", "some", "none"] {
                members.get(name).into_iter().for_each(|condition| self.condition(condition, &inner));
            }
            return;
        }
        if let Some(related) = members.get("related").and_then(Value::as_object) {
            return self.related(related, scope);
        }
        for name in ["all", "any"] {
            let list = members.get(name).and_then(Value::as_array).unwrap_or_default();
            list.iter().for_each(|part| self.condition(part, scope));
        }
        for name in ["not", "if", "then"] {
            members.get(name).into_iter().for_each(|part| self.condition(part, scope));
        }
    }

    fn related(&mut self, related: &Object, scope: &Scope) {
        let named: Vec<&Value> = related.get("type").map_or(Vec::new(), |value| match value.as_array() {
            Some(list) => list.iter().collect(),
            None => vec![value],
        });
        let mut types = Vec::new();
        for value in named {
            let name = value.as_str().unwrap_or_default();
            self.type_name(name, value.at);
            types.push(name.to_ascii_lowercase());
        }
        if let Some(name) = related.get("component").and_then(Value::as_str) {
            types = of_component(scope.pack, name);
        }
        let theirs = Scope { pack: scope.pack, types, inside: Vec::new() };
        for name in ["where", "every"] {
            related.get(name).into_iter().for_each(|condition| self.condition(condition, &theirs));
        }
        let joins = ["on", "differ"].into_iter().filter_map(|name| related.get(name));
        let joins = joins.flat_map(|join| join.as_array().unwrap_or(std::slice::from_ref(join)));
        for join in joins {
            join.get("theirs").into_iter().for_each(|path| drop(self.path(path, &theirs)));
            join.get("mine").into_iter().for_each(|path| drop(self.path(path, scope)));
        }
    }

    /// Tells a name of a path that none of the types has; gives the names from the resource on where all are plain.
    fn path(&mut self, written: &Value, scope: &Scope) -> Option<Vec<String>> {
        let text = written.as_str()?;
        let (types, bare, inside) = if let Some(rest) = text.strip_prefix("@parent.") {
            let parents = scope.types.iter().filter_map(|name| Some(name.rsplit_once('/')?.0.to_owned()));
            (parents.collect(), rest, Vec::new())
        } else if let Some(rest) = text.strip_prefix("@resource.") {
            (scope.types.clone(), rest, Vec::new())
        } else if text.starts_with('@') {
            // What stands at the beginning of a relation is not followed here.
            return None;
        } else {
            (scope.types.clone(), text, scope.inside.clone())
        };
        let mut names: Vec<String> = inside;
        let (own, is_whole) = CompiledPath::new(bare).ok()?.names();
        names.extend(own);
        let steps: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut odd: Option<Odd> = None;
        for name in &types {
            // Of a type that is not known, nothing is said.
            let followed = match self.properties(name) {
                Some(properties) if !name.contains('*') => properties.follow(&steps),
                _ => Ok(()),
            };
            match followed {
                Ok(()) => return Some(names).filter(|_| is_whole),
                Err(wrong) if odd.as_ref().is_none_or(|odd| odd.near.is_none()) => odd = Some(wrong),
                Err(_) => {}
            }
        }
        if let Some(odd) = odd {
            let of = types.join(" and ");
            let message = format!("'{}' is no property of {of} at {text}{}", odd.name, meant(odd.near.as_deref()));
            self.remark("unknown-property", written.at, message);
        }
        Some(names).filter(|_| is_whole)
    }
}

fn of_component(pack: &Pack, name: &str) -> Vec<String> {
    pack.components.iter().find(|component| &*component.name == name).map_or(Vec::new(), |one| one.types.clone())
}

fn meant(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default()
}
