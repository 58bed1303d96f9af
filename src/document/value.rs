//! The one value type of the program: JSON, plus *unknown with a reason*, with its origin.

use crate::source::Location;
use std::sync::Arc;

/// How a value came to stand where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Parameter,
    ParameterDefault,
    ParameterFile,
    CommandLine,
    Variable,
    Output,
    Expression,
    ReferencedResource,
}

impl Role {
    /// What a reader is told about the place ("set here" and the like).
    pub fn label(self) -> &'static str {
        match self {
            Role::Parameter => "parameter",
            Role::ParameterDefault => "parameter default",
            Role::ParameterFile => "parameter file",
            Role::CommandLine => "command line",
            Role::Variable => "variable",
            Role::Output => "output",
            Role::Expression => "expression",
            Role::ReferencedResource => "referenced resource",
        }
    }
}

/// One step back on the way a value took, nearest first.
#[derive(Debug)]
pub struct Trace {
    pub role: Role,
    pub name: Arc<str>,
    pub at: Location,
    pub next: Option<Arc<Trace>>,
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownReason {
    /// A parameter without default that no parameter file or `--set` gives.
    Parameter(Arc<str>),
    /// Only a live deployment can tell (`reference()` of something outside the input, a key, the clock, the subscription).
    Runtime(Arc<str>),
    /// A secret: `listKeys`, a Key Vault reference, a secure parameter.
    Secret(Arc<str>),
    /// The expression is in error; the message says how. The error itself is a problem of the file.
    Error(Arc<str>),
    /// Something archlint cannot do: the aim is that the corpus has none.
    Unsupported(Arc<str>),
}

impl UnknownReason {
    /// One sentence part for people.
    pub fn describe(&self) -> String {
        match self {
            UnknownReason::Parameter(name) => format!("parameter '{name}' has no value"),
            UnknownReason::Runtime(what) => format!("{what} is known only to a live deployment"),
            UnknownReason::Secret(what) => format!("{what} is a secret"),
            UnknownReason::Error(message) => message.to_string(),
            UnknownReason::Unsupported(what) => format!("archlint does not support {what}"),
        }
    }
}

/// A value that is not known. `symbol` is its canonical text: known text with holes in `‹…›`
/// (`st‹parameters('x')›`), by which two unknown values are recognised as the same one.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    pub reason: UnknownReason,
    pub symbol: Arc<str>,
    /// Known to be a secret, though its text is not known.
    pub secret: bool,
    /// Top-level parameters it depends on, sorted (for trying their domains).
    pub parameters: Vec<Arc<str>>,
    /// What is known of an object with more members than the input tells (a deployed resource).
    pub partly: Option<Value>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(Arc<str>),
    Array(Arc<Vec<Value>>),
    Object(Arc<Object>),
    Unknown(Arc<Unknown>),
}

/// A value with the place of the text a person must change for it to change.
#[derive(Clone, Debug)]
pub struct Value {
    pub kind: Kind,
    pub at: Location,
    /// Where it came from before `at`: parameter default, parameter file, variable.
    pub trace: Option<Arc<Trace>>,
}

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    pub key: Arc<str>,
    pub key_at: Location,
    pub value: Value,
}

/// An object: members in written order; look-up ignores case, as Azure does.
#[derive(Clone, Debug, Default)]
pub struct Object {
    pub members: Vec<Member>,
}

impl Object {
    /// The member of that name: exact spelling first, then any case. The last of several wins.
    pub fn member(&self, key: &str) -> Option<&Member> {
        let mut any_case = None;
        for member in self.members.iter().rev() {
            if member.key.len() == key.len() {
                if &*member.key == key {
                    return Some(member);
                }
                if any_case.is_none() && member.key.eq_ignore_ascii_case(key) {
                    any_case = Some(member);
                }
            }
        }
        any_case
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.member(key).map(|member| &member.value)
    }

    /// Sets a member, replacing one of the same name (any case) in its place.
    pub fn set(&mut self, key: Arc<str>, key_at: Location, value: Value) {
        match self.members.iter_mut().find(|member| member.key.eq_ignore_ascii_case(&key)) {
            Some(member) => member.value = value,
            None => self.members.push(Member { key, key_at, value }),
        }
    }
}

impl Default for Value {
    fn default() -> Self {
        Value::new(Kind::Null)
    }
}

impl Value {
    /// A value without a place, for results of functions; the evaluator gives it one.
    pub fn new(kind: Kind) -> Self {
        Value { kind, at: Location::default(), trace: None }
    }

    pub fn at(kind: Kind, at: Location) -> Self {
        Value { kind, at, trace: None }
    }

    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Value::new(Kind::String(text.into()))
    }

    pub fn bool(value: bool) -> Self {
        Value::new(Kind::Bool(value))
    }

    pub fn int(value: i64) -> Self {
        Value::new(Kind::Int(value))
    }

    pub fn array(items: Vec<Value>) -> Self {
        Value::new(Kind::Array(Arc::new(items)))
    }

    pub fn object(members: Vec<Member>) -> Self {
        Value::new(Kind::Object(Arc::new(Object { members })))
    }

    pub fn unknown(reason: UnknownReason, symbol: impl Into<Arc<str>>) -> Self {
        let secret = matches!(reason, UnknownReason::Secret(_));
        let parameters = match &reason {
            UnknownReason::Parameter(name) => vec![name.clone()],
            _ => Vec::new(),
        };
        Value::new(Kind::Unknown(Arc::new(Unknown { reason, symbol: symbol.into(), secret, parameters, partly: None })))
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self.kind {
            Kind::Int(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    pub fn as_unknown(&self) -> Option<&Arc<Unknown>> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The member of an object, any case; nothing for other kinds.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object().and_then(|object| object.get(key))
    }

    /// The first secret in it, itself included.
    pub fn secret_inside(&self) -> Option<&Value> {
        match &self.kind {
            Kind::Unknown(unknown) => unknown.secret.then_some(self),
            Kind::Array(items) => items.iter().find_map(Value::secret_inside),
            Kind::Object(object) => object.members.iter().find_map(|member| member.value.secret_inside()),
            _ => None,
        }
    }

    /// A string's text, or an unknown's symbol: what ids and names are matched by.
    pub fn symbol(&self) -> Option<Arc<str>> {
        match &self.kind {
            Kind::String(text) => Some(text.clone()),
            Kind::Unknown(unknown) => Some(unknown.symbol.clone()),
            Kind::Int(value) => Some(value.to_string().into()),
            Kind::Bool(value) => Some(if *value { "True" } else { "False" }.into()),
            _ => None,
        }
    }

    /// Name of the JSON type, for messages.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "bool",
            Kind::Int(_) => "int",
            Kind::Float(_) => "float",
            Kind::String(_) => "string",
            Kind::Array(_) => "array",
            Kind::Object(_) => "object",
            Kind::Unknown(_) => "unknown",
        }
    }

    /// Where the text of a value was written first: what stands on the way are expressions.
    pub fn origin(&self) -> Location {
        let steps = std::iter::successors(self.trace.as_deref(), |step| step.next.as_deref());
        steps.last().map_or(self.at, |first| first.at)
    }

    /// The same value, now standing at `at`; its old place becomes the first step of the trace.
    pub fn moved(mut self, at: Location, role: Role, name: &Arc<str>) -> Self {
        if self.at != at && self.at != Location::default() {
            self.trace = Some(Arc::new(Trace { role, name: name.clone(), at: self.at, next: self.trace }));
        }
        self.at = at;
        self
    }

    /// As `serde_json`, for output. An unknown becomes `{"$unknown": reason, "symbol": …}`.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Bool(value) => Json::Bool(*value),
            Kind::Int(value) => Json::from(*value),
            Kind::Float(value) => Json::from(*value),
            Kind::String(text) => Json::from(&**text),
            Kind::Array(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Kind::Object(object) => Json::Object(
                object.members.iter().map(|member| (member.key.to_string(), member.value.to_json())).collect(),
            ),
            Kind::Unknown(unknown) => {
                let mut map = serde_json::Map::new();
                map.insert("$unknown".into(), Json::from(unknown.reason.describe()));
                map.insert("symbol".into(), Json::from(&*unknown.symbol));
                Json::Object(map)
            }
        }
    }

    /// From `serde_json`, every part standing at `at`.
    pub fn from_json(json: &serde_json::Value, at: Location) -> Self {
        use serde_json::Value as Json;
        let kind = match json {
            Json::Null => Kind::Null,
            Json::Bool(value) => Kind::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(value) => Kind::Int(value),
                None => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Kind::String(text.as_str().into()),
            Json::Array(items) => Kind::Array(Arc::new(items.iter().map(|item| Value::from_json(item, at)).collect())),
            Json::Object(map) => Kind::Object(Arc::new(Object {
                members: map
                    .iter()
                    .map(|(key, value)| Member {
                        key: key.as_str().into(),
                        key_at: at,
                        value: Value::from_json(value, at),
                    })
                    .collect(),
            })),
        };
        Value::at(kind, at)
    }
}

/// Equality of data: case-sensitive strings, numbers by value, member order free; places do not count.
/// Two unknowns are equal when their symbols are.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Int(a), Kind::Int(b)) => a == b,
            (Kind::Float(a), Kind::Float(b)) => a == b,
            (Kind::Int(a), Kind::Float(b)) | (Kind::Float(b), Kind::Int(a)) => *a as f64 == *b,
            (Kind::String(a), Kind::String(b)) => a == b,
            (Kind::Array(a), Kind::Array(b)) => a == b,
            (Kind::Object(a), Kind::Object(b)) => {
                a.members.len() == b.members.len()
                    && a.members.iter().all(|member| b.get(&member.key).is_some_and(|other| *other == member.value))
            }
            (Kind::Unknown(a), Kind::Unknown(b)) => a.symbol == b.symbol,
            _ => false,
        }
    }
}
