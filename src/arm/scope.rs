//! What an expression can see: names of its template and facts of its deployment.

use super::functions::arguments;
use crate::document::{Member, UnknownReason, Value};
use std::cell::Cell;

/// Most values that the loops of one expansion may make together.
pub const MAX_VALUES: i64 = 1_000_000;

/// The level a deployment is made at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    ResourceGroup,
    Subscription,
    ManagementGroup,
    Tenant,
}

/// Where an expression stands, which decides what it may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    ParameterDefault,
    ParameterFile,
    Variable,
    Resource,
    Output,
}

/// Facts of a deployment that `resourceGroup()`, `subscription()` and so on give. What is not stated is unknown.
#[derive(Clone, Debug)]
pub struct Facts {
    pub level: Level,
    pub resource_group: Value,
    pub subscription: Value,
    pub management_group: Value,
    pub tenant: Value,
    pub deployment: Value,
    pub deployer: Value,
    /// Clock for `utcNow`, in seconds since 1970.
    pub now: Option<i64>,
}

/// Names of a template as expressions see them. Errors are sentences for people.
pub trait Scope {
    fn facts(&self) -> &Facts;
    fn site(&self) -> Site;
    /// A parameter's value, its place the one a person would change, its trace led by where it comes from.
    fn parameter(&self, name: &str) -> Result<Value, String>;
    fn variable(&self, name: &str) -> Result<Value, String>;
    /// The index of the named copy loop, or of the innermost.
    fn copy_index(&self, name: Option<&str>) -> Result<Value, String>;
    /// The declaration of a user function.
    fn user_function(&self, namespace: &str, name: &str) -> Option<Value>;
    /// What the input tells of a resource by id or symbolic name; nothing when it is not in the input.
    fn resource(&self, name: &str, part: ResourcePart) -> Option<Result<Value, String>>;
    /// Text that a tool supplies while it reads a parameter file; nothing when it is not known.
    fn external_input(&self, name: &str, config: &str) -> Option<Value>;
    /// How many evaluations are under way inside each other.
    fn depth(&self) -> &Cell<usize>;
    /// Whether so many more values may be made: loops inside loops end at [`MAX_VALUES`].
    fn room(&self, values: i64) -> bool;
}

/// What is asked of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourcePart {
    /// `reference(x)`: its properties.
    Properties,
    /// `reference(x, version, 'full')`: all of it.
    Full,
    /// `resourceInfo(x)`: what the template states about its identity.
    Info,
    /// `references(x)`: the properties of all instances of a copy loop.
    Instances,
}

/// A value only a live deployment can tell, by the call that gives it.
pub fn runtime(call: &str) -> Value {
    Value::unknown(UnknownReason::Runtime(call.into()), arguments::bounded(format!("‹{call}›")))
}

/// An object of unknown texts, each named by the call and the property.
fn open_object(call: &str, names: &[&str]) -> Vec<Member> {
    names.iter().map(|name| member(name, runtime(&format!("{call}.{name}")))).collect()
}

fn member(name: &str, value: Value) -> Member {
    Member { key: name.into(), key_at: Default::default(), value }
}

fn with(mut members: Vec<Member>, name: &str, value: Value) -> Value {
    match members.iter_mut().find(|member| &*member.key == name) {
        Some(member) => member.value = value,
        None => members.push(member(name, value)),
    }
    Value::object(members)
}

/// A text made of known and unknown parts.
pub fn joined(parts: &[&Value]) -> Value {
    let text: String = parts.iter().map(|part| arguments::symbol_of(part)).collect();
    arguments::derived(parts.iter().copied(), text.clone()).unwrap_or_else(|| Value::string(text))
}

impl Facts {
    /// Facts of a deployment of which nothing is stated but its level.
    pub fn unstated(level: Level) -> Facts {
        let subscription = open_object("subscription()", &["id", "subscriptionId", "tenantId", "displayName"]);
        let subscription_id = joined(&[&Value::string("/subscriptions/"), &runtime("subscription().subscriptionId")]);
        let mut facts = Facts {
            level,
            resource_group: Value::default(),
            subscription: with(subscription, "id", subscription_id),
            management_group: Value::default(),
            tenant: Value::object(open_object("tenant()", &["id", "tenantId", "displayName", "countryCode"])),
            deployment: Value::object(open_object("deployment()", &["name", "location", "properties"])),
            deployer: Value::object(open_object("deployer()", &["objectId", "tenantId", "userPrincipalName"])),
            now: None,
        };
        facts.place_in_resource_group(runtime("resourceGroup().name"), None);
        facts.place_in_management_group(runtime("managementGroup().name"));
        facts
    }

    /// States the subscription by its id (the GUID).
    pub fn place_in_subscription(&mut self, id: Value) {
        let call = format!("subscription('{}')", arguments::symbol_of(&id));
        let members = open_object(&call, &["id", "subscriptionId", "tenantId", "displayName"]);
        let full = joined(&[&Value::string("/subscriptions/"), &id]);
        let object = with(members, "id", full);
        let members = object.as_object().map(|object| object.members.clone()).unwrap_or_default();
        self.subscription = with(members, "subscriptionId", id);
    }

    /// States the resource group by name, in the subscription already stated.
    pub fn place_in_resource_group(&mut self, name: Value, location: Option<Value>) {
        let subscription = self.subscription.get("id").cloned().unwrap_or_default();
        let id = joined(&[&subscription, &Value::string("/resourceGroups/"), &name]);
        let call = match name.as_str() {
            Some(name) => format!("resourceGroup('{name}')"),
            None if arguments::symbol_of(&name) == "‹resourceGroup().name›" => "resourceGroup()".to_owned(),
            None => format!("resourceGroup({})", arguments::without_hole(&arguments::symbol_of(&name))),
        };
        let location = location.unwrap_or_else(|| runtime(&format!("{call}.location")));
        self.resource_group = Value::object(vec![
            member("id", id),
            member("name", name),
            member("type", Value::string("Microsoft.Resources/resourceGroups")),
            member("location", location),
            member("managedBy", runtime(&format!("{call}.managedBy"))),
            member("tags", runtime(&format!("{call}.tags"))),
            member("properties", runtime(&format!("{call}.properties"))),
        ]);
    }

    /// States the management group by name.
    pub fn place_in_management_group(&mut self, name: Value) {
        let id = joined(&[&Value::string("/providers/Microsoft.Management/managementGroups/"), &name]);
        self.management_group = Value::object(vec![
            member("id", id),
            member("name", name),
            member("type", Value::string("Microsoft.Management/managementGroups")),
            member("properties", runtime("managementGroup().properties")),
        ]);
    }

    /// The id of what the deployment deploys to, as a prefix of resource ids; empty for the tenant.
    pub fn scope_id(&self) -> Value {
        let id = |of: &Value| of.get("id").cloned().unwrap_or_default();
        match self.level {
            Level::ResourceGroup => id(&self.resource_group),
            Level::Subscription => id(&self.subscription),
            Level::ManagementGroup => id(&self.management_group),
            Level::Tenant => Value::string(""),
        }
    }
}

/// Keeps count of evaluations inside each other.
pub struct Nested<'c>(&'c Cell<usize>);

impl<'c> Nested<'c> {
    /// Nothing when `most` are under way already.
    pub fn enter(depth: &'c Cell<usize>, most: usize) -> Option<Self> {
        (depth.get() < most).then(|| {
            depth.set(depth.get() + 1);
            Nested(depth)
        })
    }
}

impl Drop for Nested<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}
