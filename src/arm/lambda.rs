//! Functions that take lambdas: `filter`, `map`, `reduce`, `sort`, `toObject`, `groupBy`, `mapValues`.

use super::evaluate::{Locals, Run};
use super::expression::{Call, Expression};
use super::functions::arguments;
use super::scope::MAX_VALUES;
use crate::document::{Kind, Member, Object, Value};
use std::sync::Arc;

type Outcome = Result<Value, String>;

/// A lambda expression: names of its variables, and its body.
struct Lambda<'e> {
    names: Vec<Arc<str>>,
    body: &'e Expression,
}

impl Run<'_> {
    /// The result of a lambda-taking function; nothing for other functions.
    pub(super) fn lambda_function(&self, call: &Call, locals: Option<&Locals>) -> Option<Outcome> {
        Some(match &*call.folded {
            "filter" => self.filter(call, locals),
            "map" => self.map(call, locals),
            "reduce" => self.reduce(call, locals),
            "sort" => self.sort(call, locals),
            "toobject" => self.to_object(call, locals),
            "groupby" => self.group_by(call, locals),
            "mapvalues" => self.map_values(call, locals),
            _ => return None,
        })
    }

    fn lambda<'e>(&self, call: &'e Call, at: usize, least: usize, most: usize) -> Result<Lambda<'e>, String> {
        let argument = match call.arguments.get(at) {
            Some(Expression::Call(argument)) if &*argument.folded == "lambda" => argument,
            _ => return Err(format!("the function '{}' wants a lambda as argument {}", call.name, at + 1)),
        };
        let Some((body, names)) = argument.arguments.split_last() else {
            return Err("a lambda needs a body".to_owned());
        };
        let names: Option<Vec<Arc<str>>> = names
            .iter()
            .map(|name| match name {
                Expression::Text(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let names = names.ok_or("the variables of a lambda are names in quotes")?;
        if !(least..=most).contains(&names.len()) {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(format!("the lambda of '{}' takes {wanted} variables, not {}", call.name, names.len()));
        }
        Ok(Lambda { names, body })
    }

    fn apply(&self, lambda: &Lambda, values: &[&Value], locals: Option<&Locals>) -> Outcome {
        if !self.evaluator.scope.room(1) {
            return Err(format!("loops make more than {MAX_VALUES} values"));
        }
        match values.split_first() {
            None => self.evaluate(lambda.body, locals),
            Some((first, rest)) => self.bind(lambda, 0, first, rest, locals),
        }
    }

    fn bind(&self, lambda: &Lambda, at: usize, value: &Value, rest: &[&Value], locals: Option<&Locals>) -> Outcome {
        let Some(name) = lambda.names.get(at) else { return self.evaluate(lambda.body, locals) };
        let inner = Locals { name, value: value.clone(), outer: locals };
        match rest.split_first() {
            Some((next, rest)) => self.bind(lambda, at + 1, next, rest, Some(&inner)),
            None => self.evaluate(lambda.body, Some(&inner)),
        }
    }

    /// The array to work on, or the unknown result when it is not known.
    fn items(
        &self,
        call: &Call,
        locals: Option<&Locals>,
        others: usize,
    ) -> Result<Result<Arc<Vec<Value>>, Value>, String> {
        let given = call.arguments.len();
        if !(others + 1..=others + 1 + usize::from(&*call.folded == "toobject")).contains(&given) {
            return Err(format!("the function '{}' does not take {given} arguments", call.name));
        }
        let value = self.evaluate(&call.arguments[0], locals)?;
        match &value.kind {
            Kind::Array(items) => Ok(Ok(items.clone())),
            Kind::Unknown(_) => Ok(Err(self.open(call, &[&value]))),
            _ => Err(arguments::wrong_type(&call.name, 0, "an array", &value)),
        }
    }

    /// The unknown result: the call with what is known of its first argument, depending on `parts`.
    fn open(&self, call: &Call, parts: &[&Value]) -> Value {
        let rest: Vec<String> = call.arguments[1..].iter().map(Expression::to_string).collect();
        let head = parts.first().map(|part| arguments::symbol_of(part)).unwrap_or_default();
        let symbol = format!("‹{}({}, {})›", call.name, arguments::without_hole(&head), rest.join(", "));
        arguments::derived(parts.iter().copied(), symbol).unwrap_or_default()
    }

    fn filter(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        let lambda = self.lambda(call, 1, 1, 2)?;
        let items = match self.items(call, locals, 1)? {
            Ok(items) => items,
            Err(open) => return Ok(open),
        };
        let mut kept = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let index = Value::int(index as i64);
            let verdict = self.apply(&lambda, &[item, &index], locals)?;
            match &verdict.kind {
                Kind::Bool(true) => kept.push(item.clone()),
                Kind::Bool(false) => {}
                Kind::Unknown(_) => {
                    let whole = Value::new(Kind::Array(items.clone()));
                    return Ok(self.open(call, &[&whole, &verdict]));
                }
                _ => return Err(format!("the lambda of 'filter' gives {}, not a boolean", verdict.type_name())),
            }
        }
        Ok(Value::array(kept))
    }

    fn map(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        let lambda = self.lambda(call, 1, 1, 2)?;
        let items = match self.items(call, locals, 1)? {
            Ok(items) => items,
            Err(open) => return Ok(open),
        };
        let mapped = items.iter().enumerate().map(|(index, item)| {
            let index = Value::int(index as i64);
            self.apply(&lambda, &[item, &index], locals)
        });
        mapped.collect::<Result<Vec<Value>, String>>().map(Value::array)
    }

    fn reduce(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        let lambda = self.lambda(call, 2, 2, 3)?;
        let items = match self.items(call, locals, 2)? {
            Ok(items) => items,
            Err(open) => return Ok(open),
        };
        let mut result = self.evaluate(&call.arguments[1], locals)?;
        for (index, item) in items.iter().enumerate() {
            let index = Value::int(index as i64);
            result = self.apply(&lambda, &[&result, item, &index], locals)?;
        }
        Ok(result)
    }

    /// A stable merge sort: the lambda says whether its first variable stands before its second.
    fn sort(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        let lambda = self.lambda(call, 1, 2, 2)?;
        let items = match self.items(call, locals, 1)? {
            Ok(items) => items,
            Err(open) => return Ok(open),
        };
        let mut open = None;
        let mut before = |a: &Value, b: &Value| -> Result<bool, String> {
            let verdict = self.apply(&lambda, &[a, b], locals)?;
            match &verdict.kind {
                Kind::Bool(known) => Ok(*known),
                Kind::Unknown(_) => {
                    open.get_or_insert(verdict);
                    Ok(false)
                }
                _ => Err(format!("the lambda of 'sort' gives {}, not a boolean", verdict.type_name())),
            }
        };
        let sorted = merge_sorted(&items, &mut before)?;
        match open {
            Some(open) => Ok(self.open(call, &[&Value::new(Kind::Array(items)), &open])),
            None => Ok(Value::array(sorted)),
        }
    }

    fn key(&self, call: &Call, key: &Value) -> Result<Option<Arc<str>>, String> {
        match &key.kind {
            Kind::String(key) => Ok(Some(key.clone())),
            Kind::Unknown(unknown) => Ok(Some(unknown.symbol.clone())),
            _ => Err(format!("the lambda of '{}' gives {}, not a text, as key", call.name, key.type_name())),
        }
    }

    fn to_object(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        let keys = self.lambda(call, 1, 1, 1)?;
        let values = if call.arguments.len() > 2 { Some(self.lambda(call, 2, 1, 1)?) } else { None };
        let items = match self.items(call, locals, 1)? {
            Ok(items) => items,
            Err(open) => return Ok(open),
        };
        let mut object = Object::default();
        for item in items.iter() {
            let key = self.apply(&keys, &[item], locals)?;
            let value = match &values {
                Some(lambda) => self.apply(lambda, &[item], locals)?,
                None => item.clone(),
            };
            if let Some(key) = self.key(call, &key)? {
                if object.get(&key).is_some() {
                    return Err(format!("the lambda of '{}' gives the key '{key}' twice", call.name));
                }
                object.members.push(Member { key, key_at: value.at, value });
            }
        }
        Ok(Value::new(Kind::Object(Arc::new(object))))
    }

    fn group_by(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        let lambda = self.lambda(call, 1, 1, 1)?;
        let items = match self.items(call, locals, 1)? {
            Ok(items) => items,
            Err(open) => return Ok(open),
        };
        let mut groups: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
        for item in items.iter() {
            let key = self.apply(&lambda, &[item], locals)?;
            let Some(key) = self.key(call, &key)? else { continue };
            match groups.iter_mut().find(|(name, _)| *name == key) {
                Some((_, members)) => members.push(item.clone()),
                None => groups.push((key, vec![item.clone()])),
            }
        }
        let members = groups.into_iter().map(|(key, items)| {
            let value = Value::array(items);
            Member { key, key_at: value.at, value }
        });
        Ok(Value::object(members.collect()))
    }

    fn map_values(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        let lambda = self.lambda(call, 1, 1, 1)?;
        if call.arguments.len() != 2 {
            return Err(format!("the function '{}' does not take {} arguments", call.name, call.arguments.len()));
        }
        let value = self.evaluate(&call.arguments[0], locals)?;
        match &value.kind {
            Kind::Object(object) => {
                let mapped = object.members.iter().map(|member| {
                    let value = self.apply(&lambda, &[&member.value], locals)?;
                    Ok(Member { key: member.key.clone(), key_at: member.key_at, value })
                });
                mapped.collect::<Result<Vec<Member>, String>>().map(Value::object)
            }
            Kind::Unknown(_) => Ok(self.open(call, &[&value])),
            _ => Err(arguments::wrong_type(&call.name, 0, "an object", &value)),
        }
    }
}

fn merge_sorted(
    items: &[Value],
    before: &mut dyn FnMut(&Value, &Value) -> Result<bool, String>,
) -> Result<Vec<Value>, String> {
    if items.len() < 2 {
        return Ok(items.to_vec());
    }
    let (left, right) = items.split_at(items.len() / 2);
    let (left, right) = (merge_sorted(left, before)?, merge_sorted(right, before)?);
    let mut merged = Vec::with_capacity(items.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        // The right one goes first only when it must, so that equals keep their order.
        let take_right = before(b, a)?;
        merged.extend(if take_right { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
