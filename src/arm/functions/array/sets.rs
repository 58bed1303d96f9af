//! Arrays as sets: `union`, `intersection`, `distinct`; the first two also take objects.
//! The first of equal items stays, with its place. Where an unknown item may equal another, the length of the
//! result is not known, and with it the whole result.

use crate::arm::functions::{arguments, comparison, object};
use crate::document::{Kind, Object, Value};
use std::collections::HashSet;
use std::sync::Arc;

/// Arguments of one kind.
enum Alike<'v> {
    Arrays(Vec<&'v [Value]>),
    Objects(Vec<&'v Object>),
    /// One of them is unknown.
    Open,
}

/// At least two arguments that are all arrays or all objects, as far as known.
fn alike<'v>(name: &str, args: &'v [Value]) -> Result<Alike<'v>, String> {
    arguments::count(name, args, 2, None)?;
    let (mut arrays, mut objects) = (Vec::new(), Vec::new());
    for (index, arg) in args.iter().enumerate() {
        match &arg.kind {
            Kind::Array(items) => arrays.push(items.as_slice()),
            Kind::Object(object) => objects.push(&**object),
            Kind::Unknown(_) => {}
            _ => return Err(arguments::wrong_type(name, index, "an array or an object", arg)),
        }
    }
    if !arrays.is_empty() && !objects.is_empty() {
        return Err(format!("the function '{name}' takes arrays only or objects only"));
    }
    Ok(if arrays.len() == args.len() {
        Alike::Arrays(arrays)
    } else if objects.len() == args.len() {
        Alike::Objects(objects)
    } else {
        Alike::Open
    })
}

/// `union(a, b, …)`: all items once, or objects merged deep, later over earlier.
pub fn union(args: &[Value]) -> Result<Value, String> {
    let name = "union";
    match alike(name, args)? {
        Alike::Arrays(arrays) => match Distinct::of(arrays.into_iter().flatten()) {
            Some(items) => Ok(Value::array(items)),
            None => comparison::open(name, args),
        },
        Alike::Objects(objects) => {
            let mut merged = Object::default();
            objects.into_iter().for_each(|patch| object::merge(&mut merged, patch));
            Ok(Value::new(Kind::Object(Arc::new(merged))))
        }
        Alike::Open => comparison::open(name, args),
    }
}

/// `intersection(a, b, …)`: the items of the first array that all others have, or the members that all objects
/// have with the same value.
pub fn intersection(args: &[Value]) -> Result<Value, String> {
    let name = "intersection";
    match alike(name, args)? {
        Alike::Arrays(arrays) => {
            let Some((first, others)) = arrays.split_first() else { return comparison::open(name, args) };
            let mut shared = Vec::new();
            for item in *first {
                let in_all = comparison::all(
                    others.iter().map(|other| comparison::any(other.iter().map(|o| comparison::same(o, item)))),
                );
                match in_all {
                    Some(true) => shared.push(item),
                    Some(false) => {}
                    None => return comparison::open(name, args),
                }
            }
            match Distinct::of(shared) {
                Some(items) => Ok(Value::array(items)),
                None => comparison::open(name, args),
            }
        }
        Alike::Objects(objects) => {
            let shared = objects.split_first().and_then(|(first, others)| object::shared(first, others));
            match shared {
                Some(shared) => Ok(Value::new(Kind::Object(Arc::new(shared)))),
                None => comparison::open(name, args),
            }
        }
        Alike::Open => comparison::open(name, args),
    }
}

/// `distinct(array)`.
pub fn distinct(args: &[Value]) -> Result<Value, String> {
    let name = "distinct";
    arguments::count(name, args, 1, Some(1))?;
    match &args[0].kind {
        Kind::Array(items) => match Distinct::of(items.iter()) {
            Some(items) => {
                Ok(Value { kind: Kind::Array(Arc::new(items)), at: args[0].at, trace: args[0].trace.clone() })
            }
            None => comparison::open(name, args),
        },
        Kind::Unknown(_) => comparison::open(name, args),
        _ => Err(arguments::wrong_type(name, 0, "an array", &args[0])),
    }
}

/// Items without their repetitions. Scalars are found by hash, so that long lists stay cheap.
#[derive(Default)]
struct Distinct {
    items: Vec<Value>,
    scalars: HashSet<Scalar>,
    /// Places in `items` of what is not a known scalar.
    others: Vec<usize>,
}

#[derive(PartialEq, Eq, Hash)]
enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    Float(u64),
    String(Arc<str>),
}

impl Scalar {
    fn of(value: &Value) -> Option<Scalar> {
        Some(match &value.kind {
            Kind::Null => Scalar::Null,
            Kind::Bool(value) => Scalar::Bool(*value),
            Kind::Int(value) => Scalar::Int(*value),
            // Both zeros are one number.
            Kind::Float(value) => Scalar::Float((value + 0.0).to_bits()),
            Kind::String(text) => Scalar::String(text.clone()),
            Kind::Array(_) | Kind::Object(_) | Kind::Unknown(_) => return None,
        })
    }
}

impl Distinct {
    /// Nothing when it is open whether two items are equal.
    fn of<'v>(items: impl IntoIterator<Item = &'v Value>) -> Option<Vec<Value>> {
        let mut distinct = Distinct::default();
        for item in items {
            if !distinct.has(item)? {
                match Scalar::of(item) {
                    Some(scalar) => {
                        distinct.scalars.insert(scalar);
                    }
                    None => distinct.others.push(distinct.items.len()),
                }
                distinct.items.push(item.clone());
            }
        }
        Some(distinct.items)
    }

    fn has(&self, item: &Value) -> Option<bool> {
        match Scalar::of(item) {
            Some(scalar) if self.scalars.contains(&scalar) => Some(true),
            Some(_) => comparison::any(self.others.iter().map(|at| comparison::same(&self.items[*at], item))),
            None => comparison::any(self.items.iter().map(|known| comparison::same(known, item))),
        }
    }
}
