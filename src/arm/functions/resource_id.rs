//! Resource ids from types and names. Parts that are not known become holes of the id.

use super::arguments;
use crate::arm::scope::Facts;
use crate::document::{Kind, Value};
use crate::estate::segments;

/// Ids by function name (lower case); nothing for other functions.
pub fn call(name: &str, args: &[Value], facts: &Facts) -> Option<Result<Value, String>> {
    Some(match name {
        "resourceid" => resource_id(args, facts),
        "subscriptionresourceid" => subscription_resource_id(args, facts),
        "tenantresourceid" => type_and_names("tenantResourceId", args, 0).map(|tail| build(&[], tail)),
        "managementgroupresourceid" => management_group_resource_id(args, facts),
        "extensionresourceid" => extension_resource_id(args),
        _ => return None,
    })
}

/// The arguments that spell type and names.
struct Tail<'v> {
    args: &'v [Value],
}

/// Holds `args[from..]` to a type and as many names as it has segments.
fn type_and_names<'v>(name: &str, args: &'v [Value], from: usize) -> Result<Tail<'v>, String> {
    arguments::count(name, args, from + 2, None)?;
    arguments::only_texts(name, args)?;
    let rest = &args[from..];
    if let Some(type_name) = rest[0].as_str() {
        let wanted = type_name.trim_end_matches('/').matches('/').count();
        if wanted == 0 {
            return Err(format!("the function '{name}' wants a resource type, not '{type_name}'"));
        }
        if wanted != rest.len() - 1 {
            let given = rest.len() - 1;
            return Err(format!("the function '{name}' needs {wanted} names for the type '{type_name}', not {given}"));
        }
    }
    Ok(Tail { args: rest })
}

/// `head` + `/providers/` + type and names in turn.
fn build(head: &[&Value], tail: Tail) -> Value {
    let mut text: String = head.iter().map(|part| arguments::symbol_of(part)).collect();
    let type_name = arguments::symbol_of(&tail.args[0]);
    // Azure takes a type that ends in a slash.
    let mut types = segments(type_name.trim_end_matches('/')).into_iter();
    text.push_str("/providers/");
    text.push_str(types.next().unwrap_or_default());
    let mut names = tail.args[1..].iter();
    loop {
        let (next_type, next_name) = (types.next(), names.next());
        if next_type.is_none() && next_name.is_none() {
            break;
        }
        for part in [next_type.map(str::to_owned), next_name.map(arguments::symbol_of)].into_iter().flatten() {
            text.push('/');
            text.push_str(&part);
        }
    }
    let parts = head.iter().copied().chain(tail.args);
    arguments::derived(parts, text.clone()).unwrap_or_else(|| Value::string(text))
}

/// Where the type stands among the arguments: what precedes it names a subscription and a resource group.
fn type_position(args: &[Value], most: usize) -> Option<usize> {
    (0..args.len().min(most + 1)).find(|&at| {
        args[at].as_str().is_some_and(|text| {
            text.contains('/') && text.trim_end_matches('/').matches('/').count() == args.len() - at - 1
        })
    })
}

fn resource_id(args: &[Value], facts: &Facts) -> Result<Value, String> {
    let name = "resourceId";
    let at = type_position(args, 2).unwrap_or(0);
    let tail = type_and_names(name, args, at)?;
    let subscription = facts.subscription.get("id").cloned().unwrap_or_default();
    let (subscriptions, groups) = (Value::string("/subscriptions/"), Value::string("/resourceGroups/"));
    Ok(match at {
        0 => build(&[&own_scope(facts)], tail),
        1 => build(&[&subscription, &groups, &args[0]], tail),
        _ => build(&[&subscriptions, &args[0], &groups, &args[1]], tail),
    })
}

/// `resourceId` at a management group gives an id at the tenant, as `managementGroupResourceId` exists for the other.
fn own_scope(facts: &Facts) -> Value {
    use crate::arm::scope::Level;
    match facts.level {
        Level::ResourceGroup | Level::Subscription => facts.scope_id(),
        Level::ManagementGroup | Level::Tenant => Value::string(""),
    }
}

fn subscription_resource_id(args: &[Value], facts: &Facts) -> Result<Value, String> {
    let name = "subscriptionResourceId";
    let at = type_position(args, 1).unwrap_or(0);
    let tail = type_and_names(name, args, at)?;
    let subscription = facts.subscription.get("id").cloned().unwrap_or_default();
    Ok(match at {
        0 => build(&[&subscription], tail),
        _ => build(&[&Value::string("/subscriptions/"), &args[0]], tail),
    })
}

fn management_group_resource_id(args: &[Value], facts: &Facts) -> Result<Value, String> {
    let name = "managementGroupResourceId";
    let at = type_position(args, 1).unwrap_or(0);
    let tail = type_and_names(name, args, at)?;
    let own = facts.management_group.get("id").cloned().unwrap_or_default();
    Ok(match at {
        0 => build(&[&own], tail),
        _ => build(&[&Value::string("/providers/Microsoft.Management/managementGroups/"), &args[0]], tail),
    })
}

fn extension_resource_id(args: &[Value]) -> Result<Value, String> {
    let name = "extensionResourceId";
    let tail = type_and_names(name, args, 1)?;
    if let Kind::String(scope) = &args[0].kind
        && !scope.is_empty()
        && !scope.starts_with('/')
    {
        return Err(format!("the function '{name}' wants a resource id as argument 1, not '{scope}'"));
    }
    Ok(build(&[&args[0]], tail))
}
