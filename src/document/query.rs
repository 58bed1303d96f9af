//! JSONPath on [`Value`]s: plain paths are direct look-ups, the rest is the library's.

use super::value::{Kind, Value};
use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use jsonpath_rust::query::queryable::Queryable;
use std::sync::Arc;

/// One step of a plain path.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Name(Arc<str>),
    /// Several names, in written order.
    Names(Vec<Arc<str>>),
    Index(i64),
    Every,
}

/// A JSONPath, compiled once and run on many resources.
#[derive(Clone, Debug)]
pub struct CompiledPath {
    text: Arc<str>,
    plan: Plan,
}

#[derive(Clone, Debug)]
enum Plan {
    /// Names, lists of names, indices and `[*]` only.
    Steps(Vec<Step>),
    Library(Box<JpQuery>),
}

/// What a path selects.
#[derive(Debug, Default)]
pub struct Selected<'v> {
    /// The selected values in document order.
    pub values: Vec<&'v Value>,
    /// An unknown on the way hides what lies below it.
    pub hidden_by: Option<&'v Value>,
    /// The deepest value that exists where the path ends early, and the first name it lacks.
    pub missing: Option<(&'v Value, Arc<str>)>,
}

impl CompiledPath {
    /// Compiles an RFC 9535 path; the error is the library's message.
    pub fn new(text: &str) -> Result<Self, String> {
        let query = parse_json_path(text).map_err(|error| error.to_string())?;
        let steps: Option<Vec<Step>> = query.segments.iter().map(plain).collect();
        let plan = match steps {
            Some(steps) => Plan::Steps(steps),
            None => Plan::Library(Box::new(query)),
        };
        Ok(CompiledPath { text: text.into(), plan })
    }

    /// The path as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when the path names one place at most (no wildcard, filter or recursion).
    pub fn is_single(&self) -> bool {
        matches!(&self.plan, Plan::Steps(steps) if !steps.iter().any(|step| matches!(step, Step::Every | Step::Names(_))))
    }

    /// The one value at a path of names, where it is there, known and not null; nothing else is told.
    pub fn single<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        let Plan::Steps(steps) = &self.plan else { return None };
        let step = |value: &'v Value, step: &Step| match step {
            Step::Name(name) => value.get(name),
            _ => None,
        };
        let value = steps.iter().try_fold(root, step)?;
        (!value.is_null() && value.as_unknown().is_none()).then_some(value)
    }

    /// Runs the path on `root`.
    pub fn select<'v>(&self, root: &'v Value) -> Selected<'v> {
        let mut selected = Selected::default();
        match &self.plan {
            Plan::Steps(steps) => walk(root, steps, &mut selected),
            Plan::Library(query) => match js_path_process(query, root) {
                Ok(found) => selected.values = found.into_iter().map(|found| found.val()).collect(),
                Err(_) => selected.missing = Some((root, self.text.clone())),
            },
        }
        if matches!(self.plan, Plan::Library(_)) && selected.values.is_empty() {
            // A filter over an unknown array selects nothing; find out whether one stands on its plain head.
            let head = CompiledPath { text: self.text.clone(), plan: Plan::Steps(self.plain_head()) };
            let before = head.select(root);
            selected.hidden_by =
                before.hidden_by.or_else(|| before.values.into_iter().find(|value| value.as_unknown().is_some()));
            selected.missing = before.missing.or(selected.missing);
        }
        if selected.hidden_by.is_none()
            && let Some(names) = self.names_below()
        {
            let head = CompiledPath { text: self.text.clone(), plan: Plan::Steps(self.plain_head()) };
            selected.hidden_by = head.select(root).values.into_iter().find_map(|value| unknown_under(value, &names));
        }
        selected
    }

    /// The names on the path as far as they are plain, `*` for all, indices left out; and whether those are the path.
    pub fn names(&self) -> (Vec<String>, bool) {
        let steps = self.plain_head();
        let is_choice = |step: &Step| matches!(step, Step::Names(_));
        let is_whole = matches!(self.plan, Plan::Steps(_)) && !steps.iter().any(is_choice);
        let plain = steps.into_iter().take_while(|step| !is_choice(step));
        let names = plain.filter_map(|step| match step {
            Step::Name(name) => Some(name.to_string()),
            Step::Every => Some("*".to_owned()),
            _ => None,
        });
        (names.collect(), is_whole)
    }

    /// Of a path that searches at any depth, the names it goes through below there.
    fn names_below(&self) -> Option<Vec<&str>> {
        let Plan::Library(query) = &self.plan else { return None };
        let start = query.segments.iter().position(|segment| matches!(segment, Segment::Descendant(_)))?;
        let mut names: Vec<&str> = query.segments[start..]
            .iter()
            .filter_map(|segment| match segment {
                Segment::Selector(Selector::Name(name)) => Some(name.as_str()),
                Segment::Descendant(inner) => match &**inner {
                    Segment::Selector(Selector::Name(name)) => Some(name.as_str()),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        // What stands at the last name is selected, not hidden.
        if matches!(query.segments.last(), Some(Segment::Selector(Selector::Name(_)) | Segment::Descendant(_))) {
            names.pop();
        }
        Some(names)
    }

    fn plain_head(&self) -> Vec<Step> {
        match &self.plan {
            Plan::Steps(steps) => steps.clone(),
            Plan::Library(query) => query
                .segments
                .iter()
                .map_while(|segment| plain(segment).filter(|step| matches!(step, Step::Name(_) | Step::Names(_))))
                .collect(),
        }
    }
}

/// An unknown that stands at one of the names, at any depth.
fn unknown_under<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    match &value.kind {
        Kind::Array(items) => items.iter().find_map(|item| unknown_under(item, names)),
        Kind::Object(object) => object.members.iter().find_map(|member| {
            let is_named = names.iter().any(|name| name.eq_ignore_ascii_case(&member.key));
            if is_named && member.value.as_unknown().is_some() {
                Some(&member.value)
            } else {
                unknown_under(&member.value, names)
            }
        }),
        _ => None,
    }
}

/// The step a segment is, when it needs no library.
fn plain(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Selector(Selector::Name(name)) => Some(Step::Name(name.as_str().into())),
        Segment::Selector(Selector::Index(index)) => Some(Step::Index(*index)),
        Segment::Selector(Selector::Wildcard) => Some(Step::Every),
        Segment::Selectors(list) => {
            let names = list.iter().map(|selector| match selector {
                Selector::Name(name) => Some(name.as_str().into()),
                _ => None,
            });
            names.collect::<Option<_>>().map(Step::Names)
        }
        _ => None,
    }
}

fn walk<'v>(value: &'v Value, steps: &[Step], selected: &mut Selected<'v>) {
    let Some((step, rest)) = steps.split_first() else {
        selected.values.push(value);
        return;
    };
    if value.as_unknown().is_some() {
        selected.hidden_by.get_or_insert(value);
        return;
    }
    match step {
        Step::Name(name) => match value.get(name) {
            Some(next) => walk(next, rest, selected),
            None => {
                selected.missing.get_or_insert_with(|| (value, name.clone()));
            }
        },
        Step::Names(names) => {
            let found = names.iter().filter_map(|name| value.get(name));
            let mut is_empty = true;
            for next in found {
                is_empty = false;
                walk(next, rest, selected);
            }
            if is_empty && let Some(first) = names.first() {
                selected.missing.get_or_insert_with(|| (value, first.clone()));
            }
        }
        Step::Index(index) => {
            let items = value.as_array().unwrap_or_default();
            let at = if *index < 0 { items.len() as i64 + index } else { *index };
            match usize::try_from(at).ok().and_then(|at| items.get(at)) {
                Some(next) => walk(next, rest, selected),
                None => {
                    selected.missing.get_or_insert_with(|| (value, index.to_string().into()));
                }
            }
        }
        Step::Every => match &value.kind {
            Kind::Array(items) => items.iter().for_each(|item| walk(item, rest, selected)),
            Kind::Object(object) => object.members.iter().for_each(|member| walk(&member.value, rest, selected)),
            _ => {}
        },
    }
}

impl Value {
    /// The JSON pointer at which `target` (a reference into `self`) stands.
    pub fn pointer_of(&self, target: &Value) -> Option<String> {
        if std::ptr::eq(self, target) {
            return Some(String::new());
        }
        match &self.kind {
            Kind::Array(items) => items
                .iter()
                .enumerate()
                .find_map(|(index, item)| item.pointer_of(target).map(|rest| format!("/{index}{rest}"))),
            Kind::Object(object) => object.members.iter().find_map(|member| {
                member.value.pointer_of(target).map(|rest| format!("/{}{rest}", escape_pointer(&member.key)))
            }),
            _ => None,
        }
    }

    /// The value at a JSON pointer, names in any case.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        pointer.split('/').skip(1).try_fold(self, |value, part| match &value.kind {
            Kind::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ if part.contains('~') => value.get(&part.replace("~1", "/").replace("~0", "~")),
            _ => value.get(part),
        })
    }
}

fn escape_pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::string(text)
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::string(text)
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::bool(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::int(value)
    }
}
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::new(Kind::Float(value))
    }
}
impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::array(items)
    }
}

impl Queryable for Value {
    fn get(&self, key: &str) -> Option<&Self> {
        Value::get(self, key)
    }
    fn as_array(&self) -> Option<&Vec<Self>> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }
    fn as_object(&self) -> Option<Vec<(&str, &Self)>> {
        match &self.kind {
            Kind::Object(object) => Some(object.members.iter().map(|member| (&*member.key, &member.value)).collect()),
            _ => None,
        }
    }
    fn as_str(&self) -> Option<&str> {
        Value::as_str(self)
    }
    fn as_i64(&self) -> Option<i64> {
        self.as_int()
    }
    fn as_f64(&self) -> Option<f64> {
        match self.kind {
            Kind::Int(value) => Some(value as f64),
            Kind::Float(value) => Some(value),
            _ => None,
        }
    }
    fn as_bool(&self) -> Option<bool> {
        Value::as_bool(self)
    }
    fn null() -> Self {
        Value::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;
    use crate::source::SourceId;

    fn texts(path: &str, json: &str) -> Vec<String> {
        let root = parse(SourceId(0), json).expect("json").root;
        let path = CompiledPath::new(path).expect("path");
        path.select(&root).values.iter().map(|value| value.to_json().to_string()).collect()
    }

    #[test]
    fn plain_paths_filters_and_recursion_ignore_case() {
        let json = r#"{"Properties":{"rules":[{"name":"a","on":true},{"name":"b","on":false}]}}"#;
        assert_eq!(texts("$.properties.Rules[*].name", json), ["\"a\"", "\"b\""]);
        assert_eq!(texts("$.properties.rules[-1].name", json), ["\"b\""]);
        assert_eq!(texts("$.properties.rules[?@.on == true].name", json), ["\"a\""]);
        assert_eq!(texts("$..name", json), ["\"a\"", "\"b\""]);
    }

    #[test]
    fn the_deepest_present_parent_of_a_missing_property_is_told() {
        let root = parse(SourceId(0), r#"{"properties":{"a":{}}}"#).expect("json").root;
        let path = CompiledPath::new("$.properties.a.b.c").expect("path");
        let selected = path.select(&root);
        let (parent, name) = selected.missing.expect("missing");
        assert_eq!((root.pointer_of(parent).as_deref(), &*name), (Some("/properties/a"), "b"));
    }
}
