//! What a template declares beside resources, in the form of resources, so that rules on templates themselves select
//! it by type. Nothing of it is a resource: it stands in an estate of its own, and is made only when a rule asks.

use super::declare::{self, Declared};
use super::deployment::{Deployment, Session};
use super::functions::arguments;
use super::parameters::Declaration;
use super::scope::{Scope, Site};
use super::template::position;
use crate::document::{Kind, Member, Role, Trace, Value};
use crate::estate::{InputKind, Presence, Resource, owner_id};
use crate::secrets::{self, Literal};
use crate::source::Location;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

/// What the types of all declarations begin with.
pub const NAMESPACE: &str = "archlint/";

/// A kind of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declares {
    Parameters,
    Outputs,
    /// Deployments inside the template whose own template the input holds.
    Deployments,
    /// Texts that are credentials, by their form or by the name they stand under.
    Literals,
    /// Resources of which it is not known whether they are deployed.
    Conditions,
}

impl Declares {
    /// Every kind with the type that rules select it by.
    pub const ALL: [(&'static str, Declares); 5] = [
        ("archlint/parameters", Declares::Parameters),
        ("archlint/outputs", Declares::Outputs),
        ("archlint/deployments", Declares::Deployments),
        ("archlint/literals", Declares::Literals),
        ("archlint/conditions", Declares::Conditions),
    ];

    /// The kind that rules select by a type (in any case).
    pub fn of_type(type_name: &str) -> Option<Declares> {
        Declares::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(type_name)).map(|(_, kind)| *kind)
    }

    fn type_name(self) -> &'static str {
        Declares::ALL.iter().find(|(_, kind)| *kind == self).map_or(NAMESPACE, |(name, _)| name)
    }
}

/// What is known of a parameter or output before it is made a declaration.
#[derive(Clone, Copy, Debug)]
pub struct Sketch<'n> {
    pub name: &'n str,
    pub is_secure: bool,
    pub has_secret: bool,
}

/// Whether a rule may have something to say of a declaration.
type MayApply<'a> = &'a (dyn Fn(Declares, &Sketch) -> bool + Sync);

/// The declarations that the rules of a run ask for.
#[derive(Clone, Copy, Default)]
pub struct Asked<'a> {
    kinds: u8,
    may_apply: Option<MayApply<'a>>,
}

impl<'a> Asked<'a> {
    /// Adds a kind.
    pub fn add(&mut self, kind: Declares) {
        self.kinds |= 1 << kind as u8;
    }

    /// The same without what no rule has anything to say of.
    pub fn only(self, may_apply: MayApply<'a>) -> Self {
        Asked { may_apply: Some(may_apply), ..self }
    }

    pub fn is_nothing(self) -> bool {
        self.kinds == 0
    }

    fn has(self, kind: Declares) -> bool {
        self.kinds & (1 << kind as u8) != 0
    }

    fn wants(self, kind: Declares, sketch: &Sketch) -> bool {
        self.may_apply.is_none_or(|may_apply| may_apply(kind, sketch))
    }
}

/// The declarations of all templates of an expansion to these resources. A template that several deployments share is
/// told once.
pub fn declarations(session: &Session, asked: Asked, resources: &[Resource]) -> Vec<Resource> {
    let mut found = Vec::new();
    if asked.is_nothing() {
        return found;
    }
    let shared = Shared::default();
    let all = session.deployments.borrow().clone();
    let mut seen = HashSet::new();
    let each: Vec<&Rc<Deployment>> = all.iter().filter(|one| seen.insert(one.template.at)).collect();
    let fed = if asked.has(Declares::Parameters) { fed(resources) } else { Fed::new() };
    for deployment in &each {
        if asked.has(Declares::Parameters) {
            parameters(session, deployment, asked, &shared, &fed, &mut found);
        }
        if asked.has(Declares::Deployments) && deployment.parent.is_some() {
            found.extend(nested(session, deployment, &shared));
        }
        if asked.has(Declares::Literals) {
            literals(session, deployment, &shared, &mut found);
        }
        if asked.has(Declares::Conditions) {
            conditions(session, deployment, &shared, &mut found);
        }
    }
    if asked.has(Declares::Outputs) {
        outputs(session, &each, asked, &shared, &mut found);
    }
    found
}

/// Texts that all declarations share: a big template has thousands of them.
#[derive(Default)]
struct Shared(RefCell<Vec<(&'static str, Arc<str>)>>);

impl Shared {
    fn text(&self, text: &'static str) -> Arc<str> {
        let mut made = self.0.borrow_mut();
        match made.iter().find(|(own, _)| *own == text) {
            Some((_, shared)) => shared.clone(),
            None => {
                let shared: Arc<str> = text.into();
                made.push((text, shared.clone()));
                shared
            }
        }
    }
}

/// The members of a declaration's body.
struct Body<'s> {
    at: Location,
    members: Vec<Member>,
    shared: &'s Shared,
}

impl<'s> Body<'s> {
    fn new(at: Location, deployment: &Deployment, shared: &'s Shared) -> Self {
        let mut body = Body { at, members: Vec::with_capacity(12), shared };
        body.set("isRoot", Value::bool(deployment.parent.is_none()));
        body.set("deployment", Value::string(deployment.path.clone()));
        body
    }

    /// A value that stands nowhere itself stands where the declaration does.
    fn set(&mut self, name: &'static str, value: Value) {
        let at = if value.at == Location::default() { self.at } else { value.at };
        self.members.push(Member { key: self.shared.text(name), key_at: at, value: Value { at, ..value } });
    }

    fn set_some(&mut self, name: &'static str, value: Option<Value>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// The value, whether a secret is in it, and the one that its declared type does not cover.
    fn set_value(&mut self, value: Value, has_secret: bool, declared: &Value, template: &Value) {
        self.set("hasSecret", Value::bool(has_secret));
        self.set_some("secret", has_secret.then(|| uncovered(&value, Some(declared), template)).flatten());
        self.set("value", value);
    }

    fn declared(self, kind: Declares, name: &Arc<str>, deployment: &Deployment) -> Resource {
        self.placed(kind, name, name, deployment)
    }

    /// The same where a name is not enough to know it again.
    fn placed(self, kind: Declares, name: &Arc<str>, place: &str, deployment: &Deployment) -> Resource {
        let type_name = kind.type_name();
        let section = type_name.strip_prefix(NAMESPACE).unwrap_or(type_name);
        let slash = if deployment.path.is_empty() { "" } else { "/" };
        Resource {
            id: format!("{}{slash}{section}/{place}", deployment.path).into(),
            type_name: self.shared.text(type_name),
            name: name.clone(),
            api_version: self.shared.text(""),
            body: Value { at: self.at, ..Value::object(self.members) },
            at: self.at,
            declared_as: deployment.path.clone(),
            presence: Presence::Certain,
            existing: false,
            input: InputKind::Template,
            partial: None,
            change: None,
        }
    }
}

fn section<'d>(deployment: &'d Deployment, name: &str) -> &'d [Member] {
    deployment.template.get(name).and_then(Value::as_object).map_or(&[], |object| &object.members)
}

/// The properties, as type and pointer, that get their values from a parameter of the top deployment.
type Fed = HashMap<Arc<str>, Vec<String>>;

fn fed(resources: &[Resource]) -> Fed {
    let mut fed = Fed::new();
    for resource in resources {
        feeds(&resource.body, &mut resource.type_name.to_string(), &mut fed);
    }
    fed
}

fn feeds(value: &Value, path: &mut String, fed: &mut Fed) {
    let length = path.len();
    match &value.kind {
        // What a secret is in is fed by more than the parameter.
        Kind::Unknown(unknown) if !unknown.secret => {
            for name in &unknown.parameters {
                fed.entry(name.clone()).or_default().push(path.clone());
            }
        }
        Kind::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let _ = write!(path, "/{index}");
                feeds(item, path, fed);
                path.truncate(length);
            }
        }
        Kind::Object(object) => {
            for member in &object.members {
                path.push('/');
                path.push_str(&member.key);
                feeds(&member.value, path, fed);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn parameters(
    session: &Session,
    deployment: &Rc<Deployment>,
    asked: Asked,
    shared: &Shared,
    fed: &Fed,
    found: &mut Vec<Resource>,
) {
    // Expressions that are evaluated outside do not see the parameters declared here.
    if deployment.is_outer {
        return;
    }
    let frame = session.frame(deployment, &[], Site::Resource);
    for member in section(deployment, "parameters") {
        let declaration = Declaration::new(member, &deployment.template);
        let given = deployment.given.iter().rev().find(|given| given.name.eq_ignore_ascii_case(&member.key));
        let given = given.filter(|_| deployment.parent.is_some());
        let value = given.and_then(|_| frame.parameter(&member.key).ok());
        let is_secure = declaration.is_secure();
        let has_secret = value.as_ref().is_some_and(|value| value.secret_inside().is_some());
        if !asked.wants(Declares::Parameters, &Sketch { name: &member.key, is_secure, has_secret }) {
            continue;
        }
        let mut body = Body::new(member.key_at, deployment, shared);
        body.set("name", Value { at: member.key_at, ..Value::string(member.key.clone()) });
        for word in ["type", "defaultValue", "allowedValues", "nullable", "metadata"] {
            body.set_some(word, declaration.word(word).cloned());
        }
        let type_at = declaration.word("type").map_or(member.key_at, |name| name.at);
        body.set("isSecure", Value { at: type_at, ..Value::bool(is_secure) });
        if let Some(given) = given {
            body.set_some("passes", given.entry.get("value").and_then(|value| passed(session, deployment, value)));
        }
        if let Some(value) = value {
            body.set_value(value, has_secret, &member.value, &deployment.template);
        }
        if let (Some(places), None) = (fed.get(&member.key), &deployment.parent) {
            body.set("feeds", Value::array(places.iter().map(|place| Value::string(place.as_str())).collect()));
        }
        found.push(body.declared(Declares::Parameters, &member.key, deployment));
    }
}

/// The parameter of the deployment around it that a value hands on: the name in `[parameters('name')]`, when that is
/// all there is. A secure one is none: what it is handed to is the first that is not.
fn passed(session: &Session, deployment: &Rc<Deployment>, value: &Value) -> Option<Value> {
    let call = value.as_str()?.strip_prefix('[')?.strip_suffix(']')?.trim();
    let name = call.strip_prefix("parameters(")?.strip_suffix(')')?.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let outer = session.deployment(deployment.parent.as_ref()?.deployment);
    let home = session.frame(&outer, &[], Site::Resource).home;
    let index = position(home.template.get("parameters"), name)?;
    let is_plain = !Declaration::new(section(&home, "parameters").get(index)?, &home.template).is_secure();
    is_plain.then(|| Value { at: value.at, ..Value::string(name) })
}

fn outputs(
    session: &Session,
    deployments: &[&Rc<Deployment>],
    asked: Asked,
    shared: &Shared,
    found: &mut Vec<Resource>,
) {
    // Places of output values that are not secure: what hands one of them on is no new cause.
    let mut plain: HashMap<Location, &Arc<str>> = HashMap::new();
    let mut made = Vec::new();
    for deployment in deployments {
        let evaluated = session.outputs(deployment);
        for member in section(deployment, "outputs") {
            let Some(value) = evaluated.get(&member.key).and_then(|entry| entry.get("value")) else { continue };
            let declaration = Declaration::new(member, &deployment.template);
            let value = own_place(value.clone());
            let (is_secure, has_secret) = (declaration.is_secure(), value.secret_inside().is_some());
            if !is_secure {
                plain.insert(value.at, &member.key);
            }
            if asked.wants(Declares::Outputs, &Sketch { name: &member.key, is_secure, has_secret }) {
                made.push((*deployment, member, declaration.word("type").cloned(), is_secure, has_secret, value));
            }
        }
    }
    for (deployment, member, type_name, is_secure, has_secret, value) in made {
        let mut body = Body::new(member.key_at, deployment, shared);
        body.set("name", Value { at: member.key_at, ..Value::string(member.key.clone()) });
        body.set_some("type", type_name);
        body.set("isSecure", Value::bool(is_secure));
        let steps = std::iter::successors(value.trace.as_deref(), |trace| trace.next.as_deref());
        let before = steps.filter(|step| step.role == Role::Output).find_map(|step| plain.get(&step.at));
        body.set_some("passes", before.map(|name| Value::string((*name).clone())));
        body.set_value(value, has_secret, &member.value, &deployment.template);
        found.push(body.declared(Declares::Outputs, &member.key, deployment));
    }
}

/// Types refer to types; a circle has no end that a bounded walk would miss.
const MOST_STEPS: usize = 32;

/// Most types that are looked through for a secure one.
const MOST_TYPES: usize = 256;

/// The first secret in a value for which the declaration has no secure type: `securestring` may stand inside a type.
fn uncovered(value: &Value, declared: Option<&Value>, template: &Value) -> Option<Value> {
    let schema = declared.and_then(|declared| followed(declared, value, template));
    if schema.is_some_and(is_secure) {
        return None;
    }
    let within = |word: &str| schema.and_then(|schema| schema.get(word));
    match &value.kind {
        // The secret may be where the type says so.
        Kind::Unknown(unknown) => {
            let covers = || schema.is_some_and(|schema| has_secure(schema, template, &mut HashSet::new()));
            (unknown.secret && !covers()).then(|| value.clone())
        }
        Kind::Array(items) => items.iter().enumerate().find_map(|(at, item)| {
            let own = within("prefixItems").and_then(Value::as_array).and_then(|list| list.get(at));
            uncovered(item, own.or_else(|| within("items")), template)
        }),
        Kind::Object(object) => object.members.iter().find_map(|member| {
            let own = within("properties").and_then(|properties| properties.get(&member.key));
            uncovered(&member.value, own.or_else(|| within("additionalProperties")), template)
        }),
        _ => None,
    }
}

/// The type that a reference, or the member that tells variants apart, leads to.
fn followed<'t>(schema: &'t Value, value: &Value, template: &'t Value) -> Option<&'t Value> {
    let mut schema = schema;
    for _ in 0..MOST_STEPS {
        let variant = || {
            let by = schema.get("discriminator")?;
            by.get("mapping")?.get(value.get(by.get("propertyName")?.as_str()?)?.as_str()?)
        };
        schema = match schema.get("$ref").and_then(Value::as_str) {
            Some(path) => template.pointer(path.strip_prefix('#')?)?,
            None => match variant() {
                Some(variant) => variant,
                None => return Some(schema),
            },
        };
    }
    None
}

fn is_secure(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str).is_some_and(secrets::is_secure_type)
}

/// Whether a type has a secure one somewhere inside; each type it refers to is looked at once.
fn has_secure<'t>(schema: &'t Value, template: &'t Value, seen: &mut HashSet<&'t str>) -> bool {
    if is_secure(schema) {
        return true;
    }
    if let Some(path) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#')) {
        let is_new = seen.len() < MOST_TYPES && seen.insert(path);
        return is_new && template.pointer(path).is_some_and(|target| has_secure(target, template, seen));
    }
    match &schema.kind {
        Kind::Object(object) => object.members.iter().any(|member| has_secure(&member.value, template, seen)),
        Kind::Array(items) => items.iter().any(|item| has_secure(item, template, seen)),
        _ => false,
    }
}

/// An output's value at its own text: as a result it stands nowhere, and its text is the first step back.
fn own_place(value: Value) -> Value {
    match value.trace.as_deref() {
        Some(Trace { role: Role::Output, at, next, .. }) if value.at == Location::default() => {
            Value { at: *at, trace: next.clone(), kind: value.kind }
        }
        _ => value,
    }
}

/// A deployment in a template, with the secrets that its text would hold if it were evaluated outside.
fn nested(session: &Session, deployment: &Rc<Deployment>, shared: &Shared) -> Option<Resource> {
    let parent = session.deployment(deployment.parent.as_ref()?.deployment);
    let declared = parent.declared.borrow();
    let own = declared.iter().find(|one| one.is_deployment() && one.path == deployment.path)?;
    let properties = own.raw.as_object()?.member("properties")?;
    let mut body = Body::new(own.raw.at, deployment, shared);
    body.set("name", own.identity.name.clone());
    let written = properties.value.get("expressionEvaluationOptions").and_then(|options| options.get("scope"));
    let scope = Value::string(if deployment.is_outer { "outer" } else { "inner" });
    body.set("scope", Value { at: written.map_or(properties.key_at, |scope| scope.at), ..scope });
    let mut secrets = Vec::new();
    if deployment.is_outer {
        for one in deployment.declared.borrow().iter() {
            if let Some(value) = declare::body(session, deployment, one) {
                secrets.extend(value.get("properties").and_then(Value::secret_inside).cloned());
            }
            secrets.extend(handed_secret(session, deployment, one));
        }
    }
    body.set("secrets", Value::array(secrets));
    Some(body.declared(Declares::Deployments, &own.short_name().into(), deployment))
}

/// A secret that a deployment hands to one inside it: its text stands in the outer one.
fn handed_secret(session: &Session, deployment: &Rc<Deployment>, declared: &Rc<Declared>) -> Option<Value> {
    let given = declared.raw.get("properties").filter(|_| declared.is_deployment())?.get("parameters")?;
    session.frame(deployment, &declared.loops, Site::Resource).value(given).secret_inside().cloned()
}

fn literals(session: &Session, deployment: &Rc<Deployment>, shared: &Shared, found: &mut Vec<Resource>) {
    let mut tell = |one: Literal, given: Option<&Value>| {
        let Literal { name, value, .. } = one;
        let mut body = Body::new(value.at, deployment, shared);
        body.set("name", Value::string(name));
        body.set("resourceType", Value::string(one.holder));
        body.set("resourceName", Value::string(one.holder_name));
        body.set("text", value.clone());
        body.set("isGiven", Value::bool(given.is_some()));
        let pointer = given.unwrap_or(&deployment.template).pointer_of(value).unwrap_or_default();
        body.set("pointer", Value::string(pointer.as_str()));
        let place = if given.is_some() { format!("given/{name}{pointer}") } else { pointer };
        found.push(body.placed(Declares::Literals, &name.into(), place.trim_start_matches('/'), deployment));
    };
    // A template inside another is part of its text.
    let inside = deployment.parent.as_ref().is_some_and(|parent| {
        session.deployment(parent.deployment).template.at.source == deployment.template.at.source
    });
    if !inside {
        let noticed = session.noticed.filter(|_| deployment.parent.is_none());
        secrets::in_clear("", &deployment.template, noticed, &mut |one| tell(one, None));
    }
    if deployment.parent.is_none() {
        for given in deployment.given.iter().filter(|given| given.entry.get("commandLine").is_none()) {
            let Some(value) = given.entry.get("value") else { continue };
            let index = position(deployment.template.get("parameters"), &given.name);
            let declared = index.and_then(|index| section(deployment, "parameters").get(index));
            let is_secure = declared.is_some_and(|member| Declaration::new(member, &deployment.template).is_secure());
            if is_secure && value.as_str().is_some_and(|text| !text.is_empty()) {
                tell(Literal { name: &given.name, holder: "", holder_name: "", value }, Some(value));
            } else {
                secrets::in_clear(&given.name, value, None, &mut |one| tell(one, Some(value)));
            }
        }
    }
}

/// Resources whose condition is not known, beside what they belong to.
fn conditions(session: &Session, deployment: &Rc<Deployment>, shared: &Shared, found: &mut Vec<Resource>) {
    for one in deployment.declared.borrow().iter().filter(|one| !one.existing) {
        let Some(condition) = &one.undecided else { continue };
        let id = arguments::symbol_of(&one.identity.id);
        let Some(owner) = owner_id(&id).and_then(|id| session.by_id.borrow().get(&id.to_lowercase()).copied()) else {
            continue;
        };
        let holder = session.deployment(owner.0);
        let Some(owner) = holder.declared.borrow().get(owner.1).filter(|owner| !owner.existing).cloned() else {
            continue;
        };
        let mut body = Body::new(one.raw.at, deployment, shared);
        let type_at = one.raw.get("type").map_or(one.raw.at, |value| value.at);
        body.set("type", Value { at: type_at, ..Value::string(one.identity.type_name.as_str()) });
        // As text, since two conditions are the same when their symbols are.
        let shown = |of: &Value| Value { at: of.at, ..Value::string(arguments::symbol_of(of)) };
        body.set("condition", shown(condition));
        body.set("ownerCondition", owner.undecided.as_ref().map_or_else(|| Value::bool(true), shown));
        body.set("owner", Value { at: owner.raw.at, ..Value::string(owner.short_name()) });
        found.push(body.declared(Declares::Conditions, &one.short_name().into(), deployment));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::expand::{Request, expand, expand_with};
    use crate::document::parse;
    use crate::source::SourceId;

    const TEMPLATE: &str = r##"{
        "definitions": {
            "settings": { "type": "object", "properties": {
                "key": { "type": "securestring" }, "next": { "$ref": "#/definitions/settings" } } },
            "circle": { "$ref": "#/definitions/circle" }
        },
        "parameters": {
            "password": { "type": "secureString", "defaultValue": "[newGuid()]" },
            "bag": { "type": "secureObject", "defaultValue": { "on": false, "text": "x" } }
        },
        "variables": { "source": "Server=s;Password=hunter2" },
        "resources": [],
        "outputs": {
            "covered": { "$ref": "#/definitions/settings", "value": { "next": { "key": "[parameters('password')]" } } },
            "shown": { "$ref": "#/definitions/settings", "value": { "name": "[parameters('password')]" } },
            "round": { "$ref": "#/definitions/circle", "value": "[parameters('bag').text]" },
            "switch": { "type": "bool", "value": "[parameters('bag').on]" }
        }
    }"##;

    fn request(template: &Value) -> Request<'_> {
        Request { template, given: Vec::new(), linked: &|_, _| None, trial: &[], facts: None, noticed: None }
    }

    fn declared(kinds: &[&str]) -> Vec<Resource> {
        let template = parse(SourceId(0), TEMPLATE).expect("json").root;
        let mut asked = Asked::default();
        kinds.iter().filter_map(|kind| Declares::of_type(kind)).for_each(|kind| asked.add(kind));
        expand_with(request(&template), asked).declarations
    }

    fn text(at: Location) -> &'static str {
        &TEMPLATE[at.span.start as usize..at.span.end as usize]
    }

    #[test]
    fn nothing_is_made_that_no_rule_asks_for() {
        let template = parse(SourceId(0), TEMPLATE).expect("json").root;
        assert!(expand(request(&template)).declarations.is_empty());
        assert!(declared(&["Microsoft.Sql/servers"]).is_empty());
        assert_eq!(declared(&["archlint/Literals"]).len(), 1);
    }

    #[test]
    fn declarations_stand_at_their_text() {
        let parameters = declared(&["archlint/parameters"]);
        assert_eq!(text(parameters[0].at), "\"password\"");
        let body = &parameters[0].body;
        assert_eq!(body.get("isSecure").map(|value| text(value.at)), Some("\"secureString\""));
        assert_eq!(body.get("defaultValue").map(|value| text(value.at)), Some("\"[newGuid()]\""));
        assert_eq!(text(declared(&["archlint/literals"])[0].at), "\"Server=s;Password=hunter2\"");
    }

    #[test]
    fn secrets_are_told_where_no_type_covers_them() {
        let secret = |output: &Resource| output.body.get("secret").map(|value| text(value.at));
        let found: Vec<_> = declared(&["archlint/outputs"]).iter().map(secret).collect();
        assert_eq!(found, [None, Some("\"[parameters('password')]\""), Some("\"[parameters('bag').text]\""), None]);
    }
}
