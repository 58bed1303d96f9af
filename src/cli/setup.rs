//! `config`, `init`, `rules new`, `completions` and `man`.

use super::{Exit, Outcome, Refused, say};
use crate::arm::template::Kind;
use crate::config::{self, FILE_NAME};
use crate::input;
use crate::source::Sources;
use clap::ArgMatches;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Every setting with where it comes from.
pub fn config(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let beside = given.get_one::<String>("path").map(String::as_str).unwrap_or(".");
    let config = config::discover(Path::new(beside), &sources)?;
    let mut out = String::new();
    match &config.path {
        Some(path) => out.push_str(&format!("configuration: {}\n", input::shown(path))),
        None => out.push_str(&format!("no {FILE_NAME} was found upward from {beside}; defaults hold\n")),
    }
    for (name, default) in [
        ("packs", "those that presuppose no platform"),
        ("packParameters", "the packs' own"),
        ("components", "the packs' own selectors"),
        ("deployments", "each template with the parameter files beside it"),
        ("severity", "the rules' own"),
        ("exclude", "nothing"),
        ("estate", "false"),
        ("failOn", "error"),
        ("waivers", "none"),
        ("baseline", "none"),
    ] {
        match config.stated.iter().find(|(own, _)| own == name) {
            Some((_, value)) => {
                let source = sources.get(value.at.source);
                let at = source.line_column(value.at.span.start);
                out.push_str(&format!("{name} = {}  ({}:{}:{})\n", value.to_json(), source.name, at.line, at.column));
            }
            None => out.push_str(&format!("{name} = {default}  (default)\n")),
        }
    }
    say(&out);
    Ok(Exit::Passed)
}

/// Writes a first configuration from what the folder holds.
pub fn init(given: &ArgMatches) -> Outcome {
    let folder = PathBuf::from(given.get_one::<String>("path").map(String::as_str).unwrap_or("."));
    let target = folder.join(FILE_NAME);
    if target.exists() {
        return Err(Refused(format!("{} exists already", input::shown(&target))));
    }
    let sources = Sources::new();
    let found = input::find(std::slice::from_ref(&folder))?;
    let mut templates = Vec::new();
    let mut types: Vec<String> = Vec::new();
    for file in &found {
        let Ok(document) = input::read(file, &sources) else { continue };
        if document.kind == Kind::Template {
            collect_types(document.root(), &mut types);
            templates.push(document.path.clone());
        }
    }
    let tiers = ["microsoft.sql/servers", "microsoft.documentdb/databaseaccounts", "microsoft.datafactory/factories"];
    let is_platform = tiers.iter().all(|tier| types.iter().any(|name| name.starts_with(tier)));
    let packs: Vec<&str> = if is_platform { vec!["azure-data", "techmart"] } else { vec!["azure-data"] };
    let whole = json!({ "packs": packs, "failOn": "error", "severity": {}, "waivers": [] });
    let text = format!("{}\n", serde_json::to_string_pretty(&whole).unwrap_or_default());
    std::fs::write(&target, text)
        .map_err(|error| format!("cannot write {}: {}", input::shown(&target), input::reason(&error)))?;
    say(&format!(
        "wrote {} for {} found; packs: {}\nnext: archlint check {}\n",
        input::shown(&target),
        crate::report::summary::count(templates.len(), "template"),
        packs.join(", "),
        input::shown(&folder)
    ));
    Ok(Exit::Passed)
}

fn collect_types(value: &crate::document::Value, types: &mut Vec<String>) {
    if let Some(items) = value.as_array() {
        items.iter().for_each(|item| collect_types(item, types));
    }
    for member in value.as_object().map_or(&[][..], |object| &object.members) {
        match (&*member.key, member.value.as_str()) {
            ("type", Some(name)) if name.contains('/') => types.push(name.to_ascii_lowercase()),
            _ => collect_types(&member.value, types),
        }
    }
}

/// Writes a rule to fill in, with its tests.
pub fn new_rule(given: &ArgMatches) -> Outcome {
    let path = given.get_one::<String>("file").map(PathBuf::from).unwrap_or_default();
    if path.exists() {
        return Err(Refused(format!("{} exists already", input::shown(&path))));
    }
    let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let is_id =
        !id.is_empty() && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_id || path.extension().is_none_or(|extension| extension != "json") {
        return Err(Refused("a rule's file is named after the bad pattern: archive-not-locked.json".to_owned()));
    }
    let resource = |properties: serde_json::Value| json!([{ "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": "st", "properties": properties }]);
    let rule = json!({
        "$schema": "../../rule.schema.json",
        "code": "NEW001",
        "severity": "warning",
        "category": "security",
        "service": "storage",
        "title": "What is wrong, as a sentence",
        "for": { "type": "Microsoft.Storage/storageAccounts" },
        "assert": { "path": "$.properties.minimumTlsVersion", "versionAtLeast": "TLS1_2" },
        "message": "'{resource.name}' has minimumTlsVersion {actual}",
        "why": "What can go wrong.",
        "help": "What to do, in one sentence.",
        "fix": { "bicep": "minimumTlsVersion: 'TLS1_2'" },
        "controls": {},
        "links": ["https://learn.microsoft.com/azure/storage/common/transport-layer-security-configure-minimum-version"],
        "tests": [
            { "name": "passes", "resources": resource(json!({ "minimumTlsVersion": "TLS1_2" })), "expect": "pass" },
            { "name": "fails at the value", "resources": resource(json!({ "minimumTlsVersion": "TLS1_0" })), "expect": "fail", "at": "/properties/minimumTlsVersion" },
            { "name": "absent", "resources": resource(json!({})), "expect": "fail", "at": "/properties" },
            { "name": "unknown", "resources": resource(json!({ "minimumTlsVersion": { "$unknown": "the version" } })), "expect": "unknown" }
        ]
    });
    let text = format!("{}\n", serde_json::to_string_pretty(&rule).unwrap_or_default());
    std::fs::write(&path, text)
        .map_err(|error| format!("cannot write {}: {}", input::shown(&path), input::reason(&error)))?;
    let pack = path.ancestors().find(|folder| folder.join("pack.json").is_file()).map(input::shown);
    let pack = pack.unwrap_or_else(|| "FOLDER".to_owned());
    say(&format!("wrote {}\nnext: fill it in, then archlint test --pack {pack} {id}\n", input::shown(&path)));
    Ok(Exit::Passed)
}

pub fn completions(given: &ArgMatches) -> Outcome {
    let shell = given.get_one::<String>("shell").map(String::as_str).unwrap_or_default();
    let shell: clap_complete::Shell = shell.parse()?;
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut super::arguments::command(), "archlint", &mut out);
    say(&String::from_utf8_lossy(&out));
    Ok(Exit::Passed)
}

pub fn man() -> Outcome {
    let mut out = Vec::new();
    let command = super::arguments::command();
    clap_mangen::Man::new(command).render(&mut out).map_err(|error| format!("the man page cannot be made: {error}"))?;
    say(&String::from_utf8_lossy(&out));
    Ok(Exit::Passed)
}
