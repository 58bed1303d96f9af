//! What stands around resources in an export: lists, pages, query results, what-if results, the wrapper of `collect`.

use super::lift::{facts, has_face, is_resource, resource, resource_as};
use super::type_of_id;
use crate::document::{Kind, Member, Object, Value};
use crate::estate::{Presence, Resource};
use crate::source::Location;
use std::collections::HashSet;
use std::sync::Arc;

/// Stands for every type that the list of all resources of a scope has.
pub const EVERYTHING: &str = "*";

/// What one export file holds.
#[derive(Debug, Default)]
pub struct Lifted {
    pub resources: Vec<Resource>,
    /// Lists that a file shows whole: lower-case type and id of the owner.
    pub collections: HashSet<(String, String)>,
    /// What the file does not say, or does not say in full.
    pub notices: Vec<Notice>,
}

/// Something that a person should know of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Stable word.
    pub code: &'static str,
    pub at: Location,
    pub message: String,
    pub help: String,
}

/// Whether a document is an export: a resource, a list of them, or an envelope around such a list.
pub fn is_export(root: &Value) -> bool {
    let is_known = |value: &Value| is_resource(value) || told(value).is_some();
    let is_whole = is_known(root) || wrapped(root).is_some() || changes(root).is_some() || face(root).is_some();
    is_whole || rows(root).is_some_and(|rows| rows.iter().any(is_known))
}

/// The output in the wrapper of `archlint collect`, and the id of what it belongs to.
fn wrapped(root: &Value) -> Option<(&str, &Value)> {
    Some((root.get("attach").and_then(Value::as_str)?, root.get("output")?))
}

/// The rows of `az graph query`, a page of the REST API, or a list.
fn rows(root: &Value) -> Option<&[Value]> {
    ["data", "value"].iter().find_map(|name| root.get(name).and_then(Value::as_array)).or_else(|| root.as_array())
}

/// The changes of a what-if result: those that are certain and those that may come.
fn changes(root: &Value) -> Option<(&[Value], &[Value])> {
    let list = |name: &str| -> &[Value] {
        let own = root.get(name).or_else(|| root.get("properties").and_then(|own| own.get(name)));
        own.and_then(Value::as_array).unwrap_or_default()
    };
    let (certain, possible) = (list("changes"), list("potentialChanges"));
    let is_change = |change: &Value| change.get("changeType").is_some();
    certain.iter().chain(possible).any(is_change).then_some((certain, possible))
}

/// What is told of a known output that tells of other things than settings.
fn told(value: &Value) -> Option<&'static str> {
    let list = facts()["notSettings"].as_array()?;
    let has_all = |keys: &serde_json::Value| {
        let mut keys = keys.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
        keys.all(|key| value.get(key).is_some())
    };
    list.iter().find(|one| has_all(&one["keys"]))?["told"].as_str()
}

/// The resources of an export. `attached` is the id, stated by the user, of the resource or list that it shows.
pub fn lift(root: &Value, attached: Option<&str>) -> Lifted {
    let mut lifted = Lifted::default();
    shape(root, attached, &mut lifted);
    lifted
}

fn shape(root: &Value, attached: Option<&str>, lifted: &mut Lifted) {
    if let Some((id, output)) = wrapped(root) {
        return shape(output, attached.or(Some(id)), lifted);
    }
    if let Some((certain, possible)) = changes(root) {
        certain.iter().for_each(|change| changed(change, lifted));
        let from = lifted.resources.len();
        possible.iter().for_each(|change| changed(change, lifted));
        for resource in &mut lifted.resources[from..] {
            let condition = "whether the deployment makes this change";
            resource.presence = Presence::Undecided(Value::unknown(
                crate::document::UnknownReason::Runtime(condition.into()),
                format!("‹{condition}›"),
            ));
        }
        return;
    }
    match rows(root) {
        Some(rows) if !is_resource(root) => list(root, rows, attached, lifted),
        _ => {
            one(root, attached, lifted);
            made_by(root, lifted);
        }
    }
}

/// A list: where it is whole, it shows all of a kind that its owner has.
fn list(root: &Value, rows: &[Value], attached: Option<&str>, lifted: &mut Lifted) {
    if let Some(told) = rows.first().and_then(told) {
        let help = "archlint collect prints the commands that export settings";
        lifted.notices.push(notice("not-settings", rows[0].at, told, help));
        return;
    }
    let is_query = root.get("data").is_some();
    let rest = rest(root);
    if let Some(at) = rest {
        lifted.notices.push(not_whole(at, is_query));
    }
    let from = lifted.resources.len();
    let collection = attached.filter(|id| is_collection(id));
    for row in rows {
        let id = collection.and_then(|list| Some(format!("{list}/{}", row.get("name").and_then(Value::as_str)?)));
        let single = attached.filter(|_| collection.is_none() && rows.len() == 1);
        one(row, id.as_deref().or(single), lifted);
    }
    // Lines of their own, and the rows of a query, come from who knows how many lists.
    let is_lines = root.as_array().is_some() && rows.first().is_some_and(|row| row.at.span.start <= root.at.span.start);
    if rest.is_some() || is_query || is_lines {
        return;
    }
    if let Some(scope) = attached.filter(|id| !id.to_ascii_lowercase().contains("/providers/")) {
        lifted.collections.insert((EVERYTHING.to_owned(), scope.to_lowercase()));
        return;
    }
    if let Some(list) = collection
        && let Some((owner, _)) = list.rsplit_once('/')
        && let Some(type_name) = type_of_id(&format!("{list}/x"))
    {
        lifted.collections.insert((type_name.to_lowercase(), scope(owner)));
    }
    let made = &lifted.resources[from..];
    let is_one_kind = made.windows(2).all(|pair| pair[0].type_name.eq_ignore_ascii_case(&pair[1].type_name));
    if is_one_kind {
        for resource in made {
            if let Some((owner, _)) = resource.id.rsplit_once('/').and_then(|(head, _)| head.rsplit_once('/')) {
                lifted.collections.insert((resource.type_name.to_lowercase(), scope(owner)));
            }
        }
    }
}

/// The id of an owner in lower case, without the provider of what it owns.
fn scope(owner: &str) -> String {
    let owner = owner.to_lowercase();
    let parts: Vec<&str> = owner.split('/').collect();
    match parts.len().checked_sub(2) {
        Some(at) if parts[at] == "providers" => parts[..at].join("/"),
        _ => owner,
    }
}

/// The members in which a list says that there is more of it.
pub const TOKENS: [&str; 6] =
    ["skip_token", "skipToken", "$skipToken", "nextLink", "@odata.nextLink", "odata.nextLink"];

/// What is told of a list that is not whole.
pub fn not_whole(at: Location, is_query: bool) -> Notice {
    let message = "this list is not whole: it ends with a token for the rest of it";
    let help = if is_query {
        "fetch the rest with az graph query --skip-token, or ask for more rows with --first"
    } else {
        "fetch the rest from the link, or use the command that lists all"
    };
    notice("list-not-whole", at, message, help)
}

/// Where a list says that there is more of it.
fn rest(root: &Value) -> Option<Location> {
    let token = TOKENS.iter().find_map(|name| {
        root.get(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty())).map(|value| value.at)
    });
    let number = |names: [&str; 2]| names.iter().find_map(|name| root.get(name)?.as_int());
    let all = number(["total_records", "totalRecords"]);
    let here = root.get("data").and_then(Value::as_array).map(|rows| rows.len() as i64);
    let is_short = all.zip(here).is_some_and(|(all, here)| here < all);
    token.or_else(|| is_short.then_some(root.at))
}

/// Whether an id ends with the name of a list: `…/servers/sql1/databases`.
fn is_collection(id: &str) -> bool {
    let parts: Vec<&str> = id.trim_end_matches('/').split('/').collect();
    let provider = parts.iter().rposition(|part| part.eq_ignore_ascii_case("providers"));
    provider.is_some_and(|at| (parts.len() - at) % 2 == 1)
}

/// A single object: a resource by its own id, by what it says of itself, or by what the user states.
fn one(value: &Value, attached: Option<&str>, lifted: &mut Lifted) {
    if is_resource(value) {
        return resource(value, lifted);
    }
    if value.as_object().is_none() {
        return;
    }
    if let Some(told) = told(value) {
        let help = "archlint collect prints the commands that export settings";
        lifted.notices.push(notice("not-settings", value.at, told, help));
        return;
    }
    let said = said(value);
    let id = said.as_deref().or(attached);
    match id.and_then(|id| placed(value, id)) {
        Some(id) => resource_as(value, &id, lifted),
        None => lifted.notices.push(notice(
            "no-resource-id",
            value.at,
            "this does not say which resource it belongs to: it has no id",
            "state it: --attach FILE=RESOURCE_ID; or export it with a command that prints ids",
        )),
    }
}

/// The id that a row without one makes up of its parts (`project name, type, resourceGroup, subscriptionId, …`).
fn said(value: &Value) -> Option<String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (subscription, group) = (text("subscriptionId")?, text("resourceGroup")?);
    let (type_name, name) = (text("type")?, text("name")?);
    let (namespace, types) = type_name.split_once('/')?;
    let (types, names): (Vec<&str>, Vec<&str>) = (types.split('/').collect(), name.split('/').collect());
    if types.len() != names.len() {
        return None;
    }
    let path: Vec<String> = types.iter().zip(&names).map(|(kind, name)| format!("{kind}/{name}")).collect();
    Some(format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{}", path.join("/")))
}

/// The id of an object that belongs to the resource with an id: that one's own, or of the settings below it that the
/// object's members are the face of. Nothing where neither is certain.
fn placed(value: &Value, id: &str) -> Option<String> {
    if is_collection(id) {
        return None;
    }
    let own = type_of_id(id)?;
    let face = face(value)?;
    let (type_name, below) = (face["type"].as_str()?, face["below"].as_str()?);
    if own.eq_ignore_ascii_case(type_name) {
        return Some(id.to_owned());
    }
    own.eq_ignore_ascii_case(face["of"].as_str()?).then(|| format!("{id}/{below}"))
}

/// What is known of settings that are recognised by their members.
fn face(value: &Value) -> Option<&'static serde_json::Value> {
    facts()["faces"].as_array()?.iter().find(|face| has_face(value, face))
}

/// A record of what made resources, not of their settings: those are there, and what they are set to is not known.
fn made_by(root: &Value, lifted: &mut Lifted) {
    let Some(record) = lifted.resources.last() else { return };
    let facts = &facts()["records"][record.type_name.to_ascii_lowercase()];
    let Some(told) = facts["told"].as_str() else { return };
    lifted.notices.push(notice(
        "no-settings-in-it",
        root.at,
        told,
        "export the resources themselves: archlint collect prints the commands",
    ));
    let path = facts["list"].as_str().unwrap_or_default();
    let made = path.split('.').try_fold(root, |value, name| value.get(name)).and_then(Value::as_array);
    for row in made.unwrap_or_default() {
        if let Some(id) = row.get("id").filter(|id| id.as_str().is_some()) {
            let member = Member { key: "id".into(), key_at: row.at, value: id.clone() };
            let named = Value { at: row.at, ..Value::object(vec![member]) };
            if is_resource(&named) {
                resource(&named, lifted);
            }
        }
    }
}

/// One change of a what-if result: the state after it. What is deleted is not there.
fn changed(change: &Value, lifted: &mut Lifted) {
    let kind = change.get("changeType").and_then(Value::as_str).unwrap_or_default();
    let is_kind = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(kind));
    if is_kind(&["Delete"]) {
        return;
    }
    let is_new = is_kind(&["Create", "Modify", "Deploy"]);
    let state = |name: &str| change.get(name).filter(|state| state.as_object().is_some());
    let from = lifted.resources.len();
    let after = state("after").or_else(|| if is_new { None } else { state("before") });
    match (after, change.get("resourceId").filter(|id| id.as_str().is_some())) {
        (Some(state), Some(id)) => resource_as(&symbolic(state), id.as_str().unwrap_or_default(), lifted),
        (Some(state), None) => one(&symbolic(state), None, lifted),
        // What the service could not tell, or was not asked for: the resource is there, its settings are not known.
        (None, Some(id)) => {
            let member = Member { key: "id".into(), key_at: id.at, value: id.clone() };
            let named = Value { at: change.at, ..Value::object(vec![member]) };
            if is_resource(&named) {
                resource(&named, lifted);
            }
        }
        (None, None) => {}
    }
    if is_kind(&["Unsupported"]) {
        let reason = change.get("unsupportedReason").and_then(Value::as_str).unwrap_or("it gives no reason");
        let message = format!("the service could not tell this change: {reason}");
        lifted.notices.push(notice("change-not-known", change.at, &message, "the resource's settings are not known"));
    }
    let note = if is_new { "brought in by this change" } else { "was there before" };
    for resource in &mut lifted.resources[from..] {
        resource.change = Some(note);
    }
}

/// A state with the expressions that the service left in it as what is not known.
fn symbolic(value: &Value) -> Value {
    let kind = match &value.kind {
        Kind::String(text) if text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[") => {
            let inside = &text[1..text.len() - 1];
            let unknown = Value::unknown(crate::document::UnknownReason::Runtime(inside.into()), format!("‹{inside}›"));
            unknown.kind
        }
        Kind::Array(items) => Kind::Array(Arc::new(items.iter().map(symbolic).collect())),
        Kind::Object(object) => {
            let members =
                object.members.iter().map(|member| Member { value: symbolic(&member.value), ..member.clone() });
            Kind::Object(Arc::new(Object { members: members.collect() }))
        }
        other => other.clone(),
    };
    Value { kind, at: value.at, trace: value.trace.clone() }
}

fn notice(code: &'static str, at: Location, message: &str, help: &str) -> Notice {
    Notice { code, at, message: message.to_owned(), help: help.to_owned() }
}
