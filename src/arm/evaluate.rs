//! Expressions and values with expressions in them, evaluated as Azure does, with unknowns that spread only as far as
//! they must. An error makes the one value unknown and is reported at its text; everything else goes on.

use super::expression::{Call, Expression, Text, classify, parse};
use super::functions::{self, arguments, comparison, resource_id};
use super::scope::{Level, MAX_VALUES, Nested, ResourcePart, Scope, Site, runtime};
use crate::document::{Kind, Member, Object, Role, UnknownReason, Value};
use crate::source::Location;
use std::sync::Arc;

/// Most evaluations inside each other (a variable that uses a variable that …).
pub const MAX_EVALUATION_DEPTH: usize = 200;

/// Most instances of one copy loop (learn.microsoft.com/azure/azure-resource-manager/templates/copy-resources#copy-limits).
pub const MAX_COPIES: i64 = 800;

/// Variables of lambdas in force, innermost first.
pub struct Locals<'l> {
    pub name: &'l str,
    pub value: Value,
    pub outer: Option<&'l Locals<'l>>,
}

/// Property copy loops in force, innermost first.
pub struct Loop<'l> {
    pub name: &'l str,
    pub index: Value,
    pub outer: Option<&'l Loop<'l>>,
}

/// Evaluates in one scope.
pub struct Evaluator<'s> {
    pub scope: &'s dyn Scope,
    /// Takes errors with the place of the text that is wrong.
    pub report: &'s dyn Fn(Location, String),
}

impl<'s> Evaluator<'s> {
    pub fn new(scope: &'s dyn Scope, report: &'s dyn Fn(Location, String)) -> Self {
        Evaluator { scope, report }
    }

    /// The value with every expression in it evaluated and every property copy unrolled.
    pub fn value(&self, value: &Value) -> Value {
        self.changed(value, None).unwrap_or_else(|| value.clone())
    }

    /// One string of a template. Its result stands at the string's place.
    pub fn text(&self, text: &str, at: Location) -> Value {
        self.text_in(text, at, None).unwrap_or_else(|| Value::at(Kind::String(text.into()), at))
    }

    /// Nothing when the value holds no expression, so that literals are shared, not copied.
    fn changed(&self, value: &Value, loops: Option<&Loop>) -> Option<Value> {
        match &value.kind {
            Kind::String(text) => self.text_in(text, value.at, loops),
            Kind::Array(items) => {
                let (first, new) =
                    items.iter().enumerate().find_map(|(at, item)| self.changed(item, loops).map(|new| (at, new)))?;
                let mut list = Vec::with_capacity(items.len());
                list.extend_from_slice(&items[..first]);
                list.push(new);
                list.extend(
                    items[first + 1..].iter().map(|item| self.changed(item, loops).unwrap_or_else(|| item.clone())),
                );
                Some(Value { kind: Kind::Array(Arc::new(list)), at: value.at, trace: value.trace.clone() })
            }
            Kind::Object(object) => {
                let members = &object.members;
                let (first, new) = members
                    .iter()
                    .enumerate()
                    .find_map(|(at, member)| self.changed_member(member, loops).map(|new| (at, new)))?;
                let mut list: Vec<Member> = Vec::with_capacity(members.len());
                list.extend_from_slice(&members[..first]);
                list.extend(new);
                for member in &members[first + 1..] {
                    match self.changed_member(member, loops) {
                        Some(new) => list.extend(new),
                        None => list.push(member.clone()),
                    }
                }
                let kind = Kind::Object(Arc::new(Object { members: list }));
                Some(Value { kind, at: value.at, trace: value.trace.clone() })
            }
            _ => None,
        }
    }

    fn changed_member(&self, member: &Member, loops: Option<&Loop>) -> Option<Vec<Member>> {
        if let Some(copies) = property_copies(member) {
            return Some(copies.iter().filter_map(|copy| self.unrolled(copy, loops)).collect());
        }
        let value = self.changed(&member.value, loops);
        let key = member.key.starts_with('[').then(|| self.text_in(&member.key, member.key_at, loops)).flatten();
        if value.is_none() && key.is_none() {
            return None;
        }
        let key = key.map_or_else(|| member.key.clone(), |key| arguments::symbol_of(&key).into());
        Some(vec![Member { key, key_at: member.key_at, value: value.unwrap_or_else(|| member.value.clone()) }])
    }

    /// One entry of a property `copy`, as the array it stands for.
    fn unrolled(&self, copy: &Value, loops: Option<&Loop>) -> Option<Member> {
        let entry = copy.as_object()?;
        let named = entry.get("name")?;
        let (Some(input), Some(count)) = (entry.get("input"), entry.get("count")) else { return None };
        let name = self.changed(named, loops).unwrap_or_else(|| named.clone());
        let key: Arc<str> = arguments::symbol_of(&name).into();
        let count = self.changed(count, loops).unwrap_or_else(|| count.clone());
        let items = match self.copy_count(&count) {
            Some(count) if !self.scope.room(count) => {
                let message = format!("loops make more than {MAX_VALUES} values");
                (self.report)(copy.at, message.clone());
                Value::unknown(UnknownReason::Error(message.into()), format!("‹copy('{key}')›"))
            }
            Some(count) => {
                let items = (0..count).map(|index| {
                    let inner = Loop { name: &key, index: Value::int(index), outer: loops };
                    self.changed(input, Some(&inner)).unwrap_or_else(|| input.clone())
                });
                Value::at(Kind::Array(Arc::new(items.collect())), copy.at)
            }
            None => {
                let symbol = format!("‹copy('{key}', {})›", arguments::without_hole(&arguments::symbol_of(&count)));
                let open = arguments::derived([&count], symbol.clone());
                open.unwrap_or_else(|| Value::unknown(UnknownReason::Error("the copy count is wrong".into()), symbol))
            }
        };
        Some(Member { key, key_at: named.at, value: Value { at: copy.at, ..items } })
    }

    /// A copy count within its limit; nothing when it is not known or wrong (which is reported).
    pub fn copy_count(&self, count: &Value) -> Option<i64> {
        match &count.kind {
            Kind::Int(count) if (0..=MAX_COPIES).contains(count) => return Some(*count),
            Kind::Int(wrong) => {
                let message = format!("a copy loop makes 0 to {MAX_COPIES} instances, not {wrong}");
                (self.report)(count.at, message);
            }
            Kind::Unknown(_) => {}
            _ => (self.report)(count.at, format!("a copy count is an integer, not {}", count.type_name())),
        }
        None
    }

    fn text_in(&self, text: &str, at: Location, loops: Option<&Loop>) -> Option<Value> {
        let inside = match classify(text) {
            Text::Literal(_) => return None,
            Text::Escaped(text) => return Some(Value::at(Kind::String(text.into()), at)),
            Text::Expression(inside) => inside,
        };
        let result = parse(inside).and_then(|tree| Run { evaluator: self, loops }.evaluate(&tree, None));
        Some(match result {
            Ok(value) => value.moved(at, Role::Expression, &"".into()),
            Err(message) => {
                (self.report)(at, message.clone());
                let symbol = arguments::bounded(format!("‹{inside}›"));
                let mut value = Value::unknown(UnknownReason::Error(message.into()), symbol);
                value.at = at;
                value
            }
        })
    }

    /// A parsed expression; the error is a sentence for people.
    pub fn expression(&self, tree: &Expression) -> Result<Value, String> {
        Run { evaluator: self, loops: None }.evaluate(tree, None)
    }
}

/// The entries of a member that is a property copy.
fn property_copies(member: &Member) -> Option<&[Value]> {
    if !member.key.eq_ignore_ascii_case("copy") {
        return None;
    }
    let entries = member.value.as_array()?;
    let is_loop = |entry: &Value| ["name", "count", "input"].iter().all(|word| entry.get(word).is_some());
    (!entries.is_empty() && entries.iter().all(is_loop)).then_some(entries)
}

/// The evaluation of one expression.
pub(super) struct Run<'r> {
    pub(super) evaluator: &'r Evaluator<'r>,
    loops: Option<&'r Loop<'r>>,
}

type Outcome = Result<Value, String>;

impl Run<'_> {
    pub(super) fn evaluate(&self, tree: &Expression, locals: Option<&Locals>) -> Outcome {
        match tree {
            Expression::Text(text) => Ok(Value::string(text.clone())),
            Expression::Integer(number) => Ok(Value::int(*number)),
            Expression::Property(base, name) => property(&self.evaluate(base, locals)?, name),
            Expression::Index(base, index) => {
                let base = self.evaluate(base, locals)?;
                element(&base, &self.evaluate(index, locals)?)
            }
            Expression::Call(call) => self.call(call, locals),
        }
    }

    fn call(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        if let Some(namespace) = &call.namespace {
            let args = self.arguments(call, locals)?;
            return self.user_function(namespace, &call.name, args);
        }
        let name = &*call.folded;
        match name {
            "if" => return self.choice(call, locals),
            "and" => return self.connective(call, locals, "and", false),
            "or" => return self.connective(call, locals, "or", true),
            "coalesce" => return self.coalesce(call, locals),
            "lambda" => return Err("a lambda stands only as an argument of a function that takes one".to_owned()),
            _ => {}
        }
        if let Some(result) = self.lambda_function(call, locals) {
            return result;
        }
        let args = self.arguments(call, locals)?;
        let result = self.of_scope(name, &call.name, &args, locals).unwrap_or_else(|| {
            functions::call(name, &args)
                .or_else(|| resource_id::call(name, &args, self.evaluator.scope.facts()))
                .or_else(|| list_function(name, &call.name, &args))
                .unwrap_or_else(|| Err(format!("the function '{}' does not exist in templates", call.name)))
        });
        // A computed value is led back to the first argument that came from elsewhere.
        result.map(|mut value| {
            if value.trace.is_none() {
                value.trace = args.iter().find_map(|arg| arg.trace.clone());
            }
            value
        })
    }

    fn arguments(&self, call: &Call, locals: Option<&Locals>) -> Result<Vec<Value>, String> {
        call.arguments.iter().map(|argument| self.evaluate(argument, locals)).collect()
    }

    /// Only the taken branch is evaluated; both where the condition is open, and neither's error then counts.
    fn choice(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        let [condition, then, other] = call.arguments.as_slice() else {
            return Err(format!("the function 'if' takes 3 arguments, not {}", call.arguments.len()));
        };
        let condition = self.evaluate(condition, locals)?;
        let traced = |mut value: Value| {
            value.trace = value.trace.or_else(|| condition.trace.clone());
            value
        };
        match &condition.kind {
            Kind::Bool(true) => self.evaluate(then, locals).map(traced),
            Kind::Bool(false) => self.evaluate(other, locals).map(traced),
            Kind::Unknown(_) => {
                let parts = [then, other].map(|branch| self.evaluate(branch, locals).ok());
                if let [Some(a), Some(b)] = &parts
                    && comparison::same(a, b) == Some(true)
                {
                    return Ok(a.clone());
                }
                let mut args = vec![condition.clone()];
                args.extend(parts.into_iter().flatten());
                arguments::unknown_result("if", &args)
            }
            _ => Err(arguments::wrong_type("if", 0, "a boolean", &condition)),
        }
    }

    /// Kleene's *and* (decided by false) or *or* (decided by true).
    fn connective(&self, call: &Call, locals: Option<&Locals>, name: &str, decisive: bool) -> Outcome {
        if call.arguments.len() < 2 {
            return Err(format!("the function '{name}' takes at least 2 arguments, not {}", call.arguments.len()));
        }
        let mut open: Vec<Value> = Vec::new();
        let mut trace = None;
        for (index, argument) in call.arguments.iter().enumerate() {
            let value = match self.evaluate(argument, locals) {
                Ok(value) => value,
                // An earlier part that is not known may have decided before this one.
                Err(_) if !open.is_empty() => continue,
                Err(message) => return Err(message),
            };
            trace = trace.or_else(|| value.trace.clone());
            match &value.kind {
                Kind::Bool(known) if *known == decisive => {
                    return Ok(Value { trace: value.trace.clone(), ..Value::bool(decisive) });
                }
                Kind::Bool(_) => {}
                Kind::Unknown(_) => open.push(value),
                _ => return Err(arguments::wrong_type(name, index, "a boolean", &value)),
            }
        }
        if open.is_empty() {
            return Ok(Value { trace, ..Value::bool(!decisive) });
        }
        match <[Value; 1]>::try_from(open) {
            Ok([single]) => Ok(single),
            Err(open) => arguments::unknown_result(name, &open),
        }
    }

    fn coalesce(&self, call: &Call, locals: Option<&Locals>) -> Outcome {
        arguments::count("coalesce", &vec![Value::default(); call.arguments.len()], 1, None)?;
        for (index, argument) in call.arguments.iter().enumerate() {
            let value = self.evaluate(argument, locals)?;
            if value.as_unknown().is_some() {
                let rest = call.arguments[index + 1..].iter().filter_map(|rest| self.evaluate(rest, locals).ok());
                let args: Vec<Value> = std::iter::once(value).chain(rest).collect();
                return match args.as_slice() {
                    [single] => Ok(single.clone()),
                    _ => functions::call("coalesce", &args)
                        .unwrap_or_else(|| arguments::unknown_result("coalesce", &args)),
                };
            }
            if !value.is_null() {
                return Ok(value);
            }
        }
        Ok(Value::default())
    }

    /// Functions whose result depends on where the expression stands.
    fn of_scope(&self, name: &str, spelled: &str, args: &[Value], locals: Option<&Locals>) -> Option<Outcome> {
        let scope = self.evaluator.scope;
        let facts = scope.facts();
        let fact = |value: &Value, levels: &[Level]| {
            arguments::count(spelled, args, 0, Some(0))?;
            if levels.contains(&facts.level) {
                Ok(value.clone())
            } else {
                Err(format!("the function '{spelled}' is not available at this deployment scope"))
            }
        };
        const EVERYWHERE: [Level; 4] =
            [Level::ResourceGroup, Level::Subscription, Level::ManagementGroup, Level::Tenant];
        Some(match name {
            "parameters" => one_name(spelled, args, "parameters").and_then(|name| match name {
                Ok(name) => scope.parameter(&name),
                Err(open) => Ok(open),
            }),
            "variables" => one_name(spelled, args, "variables").and_then(|name| match name {
                Ok(name) => scope.variable(&name),
                Err(open) => Ok(open),
            }),
            "lambdavariables" => one_name(spelled, args, "lambdaVariables").and_then(|name| match name {
                Ok(name) => std::iter::successors(locals, |local| local.outer)
                    .find(|local| local.name.eq_ignore_ascii_case(&name))
                    .map(|local| local.value.clone())
                    .ok_or_else(|| format!("no lambda variable is named '{name}' here")),
                Err(open) => Ok(open),
            }),
            "copyindex" => self.copy_index(args),
            "resourcegroup" => fact(&facts.resource_group, &[Level::ResourceGroup]),
            "subscription" => fact(&facts.subscription, &[Level::ResourceGroup, Level::Subscription]),
            "managementgroup" => fact(&facts.management_group, &[Level::ManagementGroup]),
            "tenant" => fact(&facts.tenant, &EVERYWHERE),
            "deployment" => fact(&facts.deployment, &EVERYWHERE),
            "deployer" => fact(&facts.deployer, &EVERYWHERE),
            "utcnow" => self.utc_now(args),
            "newguid" => arguments::count(spelled, args, 0, Some(0))
                .and_then(|()| self.only_in_defaults(spelled))
                .map(|()| runtime("newGuid()")),
            "reference" => self.resource(spelled, args),
            "references" => self.resource(spelled, args),
            "resourceinfo" => self.resource(spelled, args),
            "fail" => arguments::count(spelled, args, 1, Some(1))
                .and_then(|()| Err(format!("the template fails here: {}", arguments::symbol_of(&args[0])))),
            "externalinput" => self.external_input(args),
            _ => return None,
        })
    }

    fn copy_index(&self, args: &[Value]) -> Outcome {
        arguments::count("copyIndex", args, 0, Some(2))?;
        let (name, offset) = match args {
            [] => (None, None),
            [one] if matches!(one.kind, Kind::Int(_) | Kind::Unknown(_)) => (None, Some(one)),
            [one] => (Some(one), None),
            [one, two, ..] => (Some(one), Some(two)),
        };
        let index = match name {
            None => self.evaluator.scope.copy_index(None)?,
            Some(name) => {
                let wanted = name.as_str().ok_or_else(|| arguments::wrong_type("copyIndex", 0, "a loop name", name))?;
                let inner = std::iter::successors(self.loops, |one| one.outer);
                match inner.into_iter().find(|one| one.name.eq_ignore_ascii_case(wanted)) {
                    Some(found) => found.index.clone(),
                    None => self.evaluator.scope.copy_index(Some(wanted))?,
                }
            }
        };
        match offset {
            None => Ok(index),
            Some(offset) => functions::call("add", &[index, offset.clone()]).unwrap_or_else(|| Ok(Value::default())),
        }
    }

    fn only_in_defaults(&self, name: &str) -> Result<(), String> {
        match self.evaluator.scope.site() {
            Site::ParameterDefault => Ok(()),
            _ => Err(format!("the function '{name}' is allowed only in defaults of parameters")),
        }
    }

    fn utc_now(&self, args: &[Value]) -> Outcome {
        arguments::count("utcNow", args, 0, Some(1))?;
        self.only_in_defaults("utcNow")?;
        arguments::only_texts("utcNow", args)?;
        use functions::date::{DEFAULT_FORMAT, Moment, format_date};
        let format = match args.first() {
            None => DEFAULT_FORMAT,
            Some(format) => match format.as_str() {
                Some(format) => format,
                None => return arguments::unknown_result("utcNow", args),
            },
        };
        match self.evaluator.scope.facts().now.and_then(Moment::from_epoch) {
            Some(now) => format_date(now, format).map(Value::string),
            None => Ok(runtime(&if args.is_empty() { "utcNow()".to_owned() } else { format!("utcNow('{format}')") })),
        }
    }

    /// `reference`, `references` and `resourceInfo`: from the input where it has the resource.
    fn resource(&self, spelled: &str, args: &[Value]) -> Outcome {
        arguments::count(spelled, args, 1, Some(3))?;
        if matches!(self.evaluator.scope.site(), Site::ParameterDefault | Site::Variable) {
            return Err(format!("the function '{spelled}' is not allowed in parameters and variables"));
        }
        let full = args.iter().skip(1).any(|arg| arg.as_str().is_some_and(|text| text.eq_ignore_ascii_case("full")));
        let part = match spelled.to_ascii_lowercase().as_str() {
            "resourceinfo" => ResourcePart::Info,
            "references" => ResourcePart::Instances,
            _ if full => ResourcePart::Full,
            _ => ResourcePart::Properties,
        };
        let name = arguments::symbol_of(&args[0]);
        if let Some(result) = self.evaluator.scope.resource(&name, part) {
            return result;
        }
        let call = format!("{spelled}('{name}'{})", if full { ", 'full'" } else { "" });
        let mut value = runtime(&call);
        if let (Kind::Unknown(own), Some(unknown)) = (&mut value.kind, args[0].as_unknown()) {
            let mut parameters = unknown.parameters.clone();
            parameters.dedup();
            Arc::make_mut(own).parameters = parameters;
        }
        Ok(value)
    }

    fn external_input(&self, args: &[Value]) -> Outcome {
        arguments::count("externalInput", args, 1, Some(2))?;
        let name = arguments::text("externalInput", args, 0)?;
        let config = args.get(1).map(arguments::symbol_of).unwrap_or_default();
        let given = self.evaluator.scope.external_input(name, &config);
        Ok(given.unwrap_or_else(|| runtime(&format!("externalInput('{name}', '{config}')"))))
    }

    fn user_function(&self, namespace: &str, name: &str, args: Vec<Value>) -> Outcome {
        let scope = self.evaluator.scope;
        let declared = scope
            .user_function(namespace, name)
            .ok_or_else(|| format!("the template declares no function '{namespace}.{name}'"))?;
        let parameters = declared.get("parameters").and_then(Value::as_array).unwrap_or_default();
        if parameters.len() != args.len() {
            let wanted = parameters.len();
            return Err(format!("the function '{namespace}.{name}' takes {wanted} arguments, not {}", args.len()));
        }
        let names =
            parameters.iter().map(|parameter| parameter.get("name").and_then(Value::as_str).unwrap_or_default());
        let inner = FunctionScope { outer: scope, parameters: names.map(str::to_owned).zip(args).collect() };
        let _nested = Nested::enter(scope.depth(), MAX_EVALUATION_DEPTH)
            .ok_or_else(|| format!("evaluation nests deeper than {MAX_EVALUATION_DEPTH} levels"))?;
        let output = declared.get("output").and_then(|output| output.get("value")).cloned().unwrap_or_default();
        let failure = std::cell::RefCell::new(None);
        let report = |_: Location, message: String| {
            failure.borrow_mut().get_or_insert(message);
        };
        let value = Evaluator::new(&inner, &report).value(&output);
        match failure.into_inner() {
            Some(message) => Err(message),
            None => Ok(Value { at: Location::default(), ..value }),
        }
    }
}

/// What a user function sees: its own parameters, and other functions of its template.
struct FunctionScope<'o> {
    outer: &'o dyn Scope,
    parameters: Vec<(String, Value)>,
}

impl Scope for FunctionScope<'_> {
    fn facts(&self) -> &super::scope::Facts {
        self.outer.facts()
    }
    fn site(&self) -> Site {
        Site::Variable
    }
    fn parameter(&self, name: &str) -> Outcome {
        let found = self.parameters.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).ok_or_else(|| format!("the user function has no parameter '{name}'"))
    }
    fn variable(&self, _: &str) -> Outcome {
        Err("a user function cannot read variables".to_owned())
    }
    fn copy_index(&self, _: Option<&str>) -> Outcome {
        Err("copyIndex() is not allowed in a user function".to_owned())
    }
    fn user_function(&self, namespace: &str, name: &str) -> Option<Value> {
        self.outer.user_function(namespace, name)
    }
    fn resource(&self, _: &str, _: ResourcePart) -> Option<Outcome> {
        None
    }
    fn external_input(&self, _: &str, _: &str) -> Option<Value> {
        None
    }
    fn depth(&self) -> &std::cell::Cell<usize> {
        self.outer.depth()
    }
    fn room(&self, values: i64) -> bool {
        self.outer.room(values)
    }
}

/// The single name argument of a look-up; an unknown name makes the look-up unknown.
fn one_name(spelled: &str, args: &[Value], canonical: &str) -> Result<Result<Arc<str>, Value>, String> {
    arguments::count(spelled, args, 1, Some(1))?;
    match &args[0].kind {
        Kind::String(name) => Ok(Ok(name.clone())),
        Kind::Unknown(_) => arguments::unknown_result(canonical, args).map(Err),
        _ => Err(arguments::wrong_type(spelled, 0, "a string", &args[0])),
    }
}

/// `listKeys` and all other list operations: secrets of a live resource.
fn list_function(name: &str, spelled: &str, args: &[Value]) -> Option<Outcome> {
    if !name.starts_with("list") {
        return None;
    }
    if args.is_empty() {
        return Some(Err(format!("the function '{spelled}' needs a resource")));
    }
    let call = format!("{spelled}('{}')", arguments::symbol_of(&args[0]));
    let symbol = arguments::bounded(format!("‹{call}›"));
    Some(Ok(Value::unknown(UnknownReason::Secret(call.into()), symbol)))
}

/// `base.name` as Azure looks it up. Of an unknown base only what the input tells is known.
pub fn property(base: &Value, name: &str) -> Outcome {
    let found = match &base.kind {
        Kind::Object(object) => match object.get(name) {
            Some(found) => found.clone(),
            None => {
                let names: Vec<&str> = object.members.iter().take(12).map(|member| &*member.key).collect();
                return Err(format!("there is no property '{name}' here, only: {}", names.join(", ")));
            }
        },
        Kind::Unknown(unknown) => {
            let symbol = format!("‹{}.{name}›", arguments::without_hole(&unknown.symbol));
            let known = unknown.partly.as_ref().and_then(|known| known.get(name)).filter(|known| !known.is_null());
            match known {
                Some(known) if is_composite(known) => opened(known.clone(), base, symbol),
                Some(known) => known.clone(),
                None => arguments::derived([base], symbol).unwrap_or_default(),
            }
        }
        _ => return Err(format!("there is no property '{name}' in {}", base.type_name())),
    };
    Ok(step(base, found))
}

fn is_composite(value: &Value) -> bool {
    value.as_object().is_some() || value.as_array().is_some()
}

/// A known object that may have more members than are known.
pub fn opened(known: Value, like: &Value, symbol: String) -> Value {
    let (at, trace) = (known.at, known.trace.clone());
    let mut value = arguments::derived([like], symbol).unwrap_or_default();
    if let Kind::Unknown(unknown) = &mut value.kind {
        Arc::make_mut(unknown).partly = Some(known);
    }
    Value { at, trace, ..value }
}

/// `base[index]`.
fn element(base: &Value, index: &Value) -> Outcome {
    match (&base.kind, &index.kind) {
        (_, Kind::String(name)) if !matches!(base.kind, Kind::Array(_)) => property(base, name),
        (Kind::Unknown(unknown), _) => {
            let symbol = format!("‹{}[{}]›", arguments::without_hole(&unknown.symbol), arguments::symbol_of(index));
            let items = unknown.partly.as_ref().and_then(Value::as_array).unwrap_or_default();
            let known = index.as_int().and_then(|at| items.get(usize::try_from(at).ok()?));
            Ok(match known {
                Some(known) if is_composite(known) => step(base, opened(known.clone(), base, symbol)),
                Some(known) if !known.is_null() => step(base, known.clone()),
                _ => arguments::derived([base, index], symbol).unwrap_or_default(),
            })
        }
        (Kind::Array(items), Kind::Int(at)) => {
            let found = usize::try_from(*at).ok().and_then(|at| items.get(at));
            let found =
                found.ok_or_else(|| format!("index {at} is outside the array, which has {} items", items.len()))?;
            Ok(step(base, found.clone()))
        }
        (Kind::Array(items), Kind::Unknown(unknown)) if !items.is_empty() => {
            if items.windows(2).all(|pair| comparison::same(&pair[0], &pair[1]) == Some(true)) {
                return Ok(step(base, items[0].clone()));
            }
            let symbol = format!("‹{}[{}]›", arguments::symbol_of(base), arguments::without_hole(&unknown.symbol));
            Ok(arguments::derived([index], symbol).unwrap_or_default())
        }
        (Kind::Array(_) | Kind::Object(_), Kind::Unknown(unknown)) => {
            let symbol = format!("‹{}[{}]›", arguments::symbol_of(base), arguments::without_hole(&unknown.symbol));
            Ok(arguments::derived([index], symbol).unwrap_or_default())
        }
        _ => Err(format!("{} cannot be indexed by {}", base.type_name(), index.type_name())),
    }
}

/// A part of a value that came from a parameter or variable came from there as well.
fn step(base: &Value, found: Value) -> Value {
    match &base.trace {
        Some(trace) => found.moved(Location::default(), trace.role, &trace.name),
        None => found,
    }
}
