//! One expression with the names and facts it may use, as a case file states them: what `archlint eval --batch` runs.

use super::evaluate::{Evaluator, MAX_EVALUATION_DEPTH};
use super::functions::date;
use super::scope::{Facts, Level, Nested, ResourcePart, Scope, Site};
use crate::document::{Kind, Role, Value};
use crate::source::Location;
use std::cell::{Cell, RefCell};

/// What an expression gives.
#[derive(Clone, Debug)]
pub enum Answer {
    Value(Value),
    Error(String),
}

struct CaseScope<'c> {
    case: &'c Value,
    facts: Facts,
    site: Site,
    /// Where the names of variables being evaluated are kept, to tell circles.
    open: RefCell<Vec<String>>,
    depth: Cell<usize>,
    made: Cell<i64>,
}

/// Evaluates a case: `expression`, and where it has them `parameters`, `variables`, `functions` and `context`.
pub fn evaluate_case(case: &Value) -> Answer {
    let empty = Value::default();
    let context = case.get("context").unwrap_or(&empty);
    let scope = CaseScope {
        case,
        facts: facts(context),
        site: site(context),
        open: RefCell::default(),
        depth: Cell::new(0),
        made: Cell::new(0),
    };
    let failure = RefCell::new(None);
    let report = |_: Location, message: String| {
        failure.borrow_mut().get_or_insert(message);
    };
    let value = Evaluator::new(&scope, &report).value(case.get("expression").unwrap_or(&empty));
    match failure.into_inner() {
        Some(message) => Answer::Error(message),
        None => Answer::Value(value),
    }
}

fn site(context: &Value) -> Site {
    match context.get("location").and_then(Value::as_str).unwrap_or_default() {
        "parameterDefault" => Site::ParameterDefault,
        "parameterFile" => Site::ParameterFile,
        "variable" => Site::Variable,
        "output" => Site::Output,
        _ => Site::Resource,
    }
}

fn facts(context: &Value) -> Facts {
    let level = match context.get("scope").and_then(Value::as_str).unwrap_or_default() {
        "subscription" => Level::Subscription,
        "managementGroup" => Level::ManagementGroup,
        "tenant" => Level::Tenant,
        _ => Level::ResourceGroup,
    };
    let mut facts = Facts::unstated(level);
    if let Some(subscription) = context.get("subscription") {
        facts.subscription = subscription.clone();
        facts.place_in_resource_group(super::scope::runtime("resourceGroup().name"), None);
    }
    let stated = |name: &str, fact: &mut Value| {
        if let Some(value) = context.get(name) {
            *fact = value.clone();
        }
    };
    stated("resourceGroup", &mut facts.resource_group);
    stated("managementGroup", &mut facts.management_group);
    stated("tenant", &mut facts.tenant);
    stated("deployment", &mut facts.deployment);
    stated("deployer", &mut facts.deployer);
    facts.now =
        context.get("now").and_then(|now| date::call("datetimetoepoch", std::slice::from_ref(now))?.ok()?.as_int());
    facts
}

impl CaseScope<'_> {
    fn named(&self, section: &str, name: &str) -> Option<&Value> {
        self.case.get(section)?.get(name)
    }
}

impl Scope for CaseScope<'_> {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn site(&self) -> Site {
        self.site
    }

    /// Given values are literal.
    fn parameter(&self, name: &str) -> Result<Value, String> {
        self.named("parameters", name).cloned().ok_or_else(|| format!("there is no parameter '{name}'"))
    }

    fn variable(&self, name: &str) -> Result<Value, String> {
        let written = self.named("variables", name).ok_or_else(|| format!("there is no variable '{name}'"))?;
        let folded = name.to_ascii_lowercase();
        if self.open.borrow().contains(&folded) {
            return Err(format!("the variable '{name}' depends on itself"));
        }
        let _nested = Nested::enter(&self.depth, MAX_EVALUATION_DEPTH)
            .ok_or_else(|| format!("evaluation nests deeper than {MAX_EVALUATION_DEPTH} levels"))?;
        self.open.borrow_mut().push(folded);
        let failure = RefCell::new(None);
        let report = |_: Location, message: String| {
            failure.borrow_mut().get_or_insert(message);
        };
        let value = Evaluator::new(self, &report).value(written);
        self.open.borrow_mut().pop();
        match failure.into_inner() {
            Some(message) => Err(message),
            None => Ok(value.moved(Location::default(), Role::Variable, &name.into())),
        }
    }

    fn copy_index(&self, name: Option<&str>) -> Result<Value, String> {
        let copy = self.case.get("context").and_then(|context| context.get("copy"));
        let own = copy.and_then(|copy| copy.get("name")).and_then(Value::as_str);
        match copy.and_then(|copy| copy.get("index")) {
            Some(index) if name.is_none_or(|name| own.is_some_and(|own| own.eq_ignore_ascii_case(name))) => {
                Ok(Value::new(index.kind.clone()))
            }
            _ => Err("copyIndex() stands outside of a copy loop".to_owned()),
        }
    }

    fn user_function(&self, namespace: &str, name: &str) -> Option<Value> {
        declared_function(self.case.get("functions")?, namespace, name)
    }

    fn resource(&self, _: &str, _: ResourcePart) -> Option<Result<Value, String>> {
        None
    }

    fn external_input(&self, name: &str, config: &str) -> Option<Value> {
        self.case.get("context")?.get("externalInputs")?.get(name)?.get(config).cloned()
    }

    fn depth(&self) -> &Cell<usize> {
        &self.depth
    }

    fn room(&self, values: i64) -> bool {
        self.made.set(self.made.get().saturating_add(values));
        self.made.get() <= super::scope::MAX_VALUES
    }
}

/// A function in a template's `functions` section.
pub fn declared_function(functions: &Value, namespace: &str, name: &str) -> Option<Value> {
    let Kind::Array(list) = &functions.kind else { return None };
    list.iter()
        .filter(|group| {
            group.get("namespace").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(namespace))
        })
        .find_map(|group| group.get("members")?.get(name).cloned())
}
