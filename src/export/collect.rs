//! The shell script that exports what rules look at: commands that read, one file each.

use super::commands::{Of, Reading, quoted};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What is exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub groups: Vec<String>,
    pub subscription: Option<String>,
}

/// The functions of the script.
const FUNCTIONS: &str = include_str!("collect.sh");

/// The script that exports all resources of these types (lower case) in a scope. `about` stands at its beginning.
pub fn script(types: &BTreeSet<String>, scope: &Scope, about: &[String]) -> String {
    let all = with_owners(types);
    let mut out = String::from("#!/bin/sh\n");
    for line in about {
        let _ = writeln!(out, "# {}", line.replace(['\n', '\r'], " "));
    }
    out.push_str(
        "# Every command reads; nothing in Azure is changed. Run it with the folder to write: sh SCRIPT [FOLDER].\n\
         # What is in the folder is not fetched again: a run that was stopped goes on. Remove the folder to begin anew.\n",
    );
    let extensions: BTreeSet<&str> =
        all.iter().filter_map(|name| Reading::of_type(name)).filter_map(Reading::extension).collect();
    if !extensions.is_empty() {
        let names: Vec<&str> = extensions.into_iter().collect();
        let _ = writeln!(
            out,
            "# Commands that come with extensions of the CLI (az extension add --name): {}",
            names.join(", ")
        );
    }
    let left_out: Vec<&str> = all.iter().filter(|name| is_left_out(name)).map(String::as_str).collect();
    if !left_out.is_empty() {
        let _ = writeln!(out, "# No command is known for: {}", left_out.join(", "));
    }
    out.push_str(FUNCTIONS);
    discovery(scope, &mut out);
    for name in all.iter().filter(|name| !is_left_out(name)) {
        let is_owner = all.iter().filter_map(|other| Reading::of_type(other).map(|reading| (other, reading))).any(
            |(other, reading)| {
                other != name && matches!(reading.of(), Of::Types(owners) if owners.contains(&name.as_str()))
            },
        );
        block(name, is_owner && is_child(name), scope, &mut out);
    }
    out.push_str(
        "\nif [ -s \"$work/failed\" ]; then\n  printf 'these commands failed; run the script again to try them again:\\n' >&2\n  \
         cat \"$work/failed\" >&2\n  exit 1\nfi\nprintf 'next: archlint check %s\\n' \"$out\" >&2\n",
    );
    out
}

fn is_child(type_name: &str) -> bool {
    type_name.matches('/').count() > 1
}

/// Whether a type has neither a command of its own nor stands in the list of all resources.
fn is_left_out(type_name: &str) -> bool {
    type_name.contains('*') || (Reading::of_type(type_name).is_none() && is_child(type_name))
}

/// The types with all types whose resources their commands run for, owners first.
fn with_owners(types: &BTreeSet<String>) -> Vec<String> {
    let mut all = types.clone();
    let mut open: Vec<String> = types.iter().cloned().collect();
    while let Some(name) = open.pop() {
        if let Some(Of::Types(owners)) = Reading::of_type(&name).map(Reading::of) {
            for owner in owners.into_iter().filter(|owner| is_child(owner)) {
                if all.insert(owner.to_owned()) {
                    open.push(owner.to_owned());
                }
            }
        }
    }
    let mut all: Vec<String> = all.into_iter().collect();
    all.sort_by_key(|name| (rank(name), name.clone()));
    all
}

/// How many types must be listed one after the other before a type's commands can run.
fn rank(type_name: &str) -> usize {
    match Reading::of_type(type_name).map(Reading::of) {
        Some(Of::Types(owners)) => {
            let owners = owners.into_iter().filter(|owner| is_child(owner) && *owner != type_name);
            owners.map(|owner| 1 + rank(owner)).max().unwrap_or(0)
        }
        _ => 0,
    }
}

/// The words that choose the subscription, for a command that has none in its ids.
fn subscription(scope: &Scope) -> String {
    scope.subscription.as_ref().map(|name| format!(" --subscription {}", quoted(name))).unwrap_or_default()
}

/// The resource groups, and all resources that stand in the list of all.
fn discovery(scope: &Scope, out: &mut String) {
    let chosen = subscription(scope);
    // Lists are kept under the names of what they are of: the next run may be about something else.
    let kept = |kind: &str, of: &str| format!("names \"{kind}.$(label {})\"", quoted(of));
    let columns = "--query '[].[type, kind, sku.name, id]' --output tsv";
    let whole = scope.subscription.as_deref().unwrap_or("default");
    let (mut groups, mut resources) = (String::new(), String::new());
    if scope.groups.is_empty() {
        let _ = writeln!(groups, "  {} az group list{chosen} --query '[].id' --output tsv", kept("groups", whole));
        let _ = writeln!(resources, "  {} az resource list{chosen} {columns}", kept("resources", whole));
    }
    for name in &scope.groups {
        let group = quoted(name);
        let show = format!("az group show --name {group}{chosen} --query id --output tsv");
        let _ = writeln!(groups, "  {} {show}", kept("group", name));
        let list = format!("az resource list --resource-group {group}{chosen} {columns}");
        let _ = writeln!(resources, "  {} {list}", kept("resources", name));
    }
    let account = format!("{} az account show{chosen} --query id --output tsv", kept("account", whole));
    let _ = write!(
        out,
        "\n# Resource groups and what they hold.\n{{\n{groups}}} >\"$work/groups\"\n{{\n{resources}}} >\"$work/resources\"\n\
         {account} >\"$work/account\"\n\
         while IFS= read -r id <&3; do\n  save \"resource-list.$(label \"$id\")\" \"$id\" \\\n    \
         az resource list --resource-group \"$(part \"$id\" resourceGroups)\"{chosen} --output json\n\
         done 3<\"$work/groups\"\n"
    );
}

/// The commands for one type. With `keeps_ids`, the ids of its resources are kept for those below them.
fn block(type_name: &str, keeps_ids: bool, scope: &Scope, out: &mut String) {
    let reading = Reading::of_type(type_name);
    let words = reading.map_or_else(|| vec!["resource", "show", "--ids", "{id}"], Reading::words);
    let of = reading.map_or_else(|| Of::Types(vec![]), Reading::of);
    let [kind, sku, not_sku] = reading.map_or([""; 3], Reading::patterns);
    let of_type = |owner: &str| {
        let words = [owner, kind, sku, not_sku].map(quoted).join(" ");
        format!("of_type {words}")
    };
    let lists: Vec<String> = match &of {
        Of::Subscription => vec!["awk '{ print \"/subscriptions/\" $1 }' \"$work/account\"".to_owned()],
        Of::Group(None) => vec!["cat \"$work/groups\"".to_owned()],
        Of::Group(Some(holding)) => vec![format!("holding {}", quoted(holding))],
        Of::Types(owners) if owners.is_empty() => vec![of_type(type_name)],
        Of::Types(owners) => {
            let list = |owner: &&str| if is_child(owner) { format!("cat {}", kept(owner)) } else { of_type(owner) };
            owners.iter().map(list).collect()
        }
    };
    let _ = writeln!(out, "\n# {type_name}\n{{\n  {}\n}} >\"$work/now\"", lists.join("\n  "));
    if keeps_ids {
        let _ = writeln!(out, ": >{}", kept(type_name));
    }
    let mut slug: Vec<&str> = words.iter().take_while(|word| !word.starts_with("--")).copied().collect();
    if ["rest", "resource"].contains(&words[0]) {
        // Of several such commands for one resource, each has a file of its own.
        slug.extend(type_name.rsplit('/').next());
    }
    let slug = slug.join("-");
    let chosen = if words[0] == "rest" { String::new() } else { subscription(scope) };
    let command: Vec<String> = words.iter().map(|word| in_script(word)).collect();
    let command = format!("az {}{chosen}", command.join(" "));
    let shows = shows(type_name, &of, reading);
    let _ = writeln!(
        out,
        "while IFS= read -r id <&3; do\n  save \"{slug}.$(label \"$id\")\" {shows} \\\n    {command} --output json"
    );
    if keeps_ids {
        let query = if words[0] == "rest" { "value[].id" } else { "[].id" };
        let _ = writeln!(
            out,
            "  names \"{slug}.$(label \"$id\")\" {command} \\\n    --query '{query}' --output tsv >>{}",
            kept(type_name)
        );
    }
    out.push_str("done 3<\"$work/now\"\n");
}

/// The id of the list that a command shows whole, or of the resource whose settings it shows, as a word of the script.
fn shows(type_name: &str, of: &Of, reading: Option<Reading>) -> String {
    let below = match (of, reading) {
        (Of::Types(owners), Some(reading)) => {
            if owners.contains(&type_name) {
                return "''".to_owned();
            }
            if reading.is_single() {
                return "\"$id\"".to_owned();
            }
            if owners.iter().any(|owner| type_name.starts_with(&format!("{owner}/"))) {
                reading.below(type_name)
            } else {
                format!("providers/{type_name}")
            }
        }
        (_, Some(_)) => format!("providers/{type_name}"),
        (_, None) => return "''".to_owned(),
    };
    format!("\"$id/{below}\"")
}

/// The file that keeps the ids of a type's resources, as a word of the script.
fn kept(type_name: &str) -> String {
    format!("\"$work/ids.{}\"", type_name.replace('/', "."))
}

/// A word of a command with names taken from the id at hand.
fn in_script(word: &str) -> String {
    let Some((before, rest)) = word.split_once('{') else { return quoted(word) };
    let Some((name, after)) = rest.split_once('}') else { return quoted(word) };
    let filled = if name == "id" { "$id".to_owned() } else { format!("$(part \"$id\" {name})") };
    format!("\"{before}{filled}{after}\"")
}
