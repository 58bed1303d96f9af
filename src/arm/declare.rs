//! Declared resources: identities first, bodies on demand.

use super::deployment::{Deployment, Frame, Loop, Outer, Session};
use super::functions::arguments;
use super::identity::{self, Identity};
use super::parameters;
use super::scope::{Facts, Level, Site, runtime};
use crate::document::{Kind, Member, Object, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// Most resources of one expansion.
pub const MAX_RESOURCES: usize = 20_000;

/// Most deployments inside each other.
pub const MAX_DEPLOYMENT_DEPTH: usize = 32;

const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";

/// Members of a declaration that are not part of the resource.
const NOT_IN_BODY: [&str; 14] = [
    "id",
    "name",
    "type",
    "apiversion",
    "condition",
    "copy",
    "dependson",
    "resources",
    "scope",
    "existing",
    "comments",
    "metadata",
    "subscriptionid",
    "resourcegroup",
];

/// One resource of a template, one instance where it is copied.
#[derive(Debug)]
pub struct Declared {
    pub raw: Value,
    pub identity: Identity,
    pub api_version: Value,
    pub loops: Vec<Loop>,
    /// A condition or copy count that is not known.
    pub undecided: Option<Value>,
    pub existing: bool,
    pub path: Arc<str>,
    body: RefCell<Body>,
    child: Cell<Option<usize>>,
}

#[derive(Debug, Default)]
enum Body {
    #[default]
    Waiting,
    Open,
    Known(Value),
}

impl Declared {
    pub fn short_name(&self) -> String {
        crate::estate::last_segment(&arguments::symbol_of(&self.identity.name)).to_owned()
    }

    pub fn is_deployment(&self) -> bool {
        self.identity.type_name.eq_ignore_ascii_case(DEPLOYMENTS)
    }
}

/// Declares all resources of a deployment and of those nested in it.
pub fn declare(session: &Session, deployment: &Rc<Deployment>) {
    let Some(resources) = deployment.template.get("resources") else { return };
    match &resources.kind {
        Kind::Array(items) => {
            for raw in items.iter() {
                resource(session, deployment, raw, None, None, &[]);
            }
        }
        Kind::Object(object) => {
            // Modules first: the names and counts of others may come from their outputs.
            let is_module = |member: &&Member| {
                member
                    .value
                    .get("type")
                    .and_then(Value::as_str)
                    .is_some_and(|name| name.eq_ignore_ascii_case(DEPLOYMENTS))
            };
            let (modules, others): (Vec<&Member>, Vec<&Member>) = object.members.iter().partition(is_module);
            for member in modules.into_iter().chain(others) {
                resource(session, deployment, &member.value, Some(&member.key), None, &[]);
            }
        }
        _ => session.fault("invalid-template", resources.at, "'resources' must be a list or an object".to_owned()),
    }
    let declared = deployment.declared.borrow().clone();
    for one in declared.iter().filter(|one| one.is_deployment() && !one.existing) {
        child(session, deployment, one);
    }
}

fn resource(
    session: &Session,
    deployment: &Rc<Deployment>,
    raw: &Value,
    symbol: Option<&Arc<str>>,
    parent: Option<(&Identity, Option<&Value>)>,
    loops: &[Loop],
) {
    let Some(object) = raw.as_object() else {
        return session.fault("invalid-resource", raw.at, format!("a resource is an object, not {}", raw.type_name()));
    };
    let frame = session.frame(deployment, loops, Site::Resource);
    let Some(copy) = object.get("copy").filter(|copy| copy.as_object().is_some()) else {
        return instance(session, deployment, object, raw, symbol, parent, loops, None);
    };
    let name: Arc<str> =
        copy.get("name").map(|name| arguments::symbol_of(&frame.value(name))).unwrap_or_default().into();
    let count = copy.get("count").map(|count| frame.value(count)).unwrap_or_default();
    if let Some(mode) = copy.get("mode").and_then(Value::as_str)
        && !["serial", "parallel"].iter().any(|known| known.eq_ignore_ascii_case(mode))
        && !mode.starts_with('[')
    {
        session.fault("invalid-copy", copy.at, format!("the mode of a copy is serial or parallel, not '{mode}'"));
    }
    let with = |index: Value, undecided: Option<Value>| {
        let mut inner = loops.to_vec();
        inner.push(Loop { name: name.clone(), index });
        instance(session, deployment, object, raw, symbol, parent, &inner, undecided);
    };
    match frame.copy_count(&count) {
        Some(count) => (0..count).for_each(|index| with(Value::int(index), None)),
        // An unknown count stands for one instance; a wrong one has been told.
        None if count.as_unknown().is_some() => with(runtime(&format!("copyIndex('{name}')")), Some(count)),
        None => {}
    }
}

#[expect(clippy::too_many_arguments, reason = "one instance is all of these together")]
fn instance(
    session: &Session,
    deployment: &Rc<Deployment>,
    object: &Object,
    raw: &Value,
    symbol: Option<&Arc<str>>,
    parent: Option<(&Identity, Option<&Value>)>,
    loops: &[Loop],
    uncounted: Option<Value>,
) {
    let made = session.resources.get() + 1;
    session.resources.set(made);
    if made > MAX_RESOURCES {
        if made == MAX_RESOURCES + 1 {
            let message = format!("the input expands to more than {MAX_RESOURCES} resources");
            session.fault("too-many-resources", raw.at, message);
        }
        return;
    }
    let frame = session.frame(deployment, loops, Site::Resource);
    let undecided = match object.get("condition").map(|condition| frame.value(condition)) {
        None => None,
        Some(condition) => match &condition.kind {
            Kind::Bool(true) => None,
            Kind::Bool(false) => return,
            Kind::String(text) if text.eq_ignore_ascii_case("true") => None,
            Kind::String(text) if text.eq_ignore_ascii_case("false") => return,
            Kind::Unknown(_) => Some(condition),
            _ => {
                let message = format!("a condition is true or false, not {}", condition.type_name());
                session.fault("invalid-condition", condition.at, message);
                Some(Value::unknown(
                    crate::document::UnknownReason::Error("the condition is wrong".into()),
                    "‹condition›",
                ))
            }
        },
    };
    let undecided = undecided
        .or(uncounted)
        .or_else(|| parent.and_then(|(_, of)| of.cloned()))
        .or_else(|| deployment.undecided.clone());
    let existing = object.get("existing").map(|existing| frame.value(existing)).and_then(|existing| existing.as_bool())
        == Some(true);
    let Some(type_value) = object.get("type").map(|value| frame.value(value)) else {
        return session.fault("invalid-resource", raw.at, "a resource needs a 'type'".to_owned());
    };
    let Some(name) = object.get("name").map(|value| frame.value(value)) else {
        // Extensible resources (`import`) have no ARM identity.
        if object.get("import").is_none() && object.get("extension").is_none() {
            session.fault("invalid-resource", raw.at, "a resource needs a 'name'".to_owned());
        }
        return;
    };
    if !matches!(name.kind, Kind::String(_) | Kind::Unknown(_)) {
        return session.fault("invalid-resource", name.at, format!("a name is a string, not {}", name.type_name()));
    }
    let own_type = arguments::symbol_of(&type_value);
    let api_version = object.get("apiVersion").map(|value| frame.value(value)).unwrap_or_default();
    let facts = placed(&frame, deployment, object, &own_type);
    let (full_type, full_name) = match parent {
        None => (own_type, name),
        Some((parent, _)) => identity::below(parent, &own_type, &name),
    };
    let scope =
        object.get("scope").filter(|_| !full_type.eq_ignore_ascii_case(DEPLOYMENTS)).map(|scope| frame.value(scope));
    let at = full_name.at;
    let mut identity =
        identity::identity(&full_type, full_name, scope.as_ref(), facts.as_ref().unwrap_or(&deployment.facts));
    identity.name.at = at;
    let label = symbol.map(|symbol| symbol.to_string()).unwrap_or_else(|| arguments::symbol_of(&identity.name));
    let path = if deployment.path.is_empty() { label } else { format!("{}/{label}", deployment.path) };
    let own_loops = loops.iter().map(|one| one.index.clone()).next_back();
    let declared = Rc::new(Declared {
        raw: raw.clone(),
        identity,
        api_version,
        loops: loops.to_vec(),
        undecided: undecided.clone(),
        existing,
        path: path.into(),
        body: RefCell::default(),
        child: Cell::new(None),
    });
    let index = {
        let mut list = deployment.declared.borrow_mut();
        list.push(declared.clone());
        list.len() - 1
    };
    register(session, deployment, &declared, index, symbol, own_loops);
    if let Some(Kind::Array(items)) = object.get("resources").map(|nested| &nested.kind) {
        for nested in items.iter() {
            resource(session, deployment, nested, None, Some((&declared.identity, undecided.as_ref())), loops);
        }
    }
}

/// Makes a declared resource findable by id and symbolic name.
fn register(
    session: &Session,
    deployment: &Rc<Deployment>,
    declared: &Declared,
    index: usize,
    symbol: Option<&Arc<str>>,
    copy_index: Option<Value>,
) {
    let id = arguments::symbol_of(&declared.identity.id).to_lowercase();
    let mut by_id = session.by_id.borrow_mut();
    // A declaration comes before a mere mention.
    let known = by_id.get(&id).copied();
    let mentioned = known.is_some_and(|(number, at)| {
        let other = if number == deployment.number { deployment.clone() } else { session.deployment(number) };
        let list = other.declared.borrow();
        list.get(at).is_none_or(|other| other.existing)
    });
    if known.is_none() || (mentioned && !declared.existing) {
        by_id.insert(id, (deployment.number, index));
    }
    if let Some(symbol) = symbol {
        let mut symbols = deployment.symbols.borrow_mut();
        let symbol = symbol.to_ascii_lowercase();
        if let Some(copy_index) = copy_index {
            symbols.entry(format!("{symbol}[{}]", arguments::symbol_of(&copy_index))).or_default().push(index);
        }
        symbols.entry(symbol).or_default().push(index);
    }
}

/// The facts of another scope that a deployment or an existing resource states.
fn placed(frame: &Frame, deployment: &Deployment, object: &Object, type_name: &str) -> Option<Facts> {
    let group = object.get("resourceGroup").map(|value| frame.value(value));
    let subscription = object.get("subscriptionId").map(|value| frame.value(value));
    let is_deployment = type_name.eq_ignore_ascii_case(DEPLOYMENTS);
    let scope = object.get("scope").filter(|_| is_deployment).map(|value| frame.value(value));
    if group.is_none() && subscription.is_none() && scope.is_none() {
        return None;
    }
    let mut facts = deployment.facts.clone();
    if let Some(id) = subscription {
        let own = facts.subscription.get("subscriptionId").map(arguments::symbol_of);
        if own.as_deref() != Some(arguments::symbol_of(&id).as_str()) {
            facts.place_in_subscription(id);
        }
        facts.level = Level::Subscription;
    }
    if let Some(name) = group {
        let own = facts.resource_group.get("name").map(arguments::symbol_of);
        let subscription = facts.subscription.get("id").map(arguments::symbol_of);
        let own_subscription = deployment.facts.subscription.get("id").map(arguments::symbol_of);
        if own.as_deref() != Some(arguments::symbol_of(&name).as_str()) || subscription != own_subscription {
            let id = format!("{}/resourcegroups/{}", subscription.unwrap_or_default(), arguments::symbol_of(&name));
            facts.place_in_resource_group(name, group_location(frame, &id.to_lowercase()));
        }
        facts.level = Level::ResourceGroup;
    }
    if let Some(scope) = scope {
        let text = arguments::symbol_of(&scope);
        let last = crate::estate::last_segment(&text).to_owned();
        if text == "/" {
            facts.level = Level::Tenant;
        } else if text.to_ascii_lowercase().contains("managementgroups") {
            facts.level = Level::ManagementGroup;
            facts.place_in_management_group(part_of(&scope, last));
        } else if text.to_ascii_lowercase().starts_with("/subscriptions/") {
            facts.level = Level::Subscription;
            facts.place_in_subscription(part_of(&scope, last));
        }
    }
    Some(facts)
}

fn part_of(whole: &Value, text: String) -> Value {
    // What stands outside of all holes is known, though the whole is not.
    if text.contains(['‹', '›', '…']) {
        arguments::derived([whole], text).unwrap_or_default()
    } else {
        Value::string(text)
    }
}

/// The location of a resource group that the input itself declares.
fn group_location(frame: &Frame, id: &str) -> Option<Value> {
    let (number, index) = frame.session.by_id.borrow().get(id).copied()?;
    let deployment = frame.session.deployment(number);
    let declared = deployment.declared.borrow().get(index)?.clone();
    let location = declared.raw.get("location")?;
    Some(frame.session.frame(&deployment, &declared.loops, Site::Resource).value(location))
}

/// The deployment that a deployment resource makes; nothing when its template is not in the input.
pub fn child(session: &Session, deployment: &Rc<Deployment>, declared: &Rc<Declared>) -> Option<Rc<Deployment>> {
    if let Some(number) = declared.child.get() {
        return session.deployments.borrow().get(number).cloned();
    }
    let properties = declared.raw.get("properties")?;
    let frame = session.frame(deployment, &declared.loops, Site::Resource);
    let (template, linked) = match properties.get("template") {
        Some(template) => (template.clone(), false),
        None => (linked_template(&frame, declared, properties)?, true),
    };
    if template.as_object().is_none() {
        // A template that a parameter or variable holds.
        session.gaps.borrow_mut().push((
            template.at,
            format!("the template of the deployment '{}' is not in the input", declared.short_name()),
        ));
        return None;
    }
    if deployment.level >= MAX_DEPLOYMENT_DEPTH {
        let message = format!("deployments nest deeper than {MAX_DEPLOYMENT_DEPTH} levels");
        session.fault("too-deep", declared.raw.at, message);
        return None;
    }
    let options = properties.get("expressionEvaluationOptions").and_then(|options| options.get("scope"));
    let is_inner = options.and_then(Value::as_str).is_some_and(|scope| scope.eq_ignore_ascii_case("inner"));
    let object = declared.raw.as_object()?;
    let mut facts = placed(&frame, deployment, object, DEPLOYMENTS).unwrap_or_else(|| deployment.facts.clone());
    let name = Member { key: "name".into(), key_at: declared.identity.name.at, value: declared.identity.name.clone() };
    if let Kind::Object(own) = &mut facts.deployment.kind {
        Arc::make_mut(own).set(name.key, name.key_at, name.value);
    }
    let number = session.deployments.borrow().len();
    declared.child.set(Some(number));
    let mut made = Deployment::new(number, template, facts, parameters::given(properties.get("parameters")));
    made.given.extend(linked_parameters(&frame, declared, properties));
    made.level = deployment.level + 1;
    made.is_outer = !is_inner && !linked;
    made.parent = Some(Outer { deployment: deployment.number, loops: declared.loops.clone() });
    made.path = declared.path.clone();
    made.undecided = declared.undecided.clone();
    let made = Rc::new(made);
    session.deployments.borrow_mut().push(made.clone());
    declare(session, &made);
    Some(made)
}

fn linked_template(frame: &Frame, declared: &Declared, properties: &Value) -> Option<Value> {
    let link = properties.get("templateLink")?;
    let session = frame.session;
    let gap = |what: String| session.gaps.borrow_mut().push((link.at, what));
    let name = declared.short_name();
    let Some(path) = link.get("relativePath").map(|path| frame.value(path)) else {
        gap(format!("the template that the deployment '{name}' links is not in the input"));
        return None;
    };
    let Some(text) = path.as_str() else {
        gap(format!("the path of the template that the deployment '{name}' links is not known"));
        return None;
    };
    match (session.linked)(link.at.source, text) {
        Some(Ok(template)) => Some(template),
        Some(Err(message)) => {
            session.fault("linked-template", path.at, message);
            None
        }
        None => {
            session.fault("linked-template", path.at, format!("there is no file '{text}' beside this one"));
            gap(format!("the template that the deployment '{name}' links is not in the input"));
            None
        }
    }
}

fn linked_parameters(frame: &Frame, _: &Declared, properties: &Value) -> Vec<parameters::Given> {
    let Some(link) = properties.get("parametersLink") else { return Vec::new() };
    let path = link.get("relativePath").map(|path| frame.value(path));
    let file = path.as_ref().and_then(Value::as_str).and_then(|path| (frame.session.linked)(link.at.source, path));
    match file {
        Some(Ok(file)) => parameters::given(file.get("parameters")),
        _ => Vec::new(),
    }
}

/// What the template states about a resource's identity, for `resourceInfo`.
pub fn info(declared: &Declared) -> Value {
    let member = |name: &str, value: &Value| Member { key: name.into(), key_at: value.at, value: value.clone() };
    Value::object(vec![
        member("id", &declared.identity.id),
        member("name", &declared.identity.name),
        member("type", &Value::string(declared.identity.type_name.as_str())),
        member("apiVersion", &declared.api_version),
    ])
}

/// The resource as its REST API would show it; nothing while it is being evaluated, or for a mention.
pub fn body(session: &Session, deployment: &Rc<Deployment>, declared: &Rc<Declared>) -> Option<Value> {
    match &*declared.body.borrow() {
        Body::Known(value) => return Some(value.clone()),
        Body::Open => return None,
        Body::Waiting => {}
    }
    *declared.body.borrow_mut() = Body::Open;
    let frame = session.frame(deployment, &declared.loops, Site::Resource);
    let raw = declared.raw.as_object()?;
    let place = |name: &str| raw.member(name).map(|member| (member.key_at, member.value.at)).unwrap_or_default();
    let stated = |name: &str, value: Value| {
        let (key_at, at) = place(name);
        let at = if at == Default::default() { declared.raw.at } else { at };
        Member { key: name.into(), key_at, value: Value { at, ..value } }
    };
    let name = &declared.identity.name;
    let short = Value { trace: name.trace.clone(), ..part_of(name, declared.short_name()) };
    let mut members = vec![
        stated("id", declared.identity.id.clone()),
        stated("name", short),
        stated("type", Value::string(declared.identity.type_name.as_str())),
        stated("apiVersion", declared.api_version.clone()),
    ];
    let is_deployment = declared.is_deployment();
    for member in &raw.members {
        if NOT_IN_BODY.iter().any(|other| other.eq_ignore_ascii_case(&member.key)) {
            continue;
        }
        let value = if is_deployment && member.key.eq_ignore_ascii_case("properties") {
            let kept =
                |inner: &&Member| !["template", "parameters"].iter().any(|name| name.eq_ignore_ascii_case(&inner.key));
            let own = member.value.as_object().map(|object| object.members.iter().filter(kept).cloned().collect());
            frame.value(&Value { at: member.value.at, ..Value::object(own.unwrap_or_default()) })
        } else {
            frame.value(&member.value)
        };
        members.push(Member { key: member.key.clone(), key_at: member.key_at, value });
    }
    let value = Value { at: declared.raw.at, ..Value::object(members) };
    *declared.body.borrow_mut() = Body::Known(value.clone());
    Some(value)
}

/// What `reference(x, version, 'full')` gives: the whole resource, of a deployment with its outputs.
pub fn full(session: &Session, deployment: &Rc<Deployment>, declared: &Rc<Declared>) -> Option<Value> {
    let whole = body(session, deployment, declared)?;
    if !declared.is_deployment() {
        return Some(whole);
    }
    let mut object = whole.as_object().cloned().unwrap_or_default();
    object.set("properties".into(), declared.raw.at, properties(session, deployment, declared)?);
    Some(Value { kind: Kind::Object(Arc::new(object)), ..whole })
}

/// What `reference()` gives of a resource: its properties; of a deployment also its outputs.
pub fn properties(session: &Session, deployment: &Rc<Deployment>, declared: &Rc<Declared>) -> Option<Value> {
    if !declared.is_deployment() {
        return body(session, deployment, declared)?.get("properties").cloned();
    }
    let made = child(session, deployment, declared)?;
    let outputs = session.outputs(&made);
    Some(Value::object(vec![Member { key: "outputs".into(), key_at: declared.raw.at, value: outputs }]))
}
