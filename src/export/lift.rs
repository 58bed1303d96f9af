//! From the CLI's shapes to resources. Every value keeps its place in the export file.

use super::envelope::Lifted;
use super::{name_of, type_of};
use crate::document::{Kind, Member, Object, Value};
use crate::estate::{InputKind, Presence, Resource};
use serde_json::Value as Json;
use std::sync::{Arc, OnceLock};

const FACTS: &str = include_str!("shapes.json");

/// What is known of the shapes in which the CLI prints resources.
pub fn facts() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(FACTS).unwrap_or_default())
}

/// Whether resources of a type may hold others.
pub fn has_children(type_name: &str) -> bool {
    facts()["children"].get(type_name.to_ascii_lowercase()).is_some()
}

/// Whether a value is an object with the id and the type of a resource.
pub fn is_resource(value: &Value) -> bool {
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
    let is_id = ["/subscriptions/", "/providers/"]
        .iter()
        .any(|head| id.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head)));
    is_id && type_of(value, id).is_some()
}

/// Whether an object has one of the members by which settings without an id are recognised.
pub fn has_face(value: &Value, face: &Json) -> bool {
    face["keys"].as_array().into_iter().flatten().filter_map(Json::as_str).any(|path| {
        path.split('.').try_fold(value, |value, name| value.get(name)).is_some_and(|value| !value.is_null())
    })
}

/// Adds a resource that states its id.
pub fn resource(value: &Value, lifted: &mut Lifted) {
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    resource_as(value, &id, lifted);
}

/// Adds a resource with an id that it need not state.
pub fn resource_as(value: &Value, id: &str, lifted: &mut Lifted) {
    let Some(object) = value.as_object() else { return };
    let Some(type_name) = type_of(value, id) else { return };
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
        partial: is_silent.then(|| super::commands(&type_name, id).join("; ").into()),
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
