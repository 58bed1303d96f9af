//! `config`, `rules new`, `completions` and `man`.

use super::{Exit, Outcome, Refused, say};
use crate::config::{self, FILE_NAME};
use crate::input;
use crate::report::summary::count;
use crate::secrets::mask_json;
use crate::source::Sources;
use clap::ArgMatches;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Every setting with where it comes from, and the packs in force.
pub fn config(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let beside = given.get_one::<String>("path").map(String::as_str).unwrap_or(".");
    let mut config = config::discover(Path::new(beside), &sources)?;
    let mut out = String::new();
    match &config.path {
        Some(path) => out.push_str(&format!("configuration: {}\n", config::shown(path))),
        None => out.push_str(&format!("no {FILE_NAME} was found upward from {beside}; defaults hold\n")),
    }
    for (name, default) in [
        ("packs", "those that presuppose no platform"),
        ("paths", "the folder"),
        ("packParameters", "the packs' own"),
        ("components", "the packs' own selectors"),
        ("deployments", "each template with the parameter files beside it"),
        ("attach", "nothing"),
        ("severity", "the rules' own"),
        ("exclude", "nothing"),
        ("estate", "false"),
        ("preview", "false"),
        ("failOn", "error"),
        ("waivers", "none"),
        ("maxWaiverDays", "no limit"),
        ("baseline", "none"),
    ] {
        let own = |stated: &str| {
            stated.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let stated: Vec<_> = config.stated.iter().filter(|(stated, _)| own(stated)).collect();
        for (stated, value) in &stated {
            let source = sources.get(value.at.source);
            let at = source.line_column(value.at.span.start);
            let mut shown = value.to_json();
            mask_json(&mut shown, stated);
            out.push_str(&format!("{stated} = {shown}  ({}:{}:{})\n", source.name, at.line, at.column));
        }
        if stated.is_empty() {
            out.push_str(&format!("{name} = {default}  (default)\n"));
        }
    }
    let mut chosen = super::packs::choose(crate::policy::embedded(), &config.packs, &config.overrides, &sources)?;
    chosen.configure(&mut config, true, &sources)?;
    for pack in &chosen.packs.packs {
        let hash = chosen.hash(&pack.name);
        out.push_str(&format!(
            "pack {} {}: {}, sha256 {hash}\n",
            pack.name,
            pack.version,
            count(pack.rules.len(), "rule")
        ));
        for (name, value) in &pack.parameters {
            if !config.overrides.parameters.contains_key(name) {
                out.push_str(&format!("  {name} = {}  (the pack's)\n", value.to_json()));
            }
        }
    }
    say(&out);
    Ok(Exit::Passed)
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
        "code": code(&path),
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
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make {}: {}", input::shown(folder), input::reason(&error)))?;
    }
    std::fs::write(&path, text)
        .map_err(|error| format!("cannot write {}: {}", input::shown(&path), input::reason(&error)))?;
    let pack = path.ancestors().find(|folder| folder.join("pack.json").is_file()).map(input::shown);
    let pack = pack.unwrap_or_else(|| "FOLDER".to_owned());
    say(&format!("wrote {}\nnext: fill it in, then archlint test --pack {pack} {id}\n", input::shown(&path)));
    Ok(Exit::Passed)
}

/// A code that no rule of the pack has: one above the greatest, in the letters of the others.
fn code(path: &Path) -> String {
    let folder = path.ancestors().skip(1).find(|folder| folder.join("pack.json").is_file());
    let files = folder.and_then(|folder| crate::policy::read_folder(folder).ok()).unwrap_or_default();
    let codes = files.iter().filter_map(|file| {
        let rule: serde_json::Value = serde_json::from_str(&file.text).ok()?;
        let code = rule["code"].as_str()?.to_owned();
        let letters = code.trim_end_matches(|last: char| last.is_ascii_digit()).len();
        let number: u32 = code[letters..].parse().ok()?;
        Some((number, code[..letters].to_owned()))
    });
    codes.max().map_or("OWN001".to_owned(), |(number, letters)| format!("{letters}{:03}", number + 1))
}

pub fn completions(given: &ArgMatches) -> Outcome {
    let word = given.get_one::<String>("shell").map(String::as_str).unwrap_or_default();
    let shell: clap_complete::Shell = word.parse().map_err(|_| format!("there are no completions for '{word}'"))?;
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut super::arguments::command(), "archlint", &mut out);
    say(&String::from_utf8_lossy(&out));
    Ok(Exit::Passed)
}

/// One page with all commands.
pub fn man() -> Outcome {
    let wrong = |error: std::io::Error| Refused(format!("the man page cannot be made: {error}"));
    let mut out = Vec::new();
    let mut command = super::arguments::command();
    command.build();
    let page = clap_mangen::Man::new(command.clone());
    page.render_title(&mut out).map_err(wrong)?;
    page.render_name_section(&mut out).map_err(wrong)?;
    page.render_synopsis_section(&mut out).map_err(wrong)?;
    page.render_description_section(&mut out).map_err(wrong)?;
    commands(&command, "archlint", &mut out).map_err(wrong)?;
    page.render_extra_section(&mut out).map_err(wrong)?;
    page.render_version_section(&mut out).map_err(wrong)?;
    say(&String::from_utf8_lossy(&out));
    Ok(Exit::Passed)
}

/// Each command with its options, those inside it after it.
fn commands(of: &clap::Command, name: &str, out: &mut Vec<u8>) -> std::io::Result<()> {
    for command in of.get_subcommands().filter(|command| command.get_name() != "help") {
        let whole = format!("{name} {}", command.get_name());
        let page = clap_mangen::Man::new(command.clone());
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        out.extend(format!(".SH {}\n{about}\n.sp\n", whole.to_uppercase()).into_bytes());
        let mut options = Vec::new();
        page.render_options_section(&mut options)?;
        // The heading of the section is the command's name.
        out.extend(String::from_utf8_lossy(&options).replace(".SH OPTIONS\n", "").into_bytes());
        commands(command, &whole, out)?;
    }
    Ok(())
}
