//! `archlint.json`: found upward from what is checked to the repository's root.

use crate::check::{Severity, Waiver, is_date, matches_pattern};
use crate::document::{Object, Value, parse};
use crate::input::{self, Found, absolute, reason};
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
    /// What the files of a pack must hash to.
    pub pins: Vec<Pin>,
    /// Run rules in preview as well.
    pub preview: bool,
    /// What to check where the command line names nothing.
    pub paths: Vec<PathBuf>,
    /// Names that a pack must have.
    pub names: Vec<Named>,
    /// Pack parameters and component selectors.
    pub overrides: Overrides,
    pub deployments: Vec<Deployment>,
    /// Exports that do not say what they belong to: file, and id of a resource or list.
    pub attach: Vec<(PathBuf, String)>,
    /// Rule id with its severity; nothing turns the rule off.
    pub severities: Vec<(String, Option<Severity>)>,
    pub exclude: Vec<Excluded>,
    pub one_estate: bool,
    pub fail_on: Option<String>,
    pub waivers: Vec<Waiver>,
    pub baseline: Option<PathBuf>,
    /// Most days that a waiver may run from today.
    pub max_waiver_days: Option<i64>,
    /// Every setting with its place, for `archlint config`.
    pub stated: Vec<(String, Value)>,
}

/// A pack that is only taken as it was.
#[derive(Clone, Debug)]
pub struct Pin {
    /// As in [`Config::packs`].
    pub pack: String,
    pub sha256: String,
    pub at: Location,
}

/// A name in the configuration that packs give.
#[derive(Clone, Debug)]
pub struct Named {
    /// `rule`, `pack parameter` or `component`.
    pub kind: &'static str,
    pub name: String,
    pub at: Location,
}

/// What is not checked.
#[derive(Clone, Debug)]
pub struct Excluded {
    /// A path, or with `*` a pattern on paths; absolute.
    pub path: String,
    pub at: Location,
}

impl Excluded {
    fn covers(&self, full: &str) -> bool {
        if self.path.contains('*') {
            return matches_pattern(&self.path, full) || matches_pattern(&format!("{}/*", self.path), full);
        }
        full.strip_prefix(&self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Config {
    /// Remembers where a setting is stated: of tables each row, since those of several files are laid over each other.
    fn state(&mut self, key: &str, value: &Value) {
        let mut rows: Vec<(String, Value)> = match key {
            "packParameters" | "components" | "severity" => {
                let members = value.as_object().map_or(&[][..], |object| &object.members);
                members.iter().map(|member| (format!("{key}.{}", member.key), member.value.clone())).collect()
            }
            "waivers" | "deployments" | "exclude" => {
                let head = format!("{key}[");
                let before = self.stated.iter().filter(|(name, _)| name.starts_with(&head)).count();
                let items = value.as_array().unwrap_or_default().iter().enumerate();
                items.map(|(at, item)| (format!("{head}{}]", before + at), item.clone())).collect()
            }
            _ => vec![(key.to_owned(), value.clone())],
        };
        self.stated.retain(|(name, _)| rows.iter().all(|(row, _)| row != name));
        self.stated.append(&mut rows);
    }

    fn name(&mut self, kind: &'static str, name: &str, at: Location) {
        self.names.push(Named { kind, name: name.to_owned(), at });
    }

    /// The files that are not excluded. A pattern that matches none of the files of its own folder is an error.
    pub fn kept(&self, found: Vec<Found>, checked: &[PathBuf], sources: &Sources) -> Result<Vec<Found>, String> {
        if self.exclude.is_empty() {
            return Ok(found);
        }
        let names: Vec<String> = found.iter().map(|found| absolute(&found.path.to_string_lossy())).collect();
        let base = self.path.as_ref().and_then(|path| path.parent()).map(|base| absolute(&base.to_string_lossy()));
        let is_whole = checked.iter().any(|path| {
            let path = absolute(&path.to_string_lossy());
            base.as_ref().is_some_and(|base| format!("{base}/").starts_with(&format!("{path}/")))
        });
        if let Some(idle) = self.exclude.iter().find(|one| !names.iter().any(|name| one.covers(name)))
            && is_whole
            && idle.path.contains('*')
        {
            return Err(located(idle.at, "this pattern matches nothing", sources));
        }
        let is_kept = |name: &String| !self.exclude.iter().any(|one| one.covers(name));
        Ok(found.into_iter().zip(&names).filter(|(_, name)| is_kept(name)).map(|(found, _)| found).collect())
    }
}

/// A message with file, line and column.
pub fn located(at: Location, message: &str, sources: &Sources) -> String {
    let source = sources.get(at.source);
    let at = source.line_column(at.span.start);
    format!("{}:{}:{}: {message}", source.name, at.line, at.column)
}

/// The configuration's path as people name it: from the folder the program was started in.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    match here.as_ref().ok().and_then(|here| path.strip_prefix(here).ok()) {
        Some(rest) => input::shown(rest),
        None => input::shown(path),
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
    let source = sources.add(Source::new(shown(path), text.as_str()));
    let located = |at: Location, message: &str| located(at, message, sources);
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

const WORDS: [&str; 16] = [
    "$schema",
    "extends",
    "maxWaiverDays",
    "packs",
    "preview",
    "paths",
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
        config.state(&member.key, value);
        match &*member.key {
            "packs" => {
                config.packs.clear();
                config.pins.clear();
                for entry in list(value)? {
                    let (name, pin) = match entry.as_object() {
                        None => (entry, None),
                        Some(members) => {
                            only(members, &["pack", "sha256"])?;
                            let needed = |name: &str| {
                                let found = members.get(name);
                                found.ok_or_else(|| (entry.at, format!("a pinned pack needs '{name}'")))
                            };
                            (needed("pack")?, Some(needed("sha256")?))
                        }
                    };
                    let text = text(name)?;
                    let is_path = text.starts_with('.') || text.contains('/');
                    let pack = if is_path { base.join(text).display().to_string() } else { text.to_owned() };
                    if is_path && !Path::new(&pack).join("pack.json").is_file() {
                        return Err((
                            name.at,
                            format!("there is no pack in '{text}': a pack's folder has a pack.json"),
                        ));
                    }
                    if let Some(pin) = pin {
                        let sha256 = self::text(pin)?.to_lowercase();
                        config.pins.push(Pin { pack: pack.clone(), sha256, at: pin.at });
                    }
                    config.names.push(Named { kind: "pack", name: pack.clone(), at: name.at });
                    config.packs.push(pack);
                }
            }
            "preview" => {
                config.preview =
                    value.as_bool().ok_or_else(|| (value.at, "true or false is expected here".to_owned()))?;
            }
            "paths" => {
                config.paths.clear();
                for path in list(value)? {
                    let joined = base.join(text(path)?);
                    let full = joined.canonicalize().map_err(|_| (path.at, "this path matches nothing".to_owned()))?;
                    config.paths.push(PathBuf::from(shown(&full)));
                }
            }
            "packParameters" => {
                for parameter in &object(value)?.members {
                    config.overrides.parameters.insert(parameter.key.to_string(), parameter.value.clone());
                    config.name("pack parameter", &parameter.key, parameter.key_at);
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
                    config.name("component", &component.key, component.key_at);
                }
            }
            "waivers" => {
                for entry in list(value)? {
                    let waiver = waiver(entry)?;
                    let at = entry.get("rule").map_or(entry.at, |rule| rule.at);
                    waiver.rules.iter().for_each(|rule| config.name("rule", rule, at));
                    config.waivers.push(waiver);
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
                    let severity =
                        match word {
                            "off" => None,
                            _ => Some(Severity::parse(word).ok_or_else(|| {
                                (rule.value.at, no_severity(word, &["error", "warning", "note", "off"]))
                            })?),
                        };
                    config.severities.push((rule.key.to_string(), severity));
                    config.name("rule", &rule.key, rule.key_at);
                }
            }
            "exclude" => {
                for path in list(value)? {
                    let text = text(path)?;
                    let joined = base.join(text.trim_end_matches('/'));
                    if !text.contains('*') && !joined.exists() {
                        return Err((path.at, "this path matches nothing".to_owned()));
                    }
                    let whole = match text.contains('*') {
                        true => input::shown(&joined),
                        false => absolute(&joined.to_string_lossy()),
                    };
                    config.exclude.push(Excluded { path: whole, at: path.at });
                }
            }
            "estate" => {
                config.one_estate =
                    value.as_bool().ok_or_else(|| (value.at, "true or false is expected here".to_owned()))?;
            }
            "failOn" => {
                let word = text(value)?;
                let known = ["error", "warning", "note", "never"];
                if !known.contains(&word) {
                    return Err((value.at, no_severity(word, &known)));
                }
                config.fail_on = Some(word.to_owned());
            }
            _ => {}
        }
    }
    Ok(())
}

fn no_severity(word: &str, known: &[&str]) -> String {
    let near = nearest(word, known.iter().copied()).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    format!("there is no severity '{word}', only: {}{near}", known.join(", "))
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
    if !is_date(&expires) {
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
