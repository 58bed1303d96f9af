//! Which packs a command works on, and the list of their rules.

use super::{Exit, Outcome, Refused, say, tell, values};
use crate::check::Severity;
use crate::config::Config;
use crate::document::{Value, parse};
use crate::policy::{
    Overrides, PackError, PackFile, Packs, Rule, Subjects, default_packs, embedded, embedded_to_run, load, nearest,
    pack_names, read_folder, read_rules,
};
use crate::report::json;
use crate::source::{Location, SourceId, Sources};
use clap::ArgMatches;
use std::path::Path;
use std::sync::Arc;

/// Packs by name or folder, with the files they are made of.
pub struct Chosen {
    /// Rules of the user's own, or of `--rules-from`, are among them.
    pub has_foreign: bool,
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
    choose(files, &named, &overrides, sources)
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
    let mut has_foreign = false;
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
        has_foreign = true;
        // A folder given by path takes the place of a built-in pack of that name.
        files.retain(|file| !file.path.starts_with(&format!("{folder}/")));
        files.extend(own);
        wanted.push(folder);
    }
    if named.is_empty() {
        wanted = default_packs(&files);
    }
    let packs = load(&files, &|name| wanted.iter().any(|one| one == name), overrides, sources);
    Ok(Chosen { has_foreign, packs, files })
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
    /// Applies the severities of a configuration. Names in it that no pack knows are refused.
    pub fn configure(&mut self, config: &Config) -> Result<(), Refused> {
        let packs = &self.packs.packs;
        let parameters: Vec<&str> = packs.iter().flat_map(|pack| pack.parameters.keys().map(String::as_str)).collect();
        let components: Vec<&str> =
            packs.iter().flat_map(|pack| pack.components.iter().map(|one| &*one.name)).collect();
        let rules: Vec<&str> = packs.iter().flat_map(|pack| &pack.rules).map(|rule| rule.rule.id.as_str()).collect();
        let parameter_names = config.overrides.parameters.keys().map(String::as_str);
        let component_names = config.overrides.components.keys().map(String::as_str);
        let rule_names = config.severities.iter().map(|(name, _)| name.as_str());
        known("pack parameter", parameter_names, &parameters)?;
        known("component", component_names, &components)?;
        known("rule", rule_names, &rules)?;
        for (id, severity) in &config.severities {
            let Some(severity) = severity else { continue };
            for rule in self.packs.packs.iter_mut().flat_map(|pack| &mut pack.rules).filter(|rule| rule.rule.id == *id)
            {
                rule.rule = Arc::new(Rule { severity: *severity, ..rule.rule.as_ref().clone() });
            }
        }
        Ok(())
    }

    /// Tells what is wrong with the packs. True when anything is. The tests of the project compile all rules that are
    /// part of the program, so that only the user's own need it here.
    pub fn tell_errors(&self, given: &ArgMatches, sources: &Sources) -> bool {
        if self.has_foreign || given.contains_id("rules-from") && given.get_one::<String>("rules-from").is_some() {
            tell_faults(&self.packs, sources)
        } else {
            tell_errors(&self.packs, sources)
        }
    }
}

/// Refuses a name of the configuration that the packs of the run do not have.
fn known<'n>(what: &str, given: impl Iterator<Item = &'n str>, names: &[&str]) -> Result<(), Refused> {
    for name in given {
        if !names.contains(&name) {
            let near = nearest(name, names.iter().copied()).map(|near| format!("; did you mean '{near}'?"));
            let near = near.unwrap_or_default();
            return Err(Refused(format!("the configuration names the {what} '{name}', which no pack has{near}")));
        }
    }
    Ok(())
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
    let filter = |name: &str| given.get_one::<String>(name).map(|text| text.to_lowercase());
    let (component, control, requirement, category, service) =
        (filter("component"), filter("control"), filter("requirement"), filter("category"), filter("service"));
    let same = |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|wanted| own.to_lowercase() == *wanted);
    let mut found: Vec<&Rule> = Vec::new();
    for rule in chosen.packs.packs.iter().flat_map(|pack| &pack.rules) {
        let about = &rule.rule;
        let own_component = match &rule.subjects {
            Subjects::Component(name) => &**name,
            _ => "",
        };
        let has_control = control.as_ref().is_none_or(|wanted| {
            about.controls.iter().any(|(framework, numbers)| {
                framework.to_lowercase().contains(wanted)
                    || numbers.iter().any(|number| number.to_lowercase() == *wanted)
            })
        });
        if same(&component, own_component)
            && has_control
            && same(&requirement, about.requirement.as_deref().unwrap_or_default())
            && same(&category, &about.category)
            && same(&service, &about.service)
        {
            found.push(about);
        }
    }
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

fn table(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let severity = match rule.severity {
            Severity::Error => "error  ",
            Severity::Warning => "warning",
            Severity::Note => "note   ",
        };
        out.push_str(&format!("{:7} {:width$}  {severity}  {}\n", rule.code, rule.id, rule.title));
    }
    out.push_str(&format!("{} rules\n", rules.len()));
    out
}

pub fn schema(given: &ArgMatches) -> Outcome {
    let name = given.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    let files = embedded();
    let wanted = format!("{name}.schema.json");
    match files.iter().find(|file| file.path == wanted) {
        Some(file) => {
            say(&file.text);
            Ok(Exit::Passed)
        }
        None => {
            let known: Vec<&str> = files.iter().filter_map(|file| file.path.strip_suffix(".schema.json")).collect();
            Err(Refused(format!("there is no schema '{name}', only: {}", known.join(", "))))
        }
    }
}
