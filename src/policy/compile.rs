//! From a condition as written to a [`Condition`].

use super::condition::{
    Amount, ApiVersion, Base, Bounds, Chain, Comparison, Condition, ConditionKind, Demand, Items, ItemsDemand, Join,
    Operand, Operator, Quantifier, Related, Relation, Test,
};
use super::quantity::Quantity;
use super::reader::{PackError, object, only, text, texts, unknown_word};
use crate::document::{CompiledPath, Kind, Member, Object, Value};
use crate::estate::InputKind;
use regex::{Regex, RegexBuilder};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

/// Deepest nesting of conditions in a rule.
pub const MAX_CONDITION_DEPTH: usize = 64;

/// What a condition may refer to while it is compiled.
pub struct Context<'p> {
    /// Values of the pack's parameters in force.
    pub parameters: &'p BTreeMap<String, Value>,
    /// Names of the pack's components.
    pub components: &'p [String],
    /// Whether a relation leads to the condition, so that there is an origin.
    pub is_related: bool,
    /// What is kept from one condition to the next.
    pub kept: &'p Kept,
}

/// What the conditions of a rule are compiled with, one after another.
#[derive(Debug, Default)]
pub struct Kept {
    /// Patterns by their text and whether case matters: rules that tell types apart repeat them, and each costs more to
    /// build than the rest of a condition.
    patterns: RefCell<HashMap<(String, bool), Regex>>,
    /// Whether a path has started where a relation does, or at the rule's subject.
    looks_back: Cell<bool>,
}

impl Context<'_> {
    fn pattern(&self, text: &str, exact_case: bool) -> Result<Regex, regex::Error> {
        let key = (text.to_owned(), exact_case);
        if let Some(built) = self.kept.patterns.borrow().get(&key) {
            return Ok(built.clone());
        }
        let built = RegexBuilder::new(text).case_insensitive(!exact_case).build()?;
        self.kept.patterns.borrow_mut().insert(key, built.clone());
        Ok(built)
    }
}

const TEST_WORDS: [&str; 7] = ["path", "quantifier", "default", "case", "capture", "message", "note"];

/// Compiles a condition; the error points at the word that is wrong.
pub fn condition(value: &Value, context: &Context) -> Result<Condition, PackError> {
    nested(value, context, 0)
}

fn nested(value: &Value, context: &Context, depth: usize) -> Result<Condition, PackError> {
    if depth > MAX_CONDITION_DEPTH {
        return Err(PackError::new(value.at, format!("conditions nest deeper than {MAX_CONDITION_DEPTH}")));
    }
    let members = object(value, "a condition")?;
    let told = |name: &str| members.get(name).map(|told| text(told, name).map(Into::into)).transpose();
    let (message, note) = (told("message")?, told("note")?);
    let list = |value: &Value| -> Result<Vec<Condition>, PackError> {
        let items =
            value.as_array().ok_or_else(|| PackError::new(value.at, "a list of conditions is expected here"))?;
        if items.is_empty() {
            return Err(PackError::new(value.at, "an empty list of conditions decides nothing"));
        }
        items.iter().map(|item| nested(item, context, depth + 1)).collect()
    };
    let boxed = |value: &Value| nested(value, context, depth + 1).map(Box::new);
    let kind = if members.get("path").is_some() {
        ConditionKind::Test(Box::new(test(value, members, context)?))
    } else if let Some(value) = members.get("all") {
        only(members, "word in a condition", &["all", "message"])?;
        ConditionKind::All(list(value)?)
    } else if let Some(value) = members.get("any") {
        only(members, "word in a condition", &["any", "message"])?;
        ConditionKind::Any(list(value)?)
    } else if let Some(value) = members.get("not") {
        only(members, "word in a condition", &["not", "message"])?;
        ConditionKind::Not(boxed(value)?)
    } else if let Some(premise) = members.get("if") {
        only(members, "word in a condition", &["if", "then", "message"])?;
        let then = members.get("then").ok_or_else(|| PackError::new(value.at, "'if' needs a 'then'"))?;
        ConditionKind::Implies(boxed(premise)?, boxed(then)?)
    } else if let Some(value) = members.get("input") {
        only(members, "word in a condition", &["input", "message"])?;
        ConditionKind::Input(input_kind(value)?)
    } else if let Some(value) = members.get("unknown") {
        only(members, "word in a condition", &["unknown", "message"])?;
        ConditionKind::Unknown(text(value, "unknown")?.into())
    } else if let Some(value) = members.get("components") {
        only(members, "word in a condition", &["components", "message"])?;
        ConditionKind::Components(bounds(value)?)
    } else if let Some(value) = members.get("apiVersion") {
        only(members, "word in a condition", &["apiVersion", "message"])?;
        ConditionKind::ApiVersion(match text(value, "apiVersion")? {
            "listed" => ApiVersion::Listed,
            "supports" => ApiVersion::Supports,
            other => return Err(unknown_word(value.at, "question", other, ["listed", "supports"])),
        })
    } else if members.get("items").is_some() {
        ConditionKind::Items(Box::new(items(value, members, context, depth)?))
    } else if let Some(value) = members.get("related") {
        only(members, "word in a condition", &["related", "message"])?;
        ConditionKind::Related(Box::new(related(value, context, depth, None)?))
    } else if let Some(value) = members.get("amount") {
        only(members, "word in a condition", &["amount", "atLeast", "atMost", "message"])?;
        let bound = |name: &str| members.get(name).map(|value| amount(value, context, depth + 1)).transpose();
        let (at_least, at_most) = (bound("atLeast")?, bound("atMost")?);
        if at_least.is_none() && at_most.is_none() {
            return Err(PackError::new(value.at, "'amount' needs 'atLeast' or 'atMost'"));
        }
        let amount = amount(value, context, depth + 1)?;
        ConditionKind::Comparison(Box::new(Comparison { amount, at_least, at_most }))
    } else if let Some(value) = members.get("chain") {
        only(members, "word in a chain", &["chain", "name", "after", "inside", "through", "message"])?;
        let through = members.get("through").ok_or_else(|| PackError::new(value.at, "'chain' needs 'through'"))?;
        ConditionKind::Through(Box::new(chain(value, members, context)?), list(through)?)
    } else {
        let known = [
            "all",
            "any",
            "not",
            "if",
            "path",
            "items",
            "related",
            "amount",
            "chain",
            "input",
            "components",
            "unknown",
            "apiVersion",
        ];
        return Err(match members.members.first() {
            Some(member) => unknown_word(member.key_at, "condition", &member.key, known),
            None => PackError::new(value.at, "an empty condition decides nothing"),
        });
    };
    Ok(Condition { kind, message, note })
}

/// `template` or `export`.
pub fn input_kind(value: &Value) -> Result<InputKind, PackError> {
    match text(value, "input")? {
        "template" => Ok(InputKind::Template),
        "export" => Ok(InputKind::Export),
        other => Err(unknown_word(value.at, "kind of input", other, ["template", "export"])),
    }
}

/// A JSONPath, with the library's words when it is wrong.
pub fn path(value: &Value) -> Result<CompiledPath, PackError> {
    path_text(value, text(value, "path")?)
}

fn path_text(value: &Value, written: &str) -> Result<CompiledPath, PackError> {
    CompiledPath::new(written).map_err(|error| PackError::new(value.at, format!("not a JSONPath: {error}")))
}

fn test(whole: &Value, members: &Object, context: &Context) -> Result<Test, PackError> {
    let mut operator: Option<(&Member, Operator)> = None;
    for member in &members.members {
        if TEST_WORDS.contains(&&*member.key) {
            continue;
        }
        let Some(found) = Operator::parse(&member.key) else {
            let known = Operator::ALL.iter().map(|(name, _)| *name).chain(TEST_WORDS);
            return Err(unknown_word(member.key_at, "operator", &member.key, known));
        };
        if let Some((first, _)) = operator {
            return Err(PackError::new(member.key_at, format!("a test has one operator, and '{}' is one", first.key)));
        }
        operator = Some((member, found));
    }
    let (member, operator) = operator.ok_or_else(|| PackError::new(whole.at, "a test needs an operator"))?;
    let written = members.get("path").ok_or_else(|| PackError::new(whole.at, "a test needs a path"))?;
    let (base, bare) = based(written, "path", context)?;
    let capture = members.get("capture").map(|written| capture(written, context)).transpose()?;
    let quantifier = match members.get("quantifier") {
        None => Quantifier::Every,
        Some(value) => match text(value, "quantifier")? {
            "every" => Quantifier::Every,
            "some" => Quantifier::Some,
            "none" => Quantifier::None,
            other => return Err(unknown_word(value.at, "quantifier", other, ["every", "some", "none"])),
        },
    };
    let exact_case = exact_case(members)?;
    Ok(Test {
        base,
        path: path_text(written, bare)?,
        operator,
        operand: operand(operator, &member.value, context, exact_case)?,
        quantifier,
        default: members.get("default").cloned(),
        exact_case,
        capture,
    })
}

fn exact_case(members: &Object) -> Result<bool, PackError> {
    match members.get("case") {
        None => Ok(false),
        Some(value) if text(value, "case")? == "exact" => Ok(true),
        Some(value) => Err(PackError::new(value.at, "'case' can only be 'exact'")),
    }
}

/// Splits `@parent.`, `@resource.`, `@origin.` or `@subject.` off a path; `@key` is a path by itself.
fn based<'v>(value: &'v Value, what: &str, context: &Context) -> Result<(Base, &'v str), PackError> {
    let written = text(value, what)?;
    if written == "@key" {
        return Ok((Base::Key, "$"));
    }
    if let Some(rest) = written.strip_prefix("@parent.") {
        Ok((Base::Parent, rest))
    } else if let Some(rest) = written.strip_prefix("@subject.") {
        context.kept.looks_back.set(true);
        Ok((Base::Subject, rest))
    } else if let Some(rest) = written.strip_prefix("@resource.") {
        Ok((Base::Resource, rest))
    } else if let Some(rest) = written.strip_prefix("@origin.") {
        if !context.is_related {
            return Err(PackError::new(value.at, "'@origin.' has a meaning only inside 'related'"));
        }
        context.kept.looks_back.set(true);
        Ok((Base::Origin, rest))
    } else {
        Ok((Base::Own, written))
    }
}

fn items(whole: &Value, members: &Object, context: &Context, depth: usize) -> Result<Items, PackError> {
    only(members, "word in items", &["items", "capture", "where", "every", "some", "none", "count", "message"])?;
    let written = members.get("items").ok_or_else(|| PackError::new(whole.at, "'items' needs a path"))?;
    let (base, bare) = based(written, "items", context)?;
    let inner = |value: &Value| nested(value, context, depth + 1);
    let demands: Vec<&Member> =
        members.members.iter().filter(|member| ["every", "some", "none", "count"].contains(&&*member.key)).collect();
    let [demand] = demands.as_slice() else {
        return Err(PackError::new(whole.at, "'items' needs one of every, some, none, count"));
    };
    let demand = match &*demand.key {
        "every" => ItemsDemand::Every(inner(&demand.value)?),
        "some" => ItemsDemand::Some(inner(&demand.value)?),
        "none" => ItemsDemand::None(inner(&demand.value)?),
        _ => ItemsDemand::Count(bounds(&demand.value)?),
    };
    let filter = members.get("where").map(inner).transpose()?;
    let capture = members.get("capture").map(|one| capture(one, context)).transpose()?;
    Ok(Items { base, path: path_text(written, bare)?, capture, filter, demand })
}

fn operand(operator: Operator, value: &Value, context: &Context, exact_case: bool) -> Result<Operand, PackError> {
    if let Some(reference) = value.as_object()
        && let Some(written) = reference.get("path")
    {
        only(reference, "word in an operand", &["path", "capture"])?;
        let (base, bare) = based(written, "path", context)?;
        let capture = reference.get("capture").map(|one| capture(one, context)).transpose()?;
        return Ok(Operand::Path(base, path_text(written, bare)?, capture));
    }
    let literal = parameters_filled(value, context)?;
    match operator {
        Operator::Matches | Operator::NotMadeBy => {
            let pattern = text(&literal, "a pattern")?;
            let built = context.pattern(pattern, exact_case);
            built.map(Operand::Pattern).map_err(|error| PackError::new(value.at, format!("not a pattern: {error}")))
        }
        Operator::Length | Operator::Count => bounds(&literal).map(Operand::Bounds),
        Operator::In | Operator::NotIn if literal.as_array().is_none() => {
            Err(PackError::new(value.at, "a list of values is expected here"))
        }
        Operator::Between if literal.as_array().is_none_or(|items| items.len() != 2) => {
            Err(PackError::new(value.at, "[lowest, highest] is expected here"))
        }
        Operator::Exists
        | Operator::IsTrue
        | Operator::IsFalse
        | Operator::IsEmpty
        | Operator::Secret
        | Operator::NoDeployedSecret
        | Operator::SecureSource
        | Operator::Unique
            if literal.as_bool().is_none() =>
        {
            Err(PackError::new(value.at, "true or false is expected here"))
        }
        _ => Ok(Operand::Literal(literal)),
    }
}

/// The value with every `{"parameter": name}` in it replaced by the parameter's value.
fn parameters_filled(value: &Value, context: &Context) -> Result<Value, PackError> {
    if let Some(items) = value.as_array() {
        let filled: Result<Vec<Value>, PackError> = items.iter().map(|item| parameters_filled(item, context)).collect();
        let mut list = Value::array(filled?);
        list.at = value.at;
        return Ok(list);
    }
    let Some(object) = value.as_object() else { return Ok(value.clone()) };
    let Some(name) = object.get("parameter").filter(|_| object.members.len() == 1) else {
        let mut filled = value.clone();
        if let Kind::Object(object) = &mut filled.kind {
            let mut members = object.members.clone();
            for member in &mut members {
                member.value = parameters_filled(&member.value, context)?;
            }
            *object = std::sync::Arc::new(Object { members });
        }
        return Ok(filled);
    };
    let wanted = text(name, "parameter")?;
    context
        .parameters
        .get(wanted)
        .cloned()
        .ok_or_else(|| unknown_word(name.at, "pack parameter", wanted, context.parameters.keys().map(String::as_str)))
}

fn bounds(value: &Value) -> Result<Bounds, PackError> {
    if let Some(exact) = value.as_int() {
        return Ok(Bounds { at_least: exact, at_most: exact });
    }
    let members = object(value, "a count")?;
    only(members, "word in a count", &["atLeast", "atMost"])?;
    let side = |name: &str, open: i64| match members.get(name) {
        None => Ok(open),
        Some(value) => value.as_int().ok_or_else(|| PackError::new(value.at, "a whole number is expected here")),
    };
    Ok(Bounds { at_least: side("atLeast", 0)?, at_most: side("atMost", i64::MAX)? })
}

const AMOUNT_WORDS: [&str; 8] = ["path", "parameter", "sum", "product", "choose", "greatest", "longestChain", "again"];

/// A number, a text that is a duration or a time of day, or an object that computes one.
fn amount(value: &Value, context: &Context, depth: usize) -> Result<Amount, PackError> {
    if depth > MAX_CONDITION_DEPTH {
        return Err(PackError::new(value.at, format!("amounts nest deeper than {MAX_CONDITION_DEPTH}")));
    }
    if let Some(fixed) = Quantity::of(value) {
        return Ok(Amount::Fixed(fixed));
    }
    let members = object(value, "an amount")?;
    let inner = |value: &Value| amount(value, context, depth + 1);
    let list = |value: &Value| -> Result<Vec<Amount>, PackError> {
        value
            .as_array()
            .ok_or_else(|| PackError::new(value.at, "a list of amounts is expected here"))?
            .iter()
            .map(inner)
            .collect()
    };
    if let Some(written) = members.get("path") {
        only(members, "word in an amount", &["path", "default", "capture"])?;
        let (base, bare) = based(written, "path", context)?;
        let quantity = |value: &Value| {
            Quantity::of(value).ok_or_else(|| PackError::new(value.at, "a number or a duration is expected here"))
        };
        let default = members.get("default").map(quantity).transpose()?;
        let capture = members.get("capture").map(|one| capture(one, context)).transpose()?;
        return Ok(Amount::Path { base, path: path_text(written, bare)?, default, capture });
    }
    if members.get("parameter").is_some() {
        return inner(&parameters_filled(value, context)?);
    }
    if let Some(parts) = members.get("sum") {
        only(members, "word in an amount", &["sum"])?;
        return list(parts).map(Amount::Sum);
    }
    if let Some(parts) = members.get("product") {
        only(members, "word in an amount", &["product"])?;
        return list(parts).map(Amount::Product);
    }
    if let Some(cases) = members.get("choose") {
        only(members, "word in an amount", &["choose", "else"])?;
        let otherwise = members.get("else").ok_or_else(|| PackError::new(value.at, "'choose' needs an 'else'"))?;
        let cases = cases.as_array().ok_or_else(|| PackError::new(cases.at, "a list of cases is expected here"))?;
        let case = |value: &Value| -> Result<(Condition, Amount), PackError> {
            let members = object(value, "a case")?;
            only(members, "word in a case", &["if", "then"])?;
            match (members.get("if"), members.get("then")) {
                (Some(premise), Some(then)) => Ok((nested(premise, context, depth + 1)?, inner(then)?)),
                _ => Err(PackError::new(value.at, "a case needs 'if' and 'then'")),
            }
        };
        let cases = cases.iter().map(case).collect::<Result<Vec<_>, PackError>>()?;
        return Ok(Amount::Choose(cases, Box::new(inner(otherwise)?)));
    }
    if let Some(least) = members.get("atLeast") {
        only(members, "word in an amount", &["atLeast", "unknown"])?;
        let why = members.get("unknown").ok_or_else(|| PackError::new(value.at, "'atLeast' needs an 'unknown'"))?;
        return Ok(Amount::Open(Box::new(inner(least)?), text(why, "unknown")?.into()));
    }
    if let Some(of) = members.get("greatest") {
        only(members, "word in an amount", &["greatest", "related"])?;
        let others = members.get("related").ok_or_else(|| PackError::new(value.at, "'greatest' needs 'related'"))?;
        let others = related(others, context, depth + 1, Some(Demand::Exists))?;
        return Ok(Amount::Greatest(Box::new(others), Box::new(inner(of)?)));
    }
    if let Some(items) = members.get("longestChain") {
        only(members, "word in an amount", &["longestChain", "name", "after", "weight"])?;
        let weight =
            members.get("weight").ok_or_else(|| PackError::new(value.at, "'longestChain' needs a 'weight'"))?;
        return Ok(Amount::LongestChain(Box::new(chain(items, members, context)?), Box::new(inner(weight)?)));
    }
    if let Some(paths) = members.get("again") {
        only(members, "word in an amount", &["again"])?;
        return inside(paths).map(Amount::Again);
    }
    Err(match members.members.first() {
        Some(member) => unknown_word(member.key_at, "amount", &member.key, AMOUNT_WORDS),
        None => PackError::new(value.at, "an empty amount is none"),
    })
}

fn chain(items: &Value, members: &Object, context: &Context) -> Result<Chain, PackError> {
    let needed = |name: &str| {
        let value = members.get(name).ok_or_else(|| PackError::new(items.at, format!("a chain needs '{name}'")))?;
        path(value)
    };
    let (base, bare) = based(items, "a path of items", context)?;
    Ok(Chain {
        base,
        items: path_text(items, bare)?,
        name: needed("name")?,
        after: needed("after")?,
        inside: members.get("inside").map(inside).transpose()?.unwrap_or_default(),
    })
}

fn inside(value: &Value) -> Result<Vec<CompiledPath>, PackError> {
    match value.as_array() {
        Some(items) => items.iter().map(path).collect(),
        None => Ok(vec![path(value)?]),
    }
}

/// `given` is the demand where the place has one of its own.
fn related(value: &Value, context: &Context, depth: usize, given: Option<Demand>) -> Result<Related, PackError> {
    let members = object(value, "related")?;
    let words = [
        "relation",
        "below",
        "type",
        "component",
        "where",
        "on",
        "differ",
        "missing",
        "exists",
        "absent",
        "every",
        "some",
        "count",
    ];
    only(members, "word in related", &words)?;
    let relation = members.get("relation").ok_or_else(|| PackError::new(value.at, "'related' needs a 'relation'"))?;
    let name = text(relation, "relation")?;
    let relation = Relation::parse(name)
        .ok_or_else(|| unknown_word(relation.at, "relation", name, Relation::ALL.iter().map(|(name, _)| *name)))?;
    let below = match members.get("below") {
        None => None,
        Some(value) if relation == Relation::Extends => Some(text(value, "below")?.to_owned()),
        Some(value) => return Err(PackError::new(value.at, "'below' has a meaning only with the relation 'extends'")),
    };
    let types = match members.get("type") {
        None => Vec::new(),
        Some(value) => texts(value, "type")?.iter().map(|name| name.to_ascii_lowercase()).collect(),
    };
    let component = match members.get("component") {
        None => None,
        Some(value) => Some(component_name(value, context)?),
    };
    let there = Context { is_related: true, ..*context };
    let looked_back = context.kept.looks_back.replace(false);
    let filter = members.get("where").map(|filter| nested(filter, &there, depth + 1)).transpose()?;
    let looks_back = context.kept.looks_back.get();
    context.kept.looks_back.set(looked_back || looks_back);
    let on = match members.get("on") {
        None => Vec::new(),
        Some(value) => {
            let list = value.as_array().unwrap_or(std::slice::from_ref(value));
            list.iter().map(|one| join(one, context)).collect::<Result<_, _>>()?
        }
    };
    let differ = members.get("differ").map(|differ| join(differ, context)).transpose()?;
    let missing_is_unknown = match members.get("missing") {
        None => false,
        Some(value) if text(value, "missing")? == "unknown" => true,
        Some(value) => return Err(PackError::new(value.at, "'missing' can only be 'unknown'")),
    };
    let demands: Vec<&Member> = members
        .members
        .iter()
        .filter(|member| ["exists", "absent", "every", "some", "count"].contains(&&*member.key))
        .collect();
    let demand = match (demands.as_slice(), given) {
        ([], Some(given)) => given,
        ([demand], None) => match (&*demand.key, demand.value.as_bool()) {
            ("exists", Some(true)) | ("absent", Some(false)) => Demand::Exists,
            ("exists", Some(false)) | ("absent", Some(true)) => Demand::Absent,
            ("every", _) => Demand::Every(nested(&demand.value, &there, depth + 1)?),
            ("some", _) => Demand::Some(nested(&demand.value, &there, depth + 1)?),
            ("count", _) => Demand::Count(bounds(&demand.value)?),
            _ => return Err(PackError::new(demand.value.at, "true or false is expected here")),
        },
        (_, None) => return Err(PackError::new(value.at, "'related' needs one of exists, absent, every, some, count")),
        ([demand, ..], Some(_)) => {
            return Err(PackError::new(demand.key_at, format!("'{}' has no place in an amount", demand.key)));
        }
    };
    Ok(Related { relation, below, types, component, filter, looks_back, on, differ, missing_is_unknown, demand })
}

fn join(value: &Value, context: &Context) -> Result<Join, PackError> {
    let sides = object(value, "on")?;
    only(sides, "word in on", &["theirs", "mine", "capture", "theirsCapture"])?;
    let (Some(theirs), Some(mine)) = (sides.get("theirs"), sides.get("mine")) else {
        return Err(PackError::new(value.at, "both 'theirs' and 'mine' are needed"));
    };
    let (base, bare) = based(mine, "mine", context)?;
    let side = |name: &str| sides.get(name).map(|written| capture(written, context)).transpose();
    Ok(Join {
        theirs: path(theirs)?,
        base,
        mine: path_text(mine, bare)?,
        capture: side("capture")?,
        theirs_capture: side("theirsCapture")?,
    })
}

/// A pattern with a group.
fn capture(value: &Value, context: &Context) -> Result<Regex, PackError> {
    let built = context.pattern(text(value, "capture")?, false);
    let pattern = built.map_err(|error| PackError::new(value.at, format!("not a pattern: {error}")))?;
    if pattern.captures_len() < 2 {
        return Err(PackError::new(value.at, "'capture' needs a group: what stands in ( )"));
    }
    Ok(pattern)
}

/// The name of a component of the pack.
pub fn component_name(value: &Value, context: &Context) -> Result<std::sync::Arc<str>, PackError> {
    let name = text(value, "component")?;
    if context.components.iter().any(|known| known == name) {
        Ok(name.into())
    } else {
        Err(unknown_word(value.at, "component", name, context.components.iter().map(String::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;
    use crate::source::SourceId;

    fn error(json: &str) -> Option<String> {
        let written = parse(SourceId(0), json).expect("json").root;
        let kept = Kept::default();
        let context = Context { parameters: &BTreeMap::new(), components: &[], is_related: false, kept: &kept };
        condition(&written, &context).err().map(|error| error.message)
    }

    #[test]
    fn an_origin_needs_a_relation() {
        let test = r#"{"path": "$.a", "atMost": {"path": "@origin.$.b"}}"#;
        assert!(error(test).is_some_and(|message| message.contains("only inside 'related'")));
        assert_eq!(error(&format!(r#"{{"related": {{"relation": "child", "every": {test}}}}}"#)), None);
    }

    #[test]
    fn only_what_extends_stands_below() {
        let related = |name: &str| {
            format!(r#"{{"related": {{"relation": "{name}", "below": "databases/master", "exists": true}}}}"#)
        };
        assert_eq!(error(&related("extends")), None);
        assert!(error(&related("child")).is_some_and(|message| message.contains("'extends'")));
    }
}
