//! `archlint init`: a first configuration from what a folder holds.

use super::{Exit, Outcome, Refused, say};
use crate::arm::template::Kind;
use crate::config::FILE_NAME;
use crate::input::{self, Document};
use crate::report::summary::count;
use crate::session::{environment, pairs};
use crate::source::Sources;
use clap::ArgMatches;
use std::path::{Path, PathBuf};

pub fn run(given: &ArgMatches) -> Outcome {
    let folder = PathBuf::from(given.get_one::<String>("path").map(String::as_str).unwrap_or("."));
    let target = folder.join(FILE_NAME);
    if target.exists() {
        return Err(Refused(format!("{} exists already", input::shown(&target))));
    }
    let sources = Sources::new();
    let found = input::find(std::slice::from_ref(&folder))?;
    let documents: Vec<Document> = found.iter().filter_map(|file| input::read(file, &sources).ok()).collect();
    let of_kind = |kind: Kind| documents.iter().filter(move |document| document.kind == kind);
    let mut lines = vec![
        "  // `archlint schema config` prints the schema of this file, `archlint config` what holds.".to_owned(),
        "  \"packs\": [\"azure-data\"],".to_owned(),
    ];
    if of_kind(Kind::Template).count() > 1 {
        lines.push("  // true: the templates are one platform, and rules look from one to the other.".to_owned());
        lines.push("  \"estate\": false,".to_owned());
    }
    lines.extend(deployments(&documents, &folder));
    lines.push("  // Findings from this severity on fail a run: error, warning, note or never.".to_owned());
    lines.push("  \"failOn\": \"error\",".to_owned());
    lines.push("  // Another severity for a rule, or off: \"storage-shared-keys\": \"note\"".to_owned());
    lines.push("  \"severity\": {},".to_owned());
    lines.push(
        "  // An accepted risk: { \"rule\": \"…\", \"resource\": \"st*\", \"reason\": \"…\", \"owner\": \"…\","
            .to_owned(),
    );
    lines.push("  // \"ticket\": \"…\", \"expires\": \"2027-01-31\" }".to_owned());
    lines.push("  \"waivers\": []".to_owned());
    std::fs::write(&target, format!("{{\n{}\n}}\n", lines.join("\n")))
        .map_err(|error| format!("cannot write {}: {}", input::shown(&target), input::reason(&error)))?;
    let exports = of_kind(Kind::Export).count();
    say(&format!(
        "wrote {} for {}, {} and {} found\nnext: archlint check {}\n",
        input::shown(&target),
        count(of_kind(Kind::Template).count(), "template"),
        count(of_kind(Kind::Parameters).count(), "parameter file"),
        count(exports, "export"),
        input::shown(&folder)
    ));
    Ok(Exit::Passed)
}

/// Templates with more than one parameter file: an environment each. One file beside a template is found without.
fn deployments(documents: &[Document], folder: &Path) -> Vec<String> {
    let below = |path: &Path| input::shown(path.strip_prefix(folder).unwrap_or(path));
    let pairs = pairs(documents);
    let mut entries = Vec::new();
    for (index, template) in documents.iter().enumerate() {
        let files: Vec<&Document> =
            pairs.iter().filter(|pair| pair.template == index).map(|pair| &documents[pair.parameters]).collect();
        if files.len() < 2 {
            continue;
        }
        let environments: Vec<String> = files
            .iter()
            .map(|file| {
                let name = serde_json::Value::from(environment(&file.path, &template.path));
                format!("{name}: {}", serde_json::Value::from(below(&file.path)))
            })
            .collect();
        let name = serde_json::Value::from(below(&template.path));
        entries.push(format!("    {{ \"template\": {name}, \"environments\": {{ {} }} }}", environments.join(", ")));
    }
    if entries.is_empty() {
        return Vec::new();
    }
    vec!["  \"deployments\": [".to_owned(), entries.join(",\n"), "  ],".to_owned()]
}
