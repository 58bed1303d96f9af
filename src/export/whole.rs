//! Whether exports show all resources of a type that belong to another one.

use super::commands::{Of, Reading};
use super::type_of_id;
use crate::estate::Estate;

/// Whether the estate has all resources of a type that belong to the one with that id: a list showed them, or there
/// can be one only and it is there. That some are there says nothing of others.
pub fn is_whole(estate: &Estate, type_name: &str, owner: &str) -> bool {
    let (type_name, owner) = (type_name.to_lowercase(), owner.to_lowercase());
    if is_listed(estate, &type_name, &owner) {
        return true;
    }
    let is_below = |owner: &str| {
        let mut below = estate.below(owner).into_iter();
        below.any(|index| estate.resources[index].type_name.eq_ignore_ascii_case(&type_name))
    };
    let Some(reading) = Reading::of_type(&type_name) else { return is_below(&owner) };
    let Of::Types(owners) = reading.of() else { return false };
    if !reading.is_single() {
        return false;
    }
    let own_type = type_of_id(&owner).unwrap_or_default();
    if owners.iter().any(|name| name.eq_ignore_ascii_case(&own_type)) {
        return is_below(&owner);
    }
    // One each of something between: all of that must be there, each with its own.
    owners.iter().filter(|name| name.starts_with(&format!("{own_type}/"))).any(|between| {
        is_whole(estate, between, &owner)
            && estate
                .below(&owner)
                .into_iter()
                .filter(|&index| estate.resources[index].type_name.eq_ignore_ascii_case(between))
                .all(|index| is_whole(estate, &type_name, &estate.resources[index].id))
    })
}

/// Whether a list showed them: of the owner, of a scope around it, or of the one thing between (`blobServices/default`).
fn is_listed(estate: &Estate, type_name: &str, owner: &str) -> bool {
    let listed = |scope: &str| estate.collections.contains(&(type_name.to_owned(), scope.to_owned()));
    let mut scope = owner;
    loop {
        if listed(scope) {
            return true;
        }
        match scope.rfind('/') {
            Some(cut) if cut > 0 => scope = &scope[..cut],
            _ => break,
        }
    }
    let own_type = type_of_id(owner).unwrap_or_default();
    let between = type_name.strip_prefix(&format!("{own_type}/")).and_then(|rest| rest.rsplit_once('/'));
    between.is_some_and(|(between, _)| !between.contains('/') && listed(&format!("{owner}/{between}/default")))
}
