//! `archlint.json`: found upward from what is checked to the repository's root.

use crate::check::{Severity, Waiver};
use crate::document::{Object, Value, parse};
use crate::input::reason;
use crate::policy::{Overrides, nearest};
use crate::session::Deployment;
use crate::source::{Location, Source, Sources};
use std::path::{Path, PathBuf};

/// Name of the configuration file.
pub const FILE_NAME: &str = "archlint.json";

/// What a configuration says; the default is what holds without one.
#[derive(Debug, Default)]
pub struct Config {
    /// Where it stands; nothing when there is none.
    pub path: Option<PathBuf>,
    /// Built-in names, and folders made absolute by the configuration's own.
    pub packs: Vec<String>,
    /// Pack parameters and component selectors.
    pub overrides: Overrides,
    pub deployments: Vec<Deployment>,
    /// Exports that do not say what they belong to: file, and id of a resource or list.
    pub attach: Vec<(PathBuf, String)>,
    /// Rule id with its severity; nothing turns the rule off.
    pub severities: Vec<(String, Option<Severity>)>,
    pub exclude: Vec<PathBuf>,
    pub one_estate: bool,
    pub fail_on: Option<String>,
    pub waivers: Vec<Waiver>,
    pub baseline: Option<PathBuf>,
    /// Most days that a waiver may run from today.
    pub max_waiver_days: Option<i64>,
    /// Every setting with its place, for `archlint config`.
    pub stated: Vec<(String, Value)>,
}

impl Config {
    /// Whether a path lies in an excluded one.
    pub fn excludes(&self, path: &Path) -> bool {
        let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.exclude.iter().any(|excluded| full.starts_with(excluded))
    }
}

/// The configuration nearest above `beside`; the walk ends at a folder with `.git`.
pub fn discover(beside: &Path, sources: &Sources) -> Result<Config, String> {
    let start = beside.canonicalize().unwrap_or_else(|_| PathBuf::from("."));
    let mut folder = if start.is_dir() { Some(start.as_path()) } else { start.parent() };
    while let Some(here) = folder {
        let file = here.join(FILE_NAME);
        if file.is_file() {
            return read(&file, sources);
        }
        if here.join(".git").exists() {
            break;
        }
        folder = here.parent();
    }
    Ok(Config::default())
}

/// Reads a configuration; the error has file, line and column.
pub fn read(path: &Path, sources: &Sources) -> Result<Config, String> {
    read_nested(path, sources, 0)
}

/// Most configurations that extend each other.
const MAX_EXTENDS: usize = 8;

fn read_nested(path: &Path, sources: &Sources, depth: usize) -> Result<Config, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {}", path.display(), reason(&error)))?;
    let source = sources.add(Source::new(path.display().to_string(), text.as_str()));
    let located = |at: Location, message: &str| {
        let source = sources.get(at.source);
        let at = source.line_column(at.span.start);
        format!("{}:{}:{}: {message}", source.name, at.line, at.column)
    };
    let parsed =
        parse(source, &text).map_err(|error| located(Location { source, span: error.span }, &error.message))?;
    let base = path.parent().unwrap_or(Path::new(".")).to_owned();
    let base = base.canonicalize().unwrap_or(base);
    let mut config = match parsed.root.get("extends") {
        None => Config::default(),
        Some(value) if depth < MAX_EXTENDS => {
            let name = self::text(value).map_err(|(at, message)| located(at, &message))?;
            read_nested(&base.join(name), sources, depth + 1).map_err(|message| located(value.at, &message))?
        }
        Some(value) => return Err(located(value.at, "configurations extend each other in a circle")),
    };
    config.path = Some(path.to_owned());
    interpret(&parsed.root, &base, &mut config).map_err(|(at, message)| located(at, &message))?;
    Ok(config)
}

type Wrong = (Location, String);

const WORDS: [&str; 14] = [
    "$schema",
    "extends",
    "maxWaiverDays",
    "packs",
    "packParameters",
    "components",
    "deployments",
    "attach",
    "severity",
    "exclude",
    "estate",
    "failOn",
    "waivers",
    "baseline",
];

/// Lays what `root` says over `config`: lists of packs are replaced, single settings and waivers are added.
fn interpret(root: &Value, base: &Path, config: &mut Config) -> Result<(), Wrong> {
    let members = object(root)?;
    only(members, &WORDS)?;
    for member in &members.members {
        let value = &member.value;
        config.stated.retain(|(name, _)| *name != *member.key);
        config.stated.push((member.key.to_string(), value.clone()));
        match &*member.key {
            "packs" => {
                config.packs.clear();
                for name in list(value)? {
                    let text = text(name)?;
                    let is_path = text.starts_with('.') || text.contains('/');
                    let path = if is_path { base.join(text).display().to_string() } else { text.to_owned() };
                    config.packs.push(path);
                }
            }
            "packParameters" => {
                for parameter in &object(value)?.members {
                    config.overrides.parameters.insert(parameter.key.to_string(), parameter.value.clone());
                }
            }
            // Read before all others.
            "extends" => {}
            "maxWaiverDays" => {
                let days = value.as_int().filter(|days| *days > 0);
                config.max_waiver_days =
                    Some(days.ok_or_else(|| (value.at, "a number of days is expected here".to_owned()))?);
            }
            "components" => {
                for component in &object(value)?.members {
                    object(&component.value)?;
                    config.overrides.components.insert(component.key.to_string(), component.value.clone());
                }
            }
            "waivers" => {
                for entry in list(value)? {
                    config.waivers.push(waiver(entry)?);
                }
            }
            "baseline" => {
                let path = base.join(text(value)?);
                if !path.is_file() {
                    return Err((
                        value.at,
                        "there is no such file: make it with 'archlint baseline create'".to_owned(),
                    ));
                }
                config.baseline = Some(path);
            }
            "deployments" => {
                for entry in list(value)? {
                    config.deployments.push(deployment(entry, base)?);
                }
            }
            "attach" => {
                for file in &object(value)?.members {
                    let (path, id) = (base.join(&*file.key), text(&file.value)?);
                    attachable(&path, id).map_err(|message| (file.key_at, message))?;
                    config.attach.push((path, id.to_owned()));
                }
            }
            "severity" => {
                for rule in &object(value)?.members {
                    let word = text(&rule.value)?;
                    let severity = match word {
                        "off" => None,
                        _ => Some(Severity::parse(word).ok_or_else(|| {
                            (rule.value.at, format!("there is no severity '{word}', only: error, warning, note, off"))
                        })?),
                    };
                    config.severities.push((rule.key.to_string(), severity));
                }
            }
            "exclude" => {
                for path in list(value)? {
                    let joined = base.join(text(path)?);
                    let full = joined.canonicalize().map_err(|_| (path.at, "this path matches nothing".to_owned()))?;
                    config.exclude.push(full);
                }
            }
            "estate" => {
                config.one_estate =
                    value.as_bool().ok_or_else(|| (value.at, "true or false is expected here".to_owned()))?;
            }
            "failOn" => {
                let word = text(value)?;
                if !["error", "warning", "note", "never"].contains(&word) {
                    return Err((
                        value.at,
                        format!("there is no severity '{word}', only: error, warning, note, never"),
                    ));
                }
                config.fail_on = Some(word.to_owned());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses to attach what is no file, or to what is no id.
pub fn attachable(path: &Path, id: &str) -> Result<(), String> {
    if !path.is_file() {
        return Err(format!("there is no file '{}' to attach", crate::input::shown(path)));
    }
    let is_id = id.get(..15).is_some_and(|head| head.eq_ignore_ascii_case("/subscriptions/"));
    if is_id { Ok(()) } else { Err("a resource's id begins with /subscriptions/".to_owned()) }
}

/// An accepted risk: what, why, whose, until when. All four are needed, so that an auditor finds them.
fn waiver(entry: &Value) -> Result<Waiver, Wrong> {
    let members = object(entry)?;
    only(members, &["rule", "resource", "file", "reason", "owner", "ticket", "expires"])?;
    let optional = |name: &str| members.get(name).map(|value| text(value).map(str::to_owned)).transpose();
    let needed = |name: &str| {
        optional(name)?
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| (entry.at, format!("a waiver needs '{name}'")))
    };
    let rule = members.get("rule").ok_or_else(|| (entry.at, "a waiver needs 'rule'".to_owned()))?;
    let rules = match rule.as_array() {
        Some(items) => items.iter().map(|item| text(item).map(str::to_owned)).collect::<Result<_, _>>()?,
        None => vec![text(rule)?.to_owned()],
    };
    let expires = needed("expires")?;
    let is_date = expires.len() == 10
        && expires
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if !is_date {
        let at = members.get("expires").map_or(entry.at, |value| value.at);
        return Err((at, format!("'{expires}' is not a date like 2027-01-31")));
    }
    Ok(Waiver {
        rules,
        resource: optional("resource")?,
        file: optional("file")?,
        reason: needed("reason")?,
        owner: needed("owner")?,
        ticket: optional("ticket")?,
        expires,
        at: entry.at,
    })
}

fn deployment(entry: &Value, base: &Path) -> Result<Deployment, Wrong> {
    let members = object(entry)?;
    only(members, &["template", "parameters", "environments"])?;
    let file = |value: &Value| {
        let path = base.join(text(value)?);
        if path.is_file() { Ok(path) } else { Err((value.at, "there is no such file".to_owned())) }
    };
    let template = members.get("template").ok_or_else(|| (entry.at, "a deployment needs a 'template'".to_owned()))?;
    let mut environments = Vec::new();
    let files = |value: &Value| -> Result<Vec<PathBuf>, Wrong> {
        match value.as_array() {
            Some(items) => items.iter().map(file).collect(),
            None => Ok(vec![file(value)?]),
        }
    };
    if let Some(value) = members.get("parameters") {
        environments.push((String::new(), files(value)?));
    }
    if let Some(value) = members.get("environments") {
        for member in &object(value)?.members {
            environments.push((member.key.to_string(), files(&member.value)?));
        }
    }
    Ok(Deployment { template: file(template)?, environments })
}

fn object(value: &Value) -> Result<&Object, Wrong> {
    value.as_object().ok_or_else(|| (value.at, format!("an object is expected here, not {}", value.type_name())))
}

fn list(value: &Value) -> Result<&[Value], Wrong> {
    value.as_array().ok_or_else(|| (value.at, format!("a list is expected here, not {}", value.type_name())))
}

fn text(value: &Value) -> Result<&str, Wrong> {
    value.as_str().ok_or_else(|| (value.at, format!("a text is expected here, not {}", value.type_name())))
}

fn only(members: &Object, words: &[&str]) -> Result<(), Wrong> {
    match members.members.iter().find(|member| !words.contains(&&*member.key)) {
        None => Ok(()),
        Some(odd) => {
            let near = nearest(&odd.key, words.iter().copied()).map(|near| format!("; did you mean '{near}'?"));
            Err((odd.key_at, format!("unknown key '{}'{}", odd.key, near.unwrap_or_default())))
        }
    }
}
