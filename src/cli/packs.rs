//! Which packs a command works on, and the list of their rules.

use super::{Exit, Outcome, Refused, say, tell, values};
use crate::check::Severity;
use crate::config::{Config, located};
use crate::document::{Value, parse};
use crate::policy::{
    CompiledRule, Lifecycle, Overrides, PackError, PackFile, Packs, Rule, Subjects, default_packs, embedded,
    embedded_to_run, hash, load, nearest, pack_names, read_folder, read_rules,
};
use crate::report::json;
use crate::source::{Location, SourceId, Sources};
use clap::ArgMatches;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Packs by name or folder, with the files they are made of.
pub struct Chosen {
    /// Packs of the user's own.
    pub foreign: Vec<String>,
    /// Their folders.
    pub folders: Vec<PathBuf>,
    pub packs: Packs,
    pub files: Vec<PackFile>,
}

/// Reads the packs named on the command line; where it names none, those of `fallback`, else the default ones.
pub fn chosen(
    given: &ArgMatches,
    fallback: &[String],
    configured: &Overrides,
    sources: &Sources,
) -> Result<Chosen, Refused> {
    let named = values(given, "pack");
    let named = if named.is_empty() { fallback.to_vec() } else { named };
    let overrides = overrides(&values(given, "set-pack"), configured)?;
    let files = match given.get_one::<String>("rules-from") {
        Some(_) => built_in(given)?,
        None => embedded_to_run(),
    };
    let chosen = choose(files, &named, &overrides, sources)?;
    for one in values(given, "set-pack") {
        let name = one.split('=').next().unwrap_or_default();
        let known = || chosen.packs.packs.iter().flat_map(|pack| pack.parameters.keys().map(String::as_str));
        if !known().any(|own| own == name) {
            let near = nearest(name, known()).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Err(Refused(format!("the packs in use have no parameter '{name}'{near}")));
        }
    }
    Ok(chosen)
}

/// The packs of the command line or the configuration; a name in the configuration that is no pack is told with its place.
pub fn configured(given: &ArgMatches, config: &Config, sources: &Sources) -> Result<Chosen, Refused> {
    chosen(given, &config.packs, &config.overrides, sources).map_err(|Refused(message)| {
        let named = config.names.iter().find(|one| one.kind == "pack" && message.contains(&format!("'{}'", one.name)));
        match named.filter(|_| values(given, "pack").is_empty()) {
            Some(named) => Refused(located(named.at, &message, sources)),
            None => Refused(message),
        }
    })
}

/// The rules that are part of the program, or those of `--rules-from` in their place.
pub fn built_in(given: &ArgMatches) -> Result<Vec<PackFile>, Refused> {
    match given.get_one::<String>("rules-from") {
        Some(folder) => Ok(read_rules(Path::new(folder))?),
        None => Ok(embedded()),
    }
}

/// All built-in packs where a command names none.
pub fn all_or_named(given: &ArgMatches, sources: &Sources) -> Result<Chosen, Refused> {
    let files = built_in(given)?;
    let named = values(given, "pack");
    let all: Vec<String> = pack_names(&files).into_iter().map(str::to_owned).collect();
    choose(files, if named.is_empty() { &all } else { &named }, &Overrides::default(), sources)
}

/// Reads packs by name or folder.
pub fn choose(
    mut files: Vec<PackFile>,
    named: &[String],
    overrides: &Overrides,
    sources: &Sources,
) -> Result<Chosen, Refused> {
    let mut wanted: Vec<String> = Vec::new();
    let (mut foreign, mut folders) = (Vec::new(), Vec::new());
    for name in named {
        if pack_names(&files).contains(&name.as_str()) {
            wanted.push(name.clone());
            continue;
        }
        let own = read_folder(Path::new(name)).map_err(|message| {
            let near = nearest(name, pack_names(&files)).map(|near| format!("; did you mean '{near}'?"));
            Refused(format!("{message}{}", near.unwrap_or_default()))
        })?;
        let folder = own.first().and_then(|file| file.path.split('/').next()).unwrap_or_default().to_owned();
        foreign.push(folder.clone());
        folders.extend(Path::new(name).canonicalize());
        // A folder given by path takes the place of a built-in pack of that name.
        files.retain(|file| !file.path.starts_with(&format!("{folder}/")));
        files.extend(own);
        wanted.push(folder);
    }
    if named.is_empty() {
        wanted = default_packs(&files);
    }
    let packs = load(&files, &|name| wanted.iter().any(|one| one == name), overrides, sources);
    let mut chosen = Chosen { foreign, folders, packs, files };
    for name in chosen.foreign.clone() {
        let hash = chosen.hash(&name);
        chosen
            .packs
            .packs
            .iter_mut()
            .filter(|pack| pack.name == name)
            .for_each(|pack| pack.sha256 = Some(hash.clone()));
    }
    Ok(chosen)
}

fn overrides(set: &[String], configured: &Overrides) -> Result<Overrides, Refused> {
    let mut all = configured.clone();
    for one in set {
        let (name, text) = one.split_once('=').ok_or_else(|| format!("--set-pack wants NAME=VALUE, not '{one}'"))?;
        let value = parse(SourceId::default(), text).map(|parsed| parsed.root.to_json());
        let value = value.unwrap_or_else(|_| serde_json::Value::from(text));
        all.parameters.insert(name.to_owned(), Value::from_json(&value, Location::default()));
    }
    Ok(all)
}

impl Chosen {
    /// Applies a configuration: pins, severities, what it names. What no pack knows is refused with its place.
    /// `is_whole` says that the packs are those that the configuration asks for.
    pub fn configure(&mut self, config: &mut Config, is_whole: bool, sources: &Sources) -> Result<(), Refused> {
        self.hold_pins(config, sources)?;
        let packs = &self.packs.packs;
        let rules: Vec<&Rule> = packs.iter().flat_map(|pack| &pack.rules).map(|rule| rule.rule.as_ref()).collect();
        let parameters = packs.iter().flat_map(|pack| pack.parameters.keys().map(String::as_str));
        let components = packs.iter().flat_map(|pack| pack.components.iter().map(|one| &*one.name));
        let mut names: Vec<(&str, &str)> = rules.iter().map(|rule| ("rule", rule.id.as_str())).collect();
        names.extend(parameters.map(|name| ("pack parameter", name)));
        names.extend(components.map(|name| ("component", name)));
        let mut told = Vec::new();
        for named in config.names.iter().filter(|named| named.kind != "pack") {
            let rule = rules.iter().find(|rule| named.kind == "rule" && rule.is_named(&named.name));
            if let Some(rule) = rule {
                if let Some(instead) = rule.deprecated.as_ref().filter(|_| !told.contains(&&rule.id)) {
                    let message = format!("the rule '{}' is deprecated: {instead}", rule.id);
                    tell(&format!("warning: {}\n", located(named.at, &message, sources)));
                    told.push(&rule.id);
                }
                continue;
            }
            if names.contains(&(named.kind, named.name.as_str())) || !is_whole {
                continue;
            }
            let alike = names.iter().filter(|(kind, _)| *kind == named.kind).map(|(_, name)| *name);
            let near = nearest(&named.name, alike).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            let message = format!("the packs in use have no {} '{}'{near}", named.kind, named.name);
            return Err(Refused(located(named.at, &message, sources)));
        }
        for (name, _) in &mut config.severities {
            if let Some(rule) = rules.iter().find(|rule| rule.is_named(name)) {
                name.clone_from(&rule.id);
            }
        }
        for (id, severity) in &config.severities {
            let Some(severity) = severity else { continue };
            for rule in self.packs.packs.iter_mut().flat_map(|pack| &mut pack.rules).filter(|rule| rule.rule.id == *id)
            {
                rule.rule = Arc::new(Rule { severity: *severity, ..rule.rule.as_ref().clone() });
            }
        }
        Ok(())
    }

    /// Takes pinned packs only as they were.
    fn hold_pins(&mut self, config: &Config, sources: &Sources) -> Result<(), Refused> {
        for pin in &config.pins {
            let name = Path::new(&pin.pack).file_name().map(|name| name.to_string_lossy().into_owned());
            let name = name.unwrap_or_default();
            if !self.packs.packs.iter().any(|pack| pack.name == name) {
                continue;
            }
            let actual = self.hash(&name);
            if actual != pin.sha256 {
                let message = format!("the pack '{name}' is not the one that was pinned: it hashes to {actual}");
                return Err(Refused(located(pin.at, &message, sources)));
            }
            self.packs
                .packs
                .iter_mut()
                .filter(|pack| pack.name == name)
                .for_each(|pack| pack.sha256 = Some(actual.clone()));
        }
        Ok(())
    }

    /// What the files of a pack hash to. Built-in packs are held without their tests where they are only to run.
    pub fn hash(&self, name: &str) -> String {
        if self.foreign.iter().any(|own| own == name) { hash(&self.files, name) } else { hash(&embedded(), name) }
    }

    /// Ids of rules in preview that are not asked for by name.
    pub fn previews(&self, config: &Config) -> Vec<String> {
        let rules = self.packs.packs.iter().flat_map(|pack| &pack.rules).map(|rule| &rule.rule);
        let is_idle = |rule: &&Arc<Rule>| {
            rule.lifecycle == Lifecycle::Preview && !config.severities.iter().any(|(id, _)| *id == rule.id)
        };
        rules.filter(is_idle).map(|rule| rule.id.clone()).collect()
    }

    /// Tells what is wrong with the packs. True when anything is. The tests of the project compile all rules that are
    /// part of the program, so that only the user's own need it here.
    pub fn tell_errors(&self, given: &ArgMatches, sources: &Sources) -> bool {
        if !self.foreign.is_empty()
            || given.contains_id("rules-from") && given.get_one::<String>("rules-from").is_some()
        {
            super::lint::warn(&self.packs, &self.foreign, sources);
            tell_faults(&self.packs, sources)
        } else {
            tell_errors(&self.packs, sources)
        }
    }
}

/// The ids of rules by id, code or alias. A name that no rule has is refused.
pub fn ids(packs: &Packs, names: &[String]) -> Result<Vec<String>, Refused> {
    let rules: Vec<&Rule> = packs.packs.iter().flat_map(|pack| &pack.rules).map(|rule| rule.rule.as_ref()).collect();
    let id = |name: &String| {
        let found = rules.iter().find(|rule| rule.is_named(name)).map(|rule| rule.id.clone());
        found.ok_or_else(|| {
            let near = nearest(name, rules.iter().map(|rule| rule.id.as_str()));
            let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            Refused(format!("there is no rule '{name}'{near}"))
        })
    };
    names.iter().map(id).collect()
}

/// Tells what is wrong with packs. True when anything is.
pub fn tell_errors(packs: &Packs, sources: &Sources) -> bool {
    tell_all(&packs.errors, sources)
}

/// As [`tell_errors`], after compiling every rule: for packs that are not part of the program.
pub fn tell_faults(packs: &Packs, sources: &Sources) -> bool {
    tell_all(&packs.faults(), sources)
}

fn tell_all(errors: &[PackError], sources: &Sources) -> bool {
    for error in errors {
        let source = sources.get(error.at.source);
        let at = source.line_column(error.at.span.start);
        let help = error.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
        tell(&format!("{}:{}:{}: error[pack] {}{help}\n", source.name, at.line, at.column, error.message));
    }
    !errors.is_empty()
}

pub fn rules(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let chosen = all_or_named(given, &sources)?;
    if tell_errors(&chosen.packs, &sources) {
        return Ok(Exit::Wrong);
    }
    match given.get_one::<String>("format").map(String::as_str) {
        Some("markdown") => {
            say(&super::index::rules(&chosen.packs.packs));
            return Ok(Exit::Passed);
        }
        Some("concepts") => {
            say(&super::index::concepts(&chosen.packs.packs));
            return Ok(Exit::Passed);
        }
        _ => {}
    }
    let found = filtered(given, &chosen.packs)?;
    let text = match given.get_one::<String>("format").map(String::as_str) {
        Some("json") => {
            let list: Vec<serde_json::Value> = found.iter().map(|rule| json::rule(rule)).collect();
            format!("{}\n", serde_json::to_string_pretty(&list).unwrap_or_default())
        }
        Some("ids") => found.iter().map(|rule| format!("{}\n", rule.id)).collect(),
        _ => table(&found),
    };
    say(&text);
    Ok(Exit::Passed)
}

/// The rules that all options mean. A word that no rule has is refused.
fn filtered<'p>(given: &ArgMatches, packs: &'p Packs) -> Result<Vec<&'p Rule>, Refused> {
    let mut found: Vec<&CompiledRule> = packs.packs.iter().flat_map(|pack| &pack.rules).collect();
    for option in ["component", "control", "requirement", "category", "service", "severity", "lifecycle"] {
        let Some(wanted) = given.get_one::<String>(option) else { continue };
        let has = |rule: &CompiledRule| words(rule, option).iter().any(|word| is_meant(option, wanted, word));
        if !packs.packs.iter().flat_map(|pack| &pack.rules).any(has) {
            let mut all: Vec<String> =
                packs.packs.iter().flat_map(|pack| &pack.rules).flat_map(|rule| words(rule, option)).collect();
            all.sort();
            all.dedup();
            let near = nearest(wanted, all.iter().map(String::as_str)).map(|near| format!("; did you mean '{near}'?"));
            let few = || if all.len() <= 40 { format!("; there are: {}", all.join(", ")) } else { String::new() };
            return Err(Refused(format!("no rule has the {option} '{wanted}'{}", near.unwrap_or_else(few))));
        }
        found.retain(|rule| has(rule));
    }
    Ok(found.into_iter().map(|rule| rule.rule.as_ref()).collect())
}

/// What a rule has under an option of the list.
fn words(rule: &CompiledRule, option: &str) -> Vec<String> {
    let about = &rule.rule;
    let one = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    match option {
        "component" => match &rule.subjects {
            Subjects::Component(name) => one(name),
            _ => Vec::new(),
        },
        "control" => about
            .controls
            .iter()
            .flat_map(|(framework, numbers)| {
                let both = numbers.iter().flat_map(move |number| [number.clone(), format!("{framework} {number}")]);
                std::iter::once(framework.clone()).chain(both)
            })
            .collect(),
        "requirement" => one(about.requirement.as_deref().unwrap_or_default()),
        "category" => one(&about.category),
        "service" => one(&about.service),
        "severity" => one(about.severity.name()),
        _ => one(about.lifecycle.name()),
    }
}

/// A framework may be named by a part of its name, everything else as it is.
fn is_meant(option: &str, wanted: &str, word: &str) -> bool {
    let (wanted, word) = (wanted.to_lowercase(), word.to_lowercase());
    let is_framework = option == "control" && !word.contains(|letter: char| letter.is_ascii_digit());
    word == wanted
        || (option == "control"
            && (is_framework || word.contains(' '))
            && word.contains(&wanted)
            && wanted.chars().all(|c| !c.is_ascii_digit()))
}

fn table(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let severity = match rule.severity {
            Severity::Error => "error  ",
            Severity::Warning => "warning",
            Severity::Note => "note   ",
        };
        let stage = match rule.lifecycle {
            Lifecycle::Stable => String::new(),
            other => format!(" ({})", other.name()),
        };
        out.push_str(&format!("{:7} {:width$}  {severity}  {}{stage}\n", rule.code, rule.id, rule.title));
    }
    out.push_str(&format!("{}\n", crate::report::summary::count(rules.len(), "rule")));
    out
}

pub fn schema(given: &ArgMatches) -> Outcome {
    let name = given.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    let name = if name == "report" { "run" } else { name };
    let files = embedded();
    let wanted = format!("{name}.schema.json");
    match files.iter().find(|file| file.path == wanted) {
        Some(file) => {
            say(&file.text);
            Ok(Exit::Passed)
        }
        None => {
            let known: Vec<&str> = files.iter().filter_map(|file| file.path.strip_suffix(".schema.json")).collect();
            let near = nearest(name, known.iter().copied()).map(|near| format!("; did you mean '{near}'?"));
            let near = near.unwrap_or_default();
            Err(Refused(format!("there is no schema '{name}', only: {}{near}", known.join(", "))))
        }
    }
}
