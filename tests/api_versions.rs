//! The table of properties by API version is what the collected type facts give.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const FACTS: &str = "../shared/types";
const TABLE: &str = "src/check/api_versions.txt";

/// What stands first in the table.
const HEAD: &str = "# Properties that came after the first API version of their type. Facts from Azure/bicep-types-az,
# commit 1f896de2db966ad91e8f7d7d981e11d32e4f5d8d (MIT, Copyright (c) Microsoft Corporation).
# Made by: UPDATE_SNAPSHOTS=1 cargo test --test api_versions
";

/// A property of a type, by its name.
#[derive(Default)]
struct Node {
    /// Since which version, and since which stable one (`-`: none) where the first is a preview.
    came: Option<(String, Option<String>)>,
    members: BTreeMap<String, Node>,
}

#[test]
fn the_table_of_api_versions_is_fresh() {
    if !Path::new(FACTS).is_dir() {
        eprintln!("skipped: {FACTS} is not here");
        return;
    }
    let mut lines = Vec::new();
    for folder in std::fs::read_dir(FACTS).expect("a folder").flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
            let text = std::fs::read_to_string(file.path()).expect("a file");
            lines.extend(line(&serde_json::from_str(&text).expect("json")));
        }
    }
    lines.sort();
    let made = format!("{HEAD}{}\n", lines.join("\n"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(TABLE, &made).expect("written");
    }
    let kept = std::fs::read_to_string(TABLE).unwrap_or_default();
    assert!(made == kept, "{TABLE} is stale: UPDATE_SNAPSHOTS=1 cargo test --test api_versions makes it anew");
}

/// A type's line; nothing where all its properties came with its first version.
fn line(facts: &Value) -> Option<String> {
    let first = facts["apiVersions"][0].as_str()?;
    let mut root = Node::default();
    for (path, property) in facts["properties"].as_object()? {
        let says = |word: &str| property.get(word).is_some_and(|value| value != &Value::Bool(false));
        // Variants of a union and odd names are left out, and so is what a template cannot set or what came and went.
        let odd = path.contains('{') || path.contains("['");
        let unfit =
            ["readOnly", "underReadOnly", "gone", "sincePlain", "moved", "absentIn"].iter().any(|word| says(word));
        let Some(since) = property["since"].as_str().filter(|since| !odd && !unfit && *since != first) else {
            continue;
        };
        let none = says("previewOnly").then_some("-");
        let stable = property["sinceStable"].as_str().or(none).map(str::to_owned);
        add(&mut root, path, (since.to_owned(), stable));
    }
    let mut versions = Vec::new();
    let tree = written(&root, &mut versions);
    (!tree.is_empty()).then(|| format!("{} {} {tree}", facts["type"].as_str().unwrap_or_default(), versions.join(",")))
}

/// Adds a property, unless what holds it came with the same version.
fn add(root: &mut Node, path: &str, came: (String, Option<String>)) {
    let spread = path.replace("[]", ".[]");
    let mut node = root;
    for name in spread.split('.').filter(|name| !name.is_empty()) {
        if node.came.as_ref() == Some(&came) {
            return;
        }
        node = node.members.entry(name.to_owned()).or_default();
    }
    node.came = Some(came);
}

fn written(node: &Node, versions: &mut Vec<String>) -> String {
    let mut out = String::new();
    for (name, member) in &node.members {
        let mut position = |version: &str| {
            if version == "-" {
                return version.to_owned();
            }
            let found = versions.iter().position(|own| own == version);
            found
                .unwrap_or_else(|| {
                    versions.push(version.to_owned());
                    versions.len() - 1
                })
                .to_string()
        };
        let mut own = name.clone();
        if let Some((since, stable)) = &member.came {
            let _ = write!(own, "@{}", position(since));
            if let Some(stable) = stable {
                let _ = write!(own, ",{}", position(stable));
            }
        }
        let inner = written(member, versions);
        if !inner.is_empty() {
            let _ = write!(own, "{{{inner}}}");
        }
        if member.came.is_some() || !inner.is_empty() {
            let space = if out.is_empty() { "" } else { " " };
            let _ = write!(out, "{space}{own}");
        }
    }
    out
}
