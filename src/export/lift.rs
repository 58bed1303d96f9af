//! From the CLI's shapes to resources. Every value keeps its place in the export file.

use super::{name_of, type_of};
use crate::document::{Kind, Member, Object, Value};
use crate::estate::{InputKind, Presence, Resource};
use serde_json::Value as Json;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

const FACTS: &str = include_str!("shapes.json");

fn facts() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(FACTS).unwrap_or_default())
}

/// What one export file holds.
#[derive(Debug, Default)]
pub struct Lifted {
    pub resources: Vec<Resource>,
    /// Lists that a file shows whole: lower-case type and id of the owner.
    pub collections: HashSet<(String, String)>,
    /// Objects of which the file does not say what they belong to.
    pub homeless: Vec<Value>,
}

/// Whether resources of a type may hold others.
pub fn has_children(type_name: &str) -> bool {
    facts()["children"].get(type_name.to_ascii_lowercase()).is_some()
}

/// Whether a document is an export: a resource, a list of them, or an envelope around such a list.
pub fn is_export(root: &Value) -> bool {
    if is_resource(root) {
        return true;
    }
    let list = envelope(root).or_else(|| root.as_array());
    list.is_some_and(|items| !items.is_empty() && items.iter().any(is_resource)) || changes(root).is_some()
}

fn is_resource(value: &Value) -> bool {
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
    let is_id = ["/subscriptions/", "/providers/"]
        .iter()
        .any(|head| id.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head)));
    is_id && type_of(value, id).is_some()
}

/// The rows of `az graph query`, a REST list, or a wrapped list.
fn envelope(root: &Value) -> Option<&[Value]> {
    ["data", "value"].iter().find_map(|name| root.get(name).and_then(Value::as_array))
}

/// The changes of a what-if result.
fn changes(root: &Value) -> Option<&[Value]> {
    let list = root.get("changes").or_else(|| root.get("properties").and_then(|own| own.get("changes")))?;
    list.as_array().filter(|list| list.iter().any(|change| change.get("changeType").is_some()))
}

/// The resources of an export.
pub fn lift(root: &Value) -> Lifted {
    let mut lifted = Lifted::default();
    if let Some(changes) = changes(root) {
        for change in changes {
            changed(change, &mut lifted);
        }
        return lifted;
    }
    match envelope(root).or_else(|| root.as_array()) {
        Some(items) if !is_resource(root) => {
            for item in items {
                resource(item, &mut lifted);
            }
            // A list shows all of a kind that its owner has.
            for resource in &lifted.resources {
                let id = resource.id.to_lowercase();
                if let Some((owner, _)) = id.rsplit_once('/').and_then(|(head, _)| head.rsplit_once('/')) {
                    lifted.collections.insert((resource.type_name.to_lowercase(), owner.to_owned()));
                }
            }
        }
        _ => resource(root, &mut lifted),
    }
    lifted
}

/// One change of a what-if result: the state after it. What is deleted is not there.
fn changed(change: &Value, lifted: &mut Lifted) {
    let kind = change.get("changeType").and_then(Value::as_str).unwrap_or_default();
    let is_new = ["Create", "Modify", "Deploy"].iter().any(|name| name.eq_ignore_ascii_case(kind));
    let state = match kind {
        "Delete" => return,
        _ if is_new => change.get("after"),
        _ => change.get("after").filter(|after| !after.is_null()).or_else(|| change.get("before")),
    };
    let Some(state) = state.filter(|state| state.as_object().is_some()) else { return };
    let count = lifted.resources.len();
    resource(state, lifted);
    let note = if is_new { "brought in by this change" } else { "was there before" };
    for resource in &mut lifted.resources[count..] {
        resource.change = Some(note);
    }
}

fn resource(value: &Value, lifted: &mut Lifted) {
    let Some(object) = value.as_object() else { return };
    let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
    let Some(type_name) = type_of(value, id).filter(|_| is_resource(value)) else {
        lifted.homeless.push(value.clone());
        return;
    };
    let folded = type_name.to_ascii_lowercase();
    let stated = object.get("properties");
    let is_flat = object.member("properties").is_none();
    let names = |of: &Json| -> Vec<String> {
        of.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_ascii_lowercase).collect()
    };
    let own = names(&facts()["resource"]);
    let added = names(&facts()["added"]);
    let inner = names(&facts()["belongsToProperties"][&folded]);
    let children = names(&facts()["children"][&folded]);
    let mut members: Vec<Member> = Vec::new();
    let mut properties: Vec<Member> = match stated {
        Some(value) if value.as_object().is_some() => {
            value.as_object().map(|object| object.members.clone()).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    for member in &object.members {
        let key = member.key.to_ascii_lowercase();
        if member.value.is_null() || key == "properties" || added.contains(&key) {
            continue;
        }
        if children.contains(&key) {
            member.value.as_array().into_iter().flatten().for_each(|child| resource(child, lifted));
        } else if is_flat && (!own.contains(&key) || inner.contains(&key)) {
            properties.push(member.clone());
        } else {
            members.push(member.clone());
        }
    }
    // `az resource list` prints null; the API leaves them out and has a few words of its own there.
    let of_lists = names(&facts()["ofLists"]);
    let says_nothing = properties.iter().all(|member| of_lists.contains(&member.key.to_ascii_lowercase()));
    let is_silent = stated.is_some_and(Value::is_null) || (is_flat && says_nothing);
    let mut properties =
        Object { members: properties.into_iter().filter_map(|member| cleaned(member, &added)).collect() };
    for rename in facts()["renames"][&folded].as_array().into_iter().flatten() {
        let (from, to) = (rename["from"].as_str().unwrap_or_default(), rename["to"].as_str().unwrap_or_default());
        let path: Vec<&str> = from.split('.').collect();
        renamed(&mut properties, &path, to);
    }
    dissolve(&folded, &mut properties);
    if !is_silent {
        let at = stated.map_or(value.at, |value| value.at);
        let key_at = object.member("properties").map_or(value.at, |member| member.key_at);
        let whole = Value { at, ..Value::new(Kind::Object(Arc::new(properties))) };
        members.push(Member { key: "properties".into(), key_at, value: whole });
    }
    let body = Value { at: value.at, ..Value::object(members) };
    let text = |name: &str| -> Arc<str> { body.get(name).and_then(Value::as_str).unwrap_or_default().into() };
    let mut made = Resource {
        id: id.into(),
        type_name: type_name.as_str().into(),
        name: "".into(),
        api_version: text("apiVersion"),
        at: value.at,
        declared_as: id.into(),
        presence: Presence::Certain,
        existing: false,
        input: InputKind::Export,
        partial: is_silent.then(|| {
            super::command(&type_name, id).unwrap_or_else(|| format!("az resource show --ids {id} -o json")).into()
        }),
        change: None,
        body,
    };
    made.name = name_of(&made).into();
    // The body's own type and last name, where the CLI leaves them out.
    if let Kind::Object(body) = &mut made.body.kind {
        let body = Arc::make_mut(body);
        let short: Arc<str> = crate::estate::last_segment(&made.name).into();
        if body.get("type").is_none() {
            body.set("type".into(), value.at, Value { at: value.at, ..Value::string(type_name.as_str()) });
        }
        if body.get("name").is_none() {
            body.set("name".into(), value.at, Value { at: value.at, ..Value::string(short) });
        }
    }
    lifted.resources.push(made);
}

/// The member without nulls and what the CLI adds, at any depth; nothing when it is itself null or added.
fn cleaned(member: Member, added: &[String]) -> Option<Member> {
    if member.value.is_null() || added.contains(&member.key.to_ascii_lowercase()) {
        return None;
    }
    Some(Member { value: without_nulls(&member.value, added), ..member })
}

fn without_nulls(value: &Value, added: &[String]) -> Value {
    let kind = match &value.kind {
        Kind::Array(items) => Kind::Array(Arc::new(items.iter().map(|item| without_nulls(item, added)).collect())),
        Kind::Object(object) => {
            let members = object.members.iter().filter_map(|member| cleaned(member.clone(), added)).collect();
            Kind::Object(Arc::new(Object { members }))
        }
        other => other.clone(),
    };
    Value { kind, at: value.at, trace: value.trace.clone() }
}

/// Gives the member at a path (`a.b[].c`) another name.
fn renamed(object: &mut Object, path: &[&str], to: &str) {
    let Some((last, holders)) = path.split_last() else { return };
    each(object, holders, &mut |holder| {
        if let Some(member) = holder.members.iter_mut().find(|member| member.key.eq_ignore_ascii_case(last)) {
            member.key = to.into();
        }
    });
}

/// Does something to every object at a path (`a.b[].c`).
fn each(object: &mut Object, path: &[&str], act: &mut dyn FnMut(&mut Object)) {
    let Some((head, rest)) = path.split_first() else { return act(object) };
    let (name, is_list) = head.strip_suffix("[]").map_or((*head, false), |name| (name, true));
    let Some(member) = object.members.iter_mut().find(|member| member.key.eq_ignore_ascii_case(name)) else { return };
    match &mut member.value.kind {
        Kind::Object(inner) if !is_list => each(Arc::make_mut(inner), rest, act),
        Kind::Array(items) if is_list => {
            for item in Arc::make_mut(items) {
                if let Kind::Object(inner) = &mut item.kind {
                    each(Arc::make_mut(inner), rest, act);
                }
            }
        }
        _ => {}
    }
}

/// Puts back `typeProperties`, and `properties` of parts, which the CLI dissolves into what is around them.
fn dissolve(type_name: &str, properties: &mut Object) {
    let names = |of: &Json| -> Vec<String> {
        of.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_ascii_lowercase).collect()
    };
    let kept = &facts()["dissolved"][type_name];
    if kept.is_array() {
        regroup(properties, &names(kept), "typeProperties");
    }
    for part in facts()["dissolvedParts"][type_name].as_array().into_iter().flatten() {
        let path: Vec<&str> = part["at"].as_str().unwrap_or_default().split('.').collect();
        let kept = names(&part["kept"]);
        each(properties, &path, &mut |object| regroup(object, &kept, "properties"));
    }
    let items = &facts()["dissolvedItems"][type_name];
    let Some(list) = items["list"].as_str() else { return };
    let kept = names(&items["kept"]);
    if let Some(member) = properties.members.iter_mut().find(|member| member.key.eq_ignore_ascii_case(list)) {
        regroup_all(&mut member.value, &kept);
    }
}

fn regroup_all(list: &mut Value, kept: &[String]) {
    let Kind::Array(items) = &mut list.kind else { return };
    for item in Arc::make_mut(items) {
        if let Kind::Object(object) = &mut item.kind {
            regroup(Arc::make_mut(object), kept, "typeProperties");
        }
    }
}

fn regroup(object: &mut Object, kept: &[String], group: &str) {
    let is_kept = |member: &Member| kept.contains(&member.key.to_ascii_lowercase());
    if object.get(group).is_some() || object.members.iter().all(is_kept) {
        return;
    }
    let (mut outside, inside): (Vec<Member>, Vec<Member>) = object.members.drain(..).partition(is_kept);
    let (key_at, at) = inside.first().map(|member| (member.key_at, member.value.at)).unwrap_or_default();
    let whole = Value { at, ..Value::object(inside) };
    outside.push(Member { key: group.into(), key_at, value: whole });
    object.members = outside;
}

/// Joins descriptions of the same resource: the most complete one stays. Gives pairs that contradict each other.
pub fn merge(resources: Vec<Resource>) -> (Vec<Resource>, Vec<(Resource, Resource)>) {
    let weight = |resource: &Resource| match resource.body.get("properties").and_then(Value::as_object) {
        Some(properties) => 1 + properties.members.len(),
        None => 0,
    };
    let mut kept: Vec<Resource> = Vec::new();
    let mut known: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut conflicts = Vec::new();
    for resource in resources {
        let id = resource.id.to_lowercase();
        match known.get(&id) {
            None => {
                known.insert(id, kept.len());
                kept.push(resource);
            }
            Some(&index) => {
                if contradicts(&kept[index], &resource) {
                    conflicts.push((kept[index].clone(), resource.clone()));
                }
                if weight(&resource) > weight(&kept[index]) {
                    kept[index] = resource;
                }
            }
        }
    }
    (kept, conflicts)
}

/// Whether two descriptions state another scalar for the same property.
fn contradicts(a: &Resource, b: &Resource) -> bool {
    let members = |resource: &Resource| -> Vec<Member> {
        let properties = resource.body.get("properties").and_then(Value::as_object);
        properties.map(|object| object.members.clone()).unwrap_or_default()
    };
    let others = Object { members: members(b) };
    members(a).iter().any(|member| {
        let is_scalar = |value: &Value| value.as_object().is_none() && value.as_array().is_none();
        others.get(&member.key).is_some_and(|other| {
            is_scalar(&member.value) && is_scalar(other) && !crate::check::same_text(&member.value, other)
        })
    })
}
