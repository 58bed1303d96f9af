//! From a condition as written to a [`Condition`].

use super::condition::{
    Base, Bounds, Condition, ConditionKind, Demand, Items, ItemsDemand, Join, Operand, Operator, Quantifier, Related,
    Relation, Test,
};
use super::reader::{PackError, object, only, text, texts, unknown_word};
use crate::document::{CompiledPath, Member, Object, Value};
use crate::estate::InputKind;
use regex::{Regex, RegexBuilder};
use std::cell::RefCell;
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
    /// Patterns built so far.
    pub patterns: &'p Patterns,
}

/// Patterns by their text and whether case matters: rules that tell types apart repeat them, and each costs more to
/// build than the rest of a condition.
pub type Patterns = RefCell<HashMap<(String, bool), Regex>>;

impl Context<'_> {
    fn pattern(&self, text: &str, exact_case: bool) -> Result<Regex, regex::Error> {
        let key = (text.to_owned(), exact_case);
        if let Some(built) = self.patterns.borrow().get(&key) {
            return Ok(built.clone());
        }
        let built = RegexBuilder::new(text).case_insensitive(!exact_case).build()?;
        self.patterns.borrow_mut().insert(key, built.clone());
        Ok(built)
    }
}

const TEST_WORDS: [&str; 6] = ["path", "quantifier", "default", "case", "capture", "message"];

/// Compiles a condition; the error points at the word that is wrong.
pub fn condition(value: &Value, context: &Context) -> Result<Condition, PackError> {
    nested(value, context, 0)
}

fn nested(value: &Value, context: &Context, depth: usize) -> Result<Condition, PackError> {
    if depth > MAX_CONDITION_DEPTH {
        return Err(PackError::new(value.at, format!("conditions nest deeper than {MAX_CONDITION_DEPTH}")));
    }
    let members = object(value, "a condition")?;
    let message = match members.get("message") {
        Some(message) => Some(text(message, "message")?.into()),
        None => None,
    };
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
    } else if members.get("items").is_some() {
        ConditionKind::Items(Box::new(items(value, members, context, depth)?))
    } else if let Some(value) = members.get("related") {
        only(members, "word in a condition", &["related", "message"])?;
        ConditionKind::Related(Box::new(related(value, context, depth)?))
    } else {
        let known = ["all", "any", "not", "if", "path", "items", "related", "input", "components", "unknown"];
        return Err(match members.members.first() {
            Some(member) => unknown_word(member.key_at, "condition", &member.key, known),
            None => PackError::new(value.at, "an empty condition decides nothing"),
        });
    };
    Ok(Condition { kind, message })
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

/// Splits `@parent.`, `@resource.` or `@origin.` off a path; `@key` is a path by itself.
fn based<'v>(value: &'v Value, what: &str, context: &Context) -> Result<(Base, &'v str), PackError> {
    let written = text(value, what)?;
    if written == "@key" {
        return Ok((Base::Key, "$"));
    }
    if let Some(rest) = written.strip_prefix("@parent.") {
        Ok((Base::Parent, rest))
    } else if let Some(rest) = written.strip_prefix("@resource.") {
        Ok((Base::Resource, rest))
    } else if let Some(rest) = written.strip_prefix("@origin.") {
        if !context.is_related {
            return Err(PackError::new(value.at, "'@origin.' has a meaning only inside 'related'"));
        }
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
    let reference = value.as_object().filter(|object| object.members.len() == 1);
    if let Some(name) = reference.and_then(|object| object.get("path")) {
        let (base, bare) = based(name, "path", context)?;
        return Ok(Operand::Path(base, path_text(name, bare)?));
    }
    let literal = parameters_filled(value, context)?;
    match operator {
        Operator::Matches => {
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
    let Some(name) = value.as_object().filter(|object| object.members.len() == 1).and_then(|o| o.get("parameter"))
    else {
        return Ok(value.clone());
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

fn related(value: &Value, context: &Context, depth: usize) -> Result<Related, PackError> {
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
    let filter = members.get("where").map(|filter| nested(filter, &there, depth + 1)).transpose()?;
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
        .filter(|member| ["exists", "absent", "every", "count"].contains(&&*member.key))
        .collect();
    let [demand] = demands.as_slice() else {
        return Err(PackError::new(value.at, "'related' needs one of exists, absent, every, count"));
    };
    let demand = match (&*demand.key, demand.value.as_bool()) {
        ("exists", Some(true)) | ("absent", Some(false)) => Demand::Exists,
        ("exists", Some(false)) | ("absent", Some(true)) => Demand::Absent,
        ("every", _) => Demand::Every(nested(&demand.value, &there, depth + 1)?),
        ("count", _) => Demand::Count(bounds(&demand.value)?),
        _ => return Err(PackError::new(demand.value.at, "true or false is expected here")),
    };
    Ok(Related { relation, below, types, component, filter, on, differ, missing_is_unknown, demand })
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
        let patterns = Patterns::default();
        let context = Context { parameters: &BTreeMap::new(), components: &[], is_related: false, patterns: &patterns };
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
