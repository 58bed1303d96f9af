//! Whether exports show all resources of a type that belong to another one, or that stand in a scope.

use super::commands::{Of, Reading, commands, commands_for_any, stands_in_resource_list};
use super::envelope::EVERYTHING;
use super::type_of_id;
use crate::estate::{Estate, Index, InputKind};
use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

/// Whether the estate has all resources of a type that belong to the one with that id (a resource, resource group or
/// subscription): a list showed them, or there can be one only and it is there. That some are there says nothing of
/// others.
pub fn is_whole(estate: &Estate, type_name: &str, owner: &str) -> bool {
    let (type_name, owner) = (type_name.to_lowercase(), owner.to_lowercase());
    let shown = shown(&type_name);
    if shown.is_some_and(|shown| shown.is_of_subscription) {
        return is_listed(estate, &type_name, subscription_of(&owner));
    }
    if is_listed(estate, &type_name, &owner) {
        return true;
    }
    let Some(shown) = shown else {
        return !is_scope(&owner) && !within(estate, &type_name, &owner).is_empty();
    };
    let Some(owners) = &shown.owners else { return false };
    let own_type = type_of_id(&owner).unwrap_or_default().to_lowercase();
    if owners.iter().any(|name| *name == own_type) {
        return shown.is_single && !within(estate, &type_name, &owner).is_empty();
    }
    // Something stands between: all of that must be there, each with its own.
    let between = |name: &&&str| **name != type_name && (is_scope(&owner) || name.starts_with(&format!("{own_type}/")));
    let mut between = owners.iter().filter(between).peekable();
    between.peek().is_some()
        && between.all(|name| {
            let mut those = within(estate, name, &owner).into_iter();
            is_whole(estate, name, &owner)
                && those.all(|index| is_whole(estate, &type_name, &estate.resource(index).id))
        })
}

/// What a command shows of a type.
struct Shown {
    /// The types it is run once for; nothing where it is run for a group or subscription.
    owners: Option<Vec<&'static str>>,
    /// It is run for a subscription: what a list of less shows (locks of a group) may come from above as well.
    is_of_subscription: bool,
    /// One owner has one of it.
    is_single: bool,
}

/// What the command for a type (in lower case) shows, told once: a large estate asks for each resource.
fn shown(type_name: &str) -> Option<&'static Shown> {
    static KNOWN: OnceLock<HashMap<&'static str, Shown>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let told = |reading: Reading| Shown {
            owners: match reading.of() {
                Of::Types(owners) => Some(owners),
                _ => None,
            },
            is_of_subscription: matches!(reading.of(), Of::Subscription),
            is_single: reading.is_single(),
        };
        Reading::all().map(|(name, reading)| (name, told(reading))).collect()
    });
    known.get(type_name)
}

/// Whether the exports show all resources of these types in every resource group that they tell of.
pub fn is_whole_estate(estate: &Estate, types: &[String]) -> bool {
    // Without the list of all that a group holds, it may hold more.
    let is_stated = estate.collections.iter().any(|(name, _)| name == EVERYTHING);
    if types.is_empty() || !is_stated || estate.is_supplied() {
        return false;
    }
    groups(estate).iter().all(|group| types.iter().all(|name| is_whole(estate, name, group)))
}

/// The ids of the resource groups that an estate tells of, in lower case; of subscriptions for what has no group.
fn groups(estate: &Estate) -> BTreeSet<String> {
    (0..estate.count()).filter_map(|index| group_of(&estate.resource(index).id)).collect()
}

/// The commands that would show all resources of these types in every resource group that exports tell of: the list
/// of all that a group holds, and lists of what does not stand in it.
pub fn commands_for_estate(estate: &Estate, types: &[String]) -> Vec<String> {
    const MOST: usize = 3;
    let is_exported = estate.count() > 0 && estate.resource(0).input == InputKind::Export;
    let groups = if is_exported && !estate.is_supplied() { groups(estate) } else { BTreeSet::new() };
    if groups.is_empty() || groups.len() > MOST {
        return types.iter().flat_map(|name| commands_for_any(name)).collect();
    }
    let mut all = Vec::new();
    for group in groups {
        all.extend(commands(EVERYTHING, &group));
        let others = types.iter().filter(|name| !stands_in_resource_list(name) && !is_whole(estate, name, &group));
        all.extend(others.flat_map(|name| commands(name, &group)));
    }
    all
}

/// The id of the resource group in which a resource stands, in lower case; of its subscription where it has none.
fn group_of(id: &str) -> Option<String> {
    let id = id.to_lowercase();
    let parts: Vec<&str> = id.split('/').collect();
    let is_in_group = parts.len() > 4 && parts[3] == "resourcegroups";
    (parts.len() > 2 && parts[1] == "subscriptions").then(|| parts[..if is_in_group { 5 } else { 3 }].join("/"))
}

/// The id of the subscription that an id stands in.
fn subscription_of(id: &str) -> &str {
    id.match_indices('/').nth(2).map_or(id, |(end, _)| &id[..end])
}

/// Whether an id is that of a resource group or subscription.
fn is_scope(id: &str) -> bool {
    !id.contains("/providers/")
}

/// The resources of a type below an id.
fn within(estate: &Estate, type_name: &str, owner: &str) -> Vec<Index> {
    let is_meant = |index: &Index| estate.type_of(*index) == type_name;
    if !is_scope(owner) {
        return estate.below(owner).into_iter().filter(is_meant).collect();
    }
    let head = format!("{owner}/");
    let starts = |index: &Index| estate.resource(*index).id.to_lowercase().starts_with(&head);
    estate.of_type(type_name).iter().copied().filter(starts).collect()
}

/// Whether a list showed them: of the owner, of a scope around it, or of the one thing between (`blobServices/default`).
fn is_listed(estate: &Estate, type_name: &str, owner: &str) -> bool {
    if estate.collections.is_empty() {
        return false;
    }
    let has = |type_name: &str, scope: &str| estate.collections.contains(&(type_name.to_owned(), scope.to_owned()));
    let is_general = stands_in_resource_list(type_name);
    let mut scope = owner;
    loop {
        if has(type_name, scope) || (is_general && has(EVERYTHING, scope)) {
            return true;
        }
        match scope.rfind('/') {
            Some(cut) if cut > 0 => scope = &scope[..cut],
            _ => break,
        }
    }
    let own_type = type_of_id(owner).unwrap_or_default().to_lowercase();
    let between = type_name.strip_prefix(&format!("{own_type}/")).and_then(|rest| rest.rsplit_once('/'));
    between.is_some_and(|(between, _)| !between.contains('/') && has(type_name, &format!("{owner}/{between}/default")))
}
