//! Deployments under evaluation: names looked up on demand, each evaluated once, circles told.

use super::case::declared_function;
use super::declare::{self, Declared};
use super::evaluate::{Evaluator, MAX_EVALUATION_DEPTH, opened, property};
use super::functions::arguments;
use super::parameters::{self, Declaration, Given};
use super::scope::{Facts, MAX_VALUES, Nested, ResourcePart, Scope, Site, runtime};
use super::template::position;
use crate::document::{Kind, Member, Object, Role, UnknownReason, Value};
use crate::source::{Location, SourceId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Reads a linked template: the source that links it and the relative path.
pub type Linked<'i> = dyn Fn(SourceId, &str) -> Option<Result<Value, String>> + 'i;

/// Something wrong with a template, at the text that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub at: Location,
    pub message: String,
}

/// What one expansion shares.
pub struct Session<'i> {
    pub deployments: RefCell<Vec<Rc<Deployment>>>,
    /// Declared resources by id in lower case: deployment, position.
    pub by_id: RefCell<HashMap<String, (usize, usize)>>,
    pub faults: RefCell<Vec<Fault>>,
    /// Parts of the input that could not be read, in words.
    pub gaps: RefCell<Vec<(Location, String)>>,
    pub linked: &'i Linked<'i>,
    /// Values tried for parameters that have none.
    pub trial: &'i [(Arc<str>, Value)],
    /// Where texts of the template stand that may be secrets, when that was noted.
    pub noticed: Option<&'i [u32]>,
    pub resources: Cell<usize>,
    depth: Cell<usize>,
    made: Cell<i64>,
}

/// A value that is evaluated on first use.
#[derive(Clone, Debug, Default)]
enum Slot {
    #[default]
    Waiting,
    Open,
    Known(Value),
}

/// The entries of the `copy` of the variables section.
fn copied_variables(template: &Value) -> &[Value] {
    template.get("variables").and_then(|variables| variables.get("copy")).and_then(Value::as_array).unwrap_or_default()
}

/// Where a nested deployment's expressions are evaluated when not in itself.
#[derive(Debug)]
pub struct Outer {
    pub deployment: usize,
    pub loops: Vec<Loop>,
}

/// A resource copy loop's state.
#[derive(Clone, Debug)]
pub struct Loop {
    pub name: Arc<str>,
    pub index: Value,
}

/// One template under evaluation.
#[derive(Debug)]
pub struct Deployment {
    pub number: usize,
    /// Deployments around it.
    pub level: usize,
    pub template: Value,
    pub facts: Facts,
    /// The deployment that declares it, and the loops it stands in.
    pub parent: Option<Outer>,
    /// Expressions are evaluated in the parent (`expressionEvaluationOptions` scope `outer`).
    pub is_outer: bool,
    pub given: Vec<Given>,
    /// Names under which the text declares it, outermost first.
    pub path: Arc<str>,
    /// The condition, when it is not known, of a deployment around it.
    pub undecided: Option<Value>,
    pub declared: RefCell<Vec<Rc<Declared>>>,
    pub symbols: RefCell<HashMap<String, Vec<usize>>>,
    parameters: RefCell<Vec<Slot>>,
    variables: RefCell<Vec<Slot>>,
    /// Variables that the `copy` of the variables section makes.
    copied: RefCell<Vec<Slot>>,
    outputs: RefCell<Slot>,
}

impl Deployment {
    pub fn new(number: usize, template: Value, facts: Facts, given: Vec<Given>) -> Self {
        let count = |name: &str| template.get(name).and_then(Value::as_object).map_or(0, |object| object.members.len());
        let (parameters, variables) = (count("parameters"), count("variables"));
        Deployment {
            number,
            level: 0,
            facts,
            parent: None,
            is_outer: false,
            given,
            path: "".into(),
            undecided: None,
            declared: RefCell::default(),
            symbols: RefCell::default(),
            parameters: RefCell::new(vec![Slot::Waiting; parameters]),
            variables: RefCell::new(vec![Slot::Waiting; variables]),
            copied: RefCell::new(vec![Slot::Waiting; copied_variables(&template).len()]),
            outputs: RefCell::default(),
            template,
        }
    }
}

impl<'i> Session<'i> {
    pub fn new(linked: &'i Linked<'i>, trial: &'i [(Arc<str>, Value)]) -> Self {
        Session {
            deployments: RefCell::default(),
            by_id: RefCell::default(),
            faults: RefCell::default(),
            gaps: RefCell::default(),
            linked,
            trial,
            noticed: None,
            resources: Cell::new(0),
            depth: Cell::new(0),
            made: Cell::new(0),
        }
    }

    pub fn deployment(&self, number: usize) -> Rc<Deployment> {
        self.deployments.borrow()[number].clone()
    }

    /// Notes a fault once.
    pub fn fault(&self, code: &'static str, at: Location, message: String) {
        let fault = Fault { code, at, message };
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// The frame in which a deployment's own text is evaluated.
    pub fn frame(&self, deployment: &Rc<Deployment>, loops: &[Loop], site: Site) -> Frame<'_, 'i> {
        let mut home = deployment.clone();
        let mut loops = loops.to_vec();
        while home.is_outer {
            let Some(parent) = &home.parent else { break };
            loops.extend(parent.loops.iter().cloned());
            let number = parent.deployment;
            home = self.deployment(number);
        }
        Frame { session: self, own: deployment.clone(), home, loops, site }
    }

    /// The outputs of a deployment, as `{name: {type, value}}`.
    pub fn outputs(&self, deployment: &Rc<Deployment>) -> Value {
        match &*deployment.outputs.borrow() {
            Slot::Known(value) => return value.clone(),
            Slot::Open => return runtime("outputs"),
            Slot::Waiting => {}
        }
        *deployment.outputs.borrow_mut() = Slot::Open;
        let mut members = Vec::new();
        if let Some(outputs) = deployment.template.get("outputs").and_then(Value::as_object) {
            for output in &outputs.members {
                let frame = self.frame(deployment, &[], Site::Output);
                let decided = output.value.get("condition").map(|condition| frame.value(condition));
                if decided.as_ref().and_then(Value::as_bool) == Some(false) {
                    continue;
                }
                let value = match (output.value.get("value"), output.value.get("copy")) {
                    (Some(value), _) => frame.value(value),
                    (None, Some(copy)) => frame.repeated(copy, &output.key),
                    (None, None) => continue,
                };
                let value = value.moved(Location::default(), Role::Output, &output.key);
                let kind = output.value.get("type").cloned().unwrap_or_default();
                let entry = Value::at(
                    Kind::Object(Arc::new(Object {
                        members: vec![
                            Member { key: "type".into(), key_at: output.key_at, value: kind },
                            Member { key: "value".into(), key_at: output.key_at, value },
                        ],
                    })),
                    output.value.at,
                );
                members.push(Member { key: output.key.clone(), key_at: output.key_at, value: entry });
            }
        }
        let value = Value::object(members);
        *deployment.outputs.borrow_mut() = Slot::Known(value.clone());
        value
    }
}

/// A place in a deployment from which expressions look.
pub struct Frame<'s, 'i> {
    pub session: &'s Session<'i>,
    /// The deployment the text stands in.
    pub own: Rc<Deployment>,
    /// The deployment whose names it sees.
    pub home: Rc<Deployment>,
    /// Innermost last.
    pub loops: Vec<Loop>,
    pub site: Site,
}

impl Frame<'_, '_> {
    /// The value with its expressions evaluated; errors are noted at their text.
    pub fn value(&self, value: &Value) -> Value {
        let report = |at: Location, message: String| self.session.fault("invalid-expression", at, message);
        Evaluator::new(self, &report).value(value)
    }

    pub fn copy_count(&self, count: &Value) -> Option<i64> {
        let report = |at: Location, message: String| self.session.fault("invalid-copy", at, message);
        Evaluator::new(self, &report).copy_count(count)
    }

    /// The array of an output's `copy`.
    fn repeated(&self, copy: &Value, name: &Arc<str>) -> Value {
        let Some(input) = copy.get("input") else { return Value::default() };
        let count = copy.get("count").map(|count| self.value(count)).unwrap_or_default();
        let Some(count) = self.copy_count(&count).filter(|count| self.room(*count)) else {
            return runtime(&format!("outputs.{name}"));
        };
        let items = (0..count).map(|index| {
            let mut loops = self.loops.clone();
            loops.push(Loop { name: name.clone(), index: Value::int(index) });
            Frame { session: self.session, own: self.own.clone(), home: self.home.clone(), loops, site: self.site }
                .value(input)
        });
        Value::at(Kind::Array(Arc::new(items.collect())), copy.at)
    }

    fn frame_of(&self, deployment: &Rc<Deployment>, site: Site) -> Self {
        Frame { session: self.session, own: deployment.clone(), home: deployment.clone(), loops: Vec::new(), site }
    }

    fn parameter_value(&self, index: usize) -> Value {
        let deployment = &self.home;
        let section = deployment.template.get("parameters").and_then(Value::as_object);
        let Some(member) = section.and_then(|object| object.members.get(index)) else { return Value::default() };
        let declaration = Declaration::new(member, &deployment.template);
        let name = &member.key;
        let given = deployment.given.iter().rev().find(|given| given.name.eq_ignore_ascii_case(name));
        let value = match given {
            // Null means not given.
            Some(given) => self.given_value(given, &declaration).filter(|value| {
                !value.is_null() || declaration.is_nullable() || declaration.word("defaultValue").is_none()
            }),
            None => None,
        };
        let value = value.unwrap_or_else(|| self.default_value(&declaration));
        if declaration.is_secure() { hidden(value, name) } else { value }
    }

    fn given_value(&self, given: &Given, declaration: &Declaration) -> Option<Value> {
        let name = &declaration.member.key;
        let from_parent = self.home.parent.is_some();
        // A whole entry may be an expression or a copy that makes `{"value": …}`.
        let is_made = given.entry.as_str().is_some() || given.entry.get("copy").is_some();
        let computed = self.home.parent.as_ref().filter(|_| is_made).map(|parent| {
            let outer = self.session.deployment(parent.deployment);
            self.session.frame(&outer, &parent.loops, Site::Resource).value(&given.entry)
        });
        if let Some(computed) = computed.as_ref().filter(|computed| computed.as_unknown().is_some()) {
            let value = property(computed, "value").unwrap_or_default();
            return Some(Value { at: computed.at, ..value }.moved(Location::default(), Role::Parameter, name));
        }
        let entry = computed.as_ref().unwrap_or(&given.entry);
        if let Some(reference) = entry.get("reference") {
            let what = format!("parameter '{name}', kept in a key vault,");
            let value = Value::unknown(UnknownReason::Secret(what.into()), format!("‹parameters('{name}')›"));
            let role = if from_parent { Role::Parameter } else { Role::ParameterFile };
            return Some(Value { at: reference.at, ..value }.moved(Location::default(), role, name));
        }
        let written = entry.get("value").or_else(|| entry.get("expression"))?;
        let (value, role) = match &self.home.parent {
            Some(_) if computed.is_some() => (written.clone(), Role::Parameter),
            Some(parent) => {
                let number = parent.deployment;
                let outer = self.session.deployment(number);
                (self.session.frame(&outer, &parent.loops, Site::Resource).value(written), Role::Parameter)
            }
            None if entry.get("commandLine").is_some() => (written.clone(), Role::CommandLine),
            None if entry.get("expression").is_some() => {
                (self.frame_of(&self.home, Site::ParameterFile).value(written), Role::ParameterFile)
            }
            None => (written.clone(), Role::ParameterFile),
        };
        let replaced = value.is_null() && declaration.word("defaultValue").is_some();
        if let Some(message) = declaration.refuses(&value).filter(|_| !replaced) {
            self.session.fault("invalid-parameter", value.at, message);
        }
        Some(value.moved(Location::default(), role, name))
    }

    fn default_value(&self, declaration: &Declaration) -> Value {
        let name = &declaration.member.key;
        if let Some(default) = declaration.word("defaultValue") {
            let value = self.frame_of(&self.home, Site::ParameterDefault).value(default);
            return value.moved(Location::default(), Role::ParameterDefault, name);
        }
        let at = declaration.member.key_at;
        if declaration.is_nullable() {
            return Value { at, ..Value::default() }.moved(Location::default(), Role::Parameter, name);
        }
        let symbol = format!("‹parameters('{name}')›");
        let value = if self.home.parent.is_some() {
            let message = format!("the deployment gives no value for the parameter '{name}'");
            self.session.fault("missing-parameter", at, message.clone());
            Value::unknown(UnknownReason::Error(message.into()), symbol)
        } else if let Some((_, tried)) = self.session.trial.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            tried.clone()
        } else {
            Value::unknown(UnknownReason::Parameter(name.clone()), symbol)
        };
        Value { at, ..value }.moved(Location::default(), Role::Parameter, name)
    }

    fn variable_value(&self, index: usize) -> Option<Value> {
        let section = self.home.template.get("variables")?.as_object()?;
        let member = section.members.get(index)?;
        let value = self.frame_of(&self.home, Site::Variable).value(&member.value);
        Some(value.moved(Location::default(), Role::Variable, &member.key))
    }

    /// A variable that the `copy` of the variables section makes.
    fn copied_variable(&self, index: usize, name: &str) -> Option<Value> {
        let entry = copied_variables(&self.home.template).get(index)?;
        // Evaluated as the property copy it is spelled as.
        let list = Value { at: entry.at, ..Value::array(vec![entry.clone()]) };
        let holder = Value::object(vec![Member { key: "copy".into(), key_at: entry.at, value: list }]);
        let made = self.frame_of(&self.home, Site::Variable).value(&holder);
        let value = made.get(name)?.clone();
        Some(value.moved(Location::default(), Role::Variable, &name.into()))
    }

    fn looked_up(
        &self,
        what: &str,
        name: &str,
        slots: &RefCell<Vec<Slot>>,
        index: usize,
        make: impl FnOnce() -> Value,
    ) -> Result<Value, String> {
        match &slots.borrow()[index] {
            Slot::Known(value) => return Ok(value.clone()),
            Slot::Open => return Err(format!("the {what} '{name}' depends on itself")),
            Slot::Waiting => {}
        }
        let _nested = Nested::enter(&self.session.depth, MAX_EVALUATION_DEPTH)
            .ok_or_else(|| format!("evaluation nests deeper than {MAX_EVALUATION_DEPTH} levels"))?;
        slots.borrow_mut()[index] = Slot::Open;
        let value = make();
        slots.borrow_mut()[index] = Slot::Known(value.clone());
        Ok(value)
    }

    /// The declared resource that a symbolic name, a resource id or a plain name means.
    fn target(&self, name: &str) -> Option<(Rc<Deployment>, Vec<usize>)> {
        for deployment in [&self.home, &self.own] {
            let symbols = deployment.symbols.borrow();
            if let Some(found) = symbols.get(&name.to_ascii_lowercase()) {
                return Some((deployment.clone(), found.clone()));
            }
        }
        let by_id = self.session.by_id.borrow().get(&name.to_lowercase()).copied();
        if let Some((deployment, index)) = by_id {
            return Some((self.session.deployment(deployment), vec![index]));
        }
        if name.contains('/') {
            return None;
        }
        for deployment in [&self.own, &self.home] {
            let declared = deployment.declared.borrow();
            let same = |one: &Rc<Declared>| arguments::symbol_of(&one.identity.name).eq_ignore_ascii_case(name);
            if let Some(index) = declared.iter().position(same) {
                return Some((deployment.clone(), vec![index]));
            }
        }
        None
    }

    fn part(&self, deployment: &Rc<Deployment>, index: usize, part: ResourcePart) -> Option<Value> {
        let declared = deployment.declared.borrow().get(index)?.clone();
        let id = arguments::symbol_of(&declared.identity.id);
        let full = if part == ResourcePart::Full { ", 'full'" } else { "" };
        let live = runtime(&format!("reference('{id}'{full})"));
        let symbol = arguments::symbol_of(&live);
        let known = match part {
            ResourcePart::Info => return Some(declare::info(&declared)),
            _ if declared.existing => None,
            ResourcePart::Full => declare::full(self.session, deployment, &declared),
            _ => declare::properties(self.session, deployment, &declared),
        };
        let value = match known {
            Some(known) if known.as_object().is_some() => opened(known, &live, symbol),
            _ => live,
        };
        let name: Arc<str> = declared.short_name().into();
        Some(Value { at: declared.raw.at, ..value }.moved(Location::default(), Role::ReferencedResource, &name))
    }
}

/// A secure parameter's value, unless there is nothing to hide. Of an object or array it is the texts and numbers in it
/// that are hidden: which members there are, and switches among them, are not secret.
fn hidden(value: Value, name: &Arc<str>) -> Value {
    hidden_at(value, name, "")
}

fn hidden_at(value: Value, name: &Arc<str>, path: &str) -> Value {
    if parameters::is_empty(&value) || value.as_unknown().is_some_and(|unknown| unknown.secret) {
        return value;
    }
    let kind = match &value.kind {
        Kind::Bool(_) if !path.is_empty() => return value,
        Kind::Object(object) => {
            let members = object.members.iter().map(|member| Member {
                value: hidden_at(member.value.clone(), name, &format!("{path}.{}", member.key)),
                ..member.clone()
            });
            Kind::Object(Arc::new(Object { members: members.collect() }))
        }
        Kind::Array(items) => {
            let each = items.iter().enumerate();
            Kind::Array(Arc::new(
                each.map(|(at, item)| hidden_at(item.clone(), name, &format!("{path}[{at}]"))).collect(),
            ))
        }
        _ => {
            let what = format!("the value of the secure parameter '{name}'");
            let symbol = format!("‹parameters('{name}'){path}›");
            let mut secret = Value::unknown(UnknownReason::Secret(what.into()), symbol);
            if let (Kind::Unknown(own), Some(unknown)) = (&mut secret.kind, value.as_unknown()) {
                let own = Arc::make_mut(own);
                own.symbol = unknown.symbol.clone();
                own.parameters = unknown.parameters.clone();
            }
            secret.kind
        }
    };
    Value { kind, at: value.at, trace: value.trace }
}

impl Scope for Frame<'_, '_> {
    fn facts(&self) -> &Facts {
        &self.home.facts
    }

    fn site(&self) -> Site {
        self.site
    }

    fn parameter(&self, name: &str) -> Result<Value, String> {
        let index = position(self.home.template.get("parameters"), name)
            .ok_or_else(|| format!("the template declares no parameter '{name}'"))?;
        self.looked_up("parameter", name, &self.home.parameters, index, || self.parameter_value(index))
    }

    fn variable(&self, name: &str) -> Result<Value, String> {
        match position(self.home.template.get("variables"), name) {
            Some(index) => self.looked_up("variable", name, &self.home.variables, index, || {
                self.variable_value(index).unwrap_or_default()
            }),
            None => {
                let is_it = |entry: &Value| {
                    entry.get("name").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(name))
                };
                let index = copied_variables(&self.home.template).iter().position(is_it);
                let index = index.ok_or_else(|| format!("the template declares no variable '{name}'"))?;
                self.looked_up("variable", name, &self.home.copied, index, || {
                    self.copied_variable(index, name).unwrap_or_default()
                })
            }
        }
    }

    fn copy_index(&self, name: Option<&str>) -> Result<Value, String> {
        let found = match name {
            None => self.loops.last(),
            Some(name) => self.loops.iter().rev().find(|one| one.name.eq_ignore_ascii_case(name)),
        };
        found.map(|one| one.index.clone()).ok_or_else(|| match name {
            Some(name) => format!("no copy loop is named '{name}' here"),
            None => "copyIndex() stands outside of a copy loop".to_owned(),
        })
    }

    fn user_function(&self, namespace: &str, name: &str) -> Option<Value> {
        declared_function(self.home.template.get("functions")?, namespace, name)
    }

    fn resource(&self, name: &str, part: ResourcePart) -> Option<Result<Value, String>> {
        let (deployment, found) = self.target(name)?;
        if part == ResourcePart::Instances {
            let items: Option<Vec<Value>> =
                found.iter().map(|&index| self.part(&deployment, index, ResourcePart::Properties)).collect();
            return items.map(|items| Ok(Value::array(items)));
        }
        self.part(&deployment, *found.first()?, part).map(Ok)
    }

    fn external_input(&self, _: &str, _: &str) -> Option<Value> {
        None
    }

    fn depth(&self) -> &Cell<usize> {
        &self.session.depth
    }

    fn room(&self, values: i64) -> bool {
        let made = self.session.made.get().saturating_add(values);
        self.session.made.set(made);
        made <= MAX_VALUES
    }
}
