//! The program's list of resource types and their properties is the collected type data, shortened.

use regex::{Captures, Regex};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

const HEAD: &str = "\
# Resource types of Azure's data platforms with the names of their properties, for `archlint rules lint`.
# Made by `UPDATE_SNAPSHOTS=1 cargo test --test types` from the facts of github.com/Azure/bicep-types-az (MIT).
# A line: type, then names; a name's own stand in parentheses; lists are left out; * is any name.
";

/// Types that rules judge and that the collected data leave out, as learn.microsoft.com/azure/templates lists them (those
/// of Synapse as its workspaces publish them). What they hold is not listed.
const ALSO: [&str; 14] = [
    "Microsoft.Authorization/policyDefinitions",
    "Microsoft.Authorization/policySetDefinitions",
    "Microsoft.Authorization/roleDefinitions",
    "Microsoft.DBforMySQL/servers",
    "Microsoft.DBforPostgreSQL/servers",
    "Microsoft.DBforPostgreSQL/servers/configurations",
    "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
    "Microsoft.Resources/deploymentScripts",
    "Microsoft.Synapse/workspaces/dataflows",
    "Microsoft.Synapse/workspaces/datasets",
    "Microsoft.Synapse/workspaces/linkedServices",
    "Microsoft.Synapse/workspaces/notebooks",
    "Microsoft.Synapse/workspaces/pipelines",
    "Microsoft.Synapse/workspaces/triggers",
];

/// Names below a property.
#[derive(Default)]
struct Names(BTreeMap<String, Names>);

impl Names {
    fn add(&mut self, path: &str, is_open: bool) {
        let mut here = self;
        for name in split(path) {
            here = here.0.entry(name).or_default();
        }
        if is_open {
            here.0.entry("*".to_owned()).or_default();
        }
    }

    fn text(&self) -> String {
        let one = |(name, inner): (&String, &Names)| {
            if inner.0.is_empty() { name.clone() } else { format!("{name}({})", inner.text()) }
        };
        self.0.iter().map(one).collect::<Vec<String>>().join(" ")
    }
}

/// Names of a path: `a.b[].c`, `a.*`, `a{type=X}.b`, `a['odd.name']`.
fn split(path: &str) -> Vec<String> {
    static VARIANTS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{[^}]*\}|\[\]").expect("a pattern"));
    static NAMES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\['([^']*)'\]|([^.\[\]]+)").expect("a pattern"));
    let (variants, names) = (&*VARIANTS, &*NAMES);
    let plain = variants.replace_all(path, "");
    let name = |found: Captures| found.get(1).or(found.get(2)).map_or(String::new(), |one| one.as_str().to_owned());
    names.captures_iter(&plain).map(name).collect()
}

#[test]
fn the_types_are_those_that_were_collected() {
    let folder = Path::new("../shared/types");
    if !folder.is_dir() {
        eprintln!("skipped: ../shared/types is not there");
        return;
    }
    let index = std::fs::read_to_string(folder.join("INDEX.csv")).expect("the index");
    let mut types: BTreeMap<String, Json> = BTreeMap::new();
    for line in index.lines().skip(1) {
        let file = line.rsplit(',').next().expect("a file");
        let text = std::fs::read_to_string(folder.join(file)).expect("a type");
        let facts: Json = serde_json::from_str(&text).expect("JSON");
        types.insert(facts["type"].as_str().expect("a type").to_owned(), facts);
    }
    let mut made = HEAD.to_owned();
    for name in ALSO.into_iter().filter(|name| !types.contains_key(*name)) {
        made.push_str(&format!("{name} *\n"));
    }
    for (name, facts) in &types {
        let same = facts["sameAs"].as_str().and_then(|other| types.get(other)).unwrap_or(facts);
        let mut names = Names::default();
        let properties = same["properties"].as_object().expect("properties");
        let paths: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let has_inner = |path: &str| {
            ['.', '[', '{'].iter().any(|next| {
                let inner = format!("{path}{next}");
                paths.range(inner.as_str()..).next().is_some_and(|other| other.starts_with(&inner))
            })
        };
        for (path, fact) in properties {
            let kind = fact["kind"].as_str().unwrap_or_default();
            let stops = !fact["recursive"].is_null() || !fact["cut"].is_null() || !fact["unionOmitted"].is_null();
            let is_open = stops || kind.contains("any") || (kind.contains("object") && !has_inner(path));
            names.add(path, is_open);
        }
        made.push_str(&format!("{name} {}\n", names.text()));
    }
    let path = "src/policy/types.txt";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &made).expect("written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == made, "{path} is stale: UPDATE_SNAPSHOTS=1 cargo test --test types makes it anew");
}
