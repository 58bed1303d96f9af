//! Packs: `pack.json` with parameters and components, and the rules beside it.

use super::compile::{Context, Kept, condition};
use super::condition::Condition;
use super::defaults::Defaults;
use super::reader::{PackError, object, only, text, texts, unknown_word};
use super::rule::{CompiledRule, Subjects, Vocabulary, rule};
use crate::arm::declarations::Declares;
use crate::document::{Value, parse};
use crate::source::{Location, Source, SourceId, Sources};
use regex::{Regex, RegexBuilder};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

/// The rule files that are part of the program: path under `rules/`, text, text without tests and spaces.
pub const EMBEDDED: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded_rules.rs"));

/// A pack ready to run.
#[derive(Debug)]
pub struct Pack {
    pub name: String,
    pub version: String,
    pub title: String,
    /// What its files hash to, where that was asked for.
    pub sha256: Option<String>,
    /// Runs when nothing is configured.
    pub runs_by_default: bool,
    /// Values in force, by name.
    pub parameters: BTreeMap<String, Value>,
    pub components: Vec<Component>,
    /// In order of id.
    pub rules: Vec<CompiledRule>,
    dispatch: OnceLock<Dispatch>,
}

/// Which rules have something to judge, by the types that are present: most rules of a pack have nothing.
#[derive(Debug, Default)]
struct Dispatch {
    by_type: HashMap<String, Vec<usize>>,
    /// Rules on the estate, on components, and on types by pattern.
    always: Vec<usize>,
}

impl Pack {
    /// The rules that may have a resource to judge where these types (in lower case) are present, in order of id.
    pub fn rules_for<'t>(&self, present: impl Iterator<Item = &'t str>) -> impl Iterator<Item = &CompiledRule> {
        let dispatch = self.dispatch.get_or_init(|| {
            let mut dispatch = Dispatch::default();
            for (number, rule) in self.rules.iter().enumerate() {
                match &rule.subjects {
                    Subjects::Types(names) if !names.iter().any(|name| name.contains('*')) => {
                        for name in names {
                            dispatch.by_type.entry(name.clone()).or_default().push(number);
                        }
                    }
                    _ => dispatch.always.push(number),
                }
            }
            dispatch
        });
        let mut numbers = dispatch.always.clone();
        numbers.extend(present.filter_map(|name| dispatch.by_type.get(name)).flatten());
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().map(|number| &self.rules[number])
    }
}

/// One part of an architecture, found in any estate.
#[derive(Debug)]
pub struct Component {
    pub name: Arc<str>,
    pub title: String,
    pub tier: String,
    pub required: bool,
    /// A resource can be this one only (else it may be another one as well).
    pub is_exclusive: bool,
    /// Lower case.
    pub types: Vec<String>,
    /// As written.
    pub type_names: Vec<String>,
    /// One of these must hold.
    pub matches: Vec<Match>,
}

/// A way to recognise a component.
#[derive(Debug)]
pub enum Match {
    Tag {
        name: String,
        equals: String,
    },
    /// On the resource's last name segment.
    Name(Regex),
    Where(Condition),
    /// The resource with this id, or an id that ends so.
    Id(String),
}

impl Match {
    /// In words, after "with".
    pub fn describe(&self) -> String {
        match self {
            Match::Tag { name, equals } => format!("the tag {name} = {equals}"),
            Match::Name(pattern) => format!("a name like {pattern}"),
            Match::Where(_) => "settings of its own".to_owned(),
            Match::Id(id) => format!("the id {id}"),
        }
    }
}

/// A pack file: path below the folder that holds the packs, and text.
#[derive(Clone, Debug)]
pub struct PackFile {
    pub path: String,
    /// As people see it.
    pub name: String,
    pub text: Cow<'static, str>,
}

/// All files that are part of the program.
pub fn embedded() -> Vec<PackFile> {
    EMBEDDED
        .iter()
        .map(|(path, text, _)| PackFile {
            path: (*path).to_owned(),
            name: format!("rules/{path}"),
            text: (*text).into(),
        })
        .collect()
}

/// The same without what only `test` and editors need: tests and schemas.
pub fn embedded_to_run() -> Vec<PackFile> {
    let to_run = EMBEDDED.iter().filter(|(path, ..)| !path.ends_with("schema.json"));
    to_run
        .map(|(path, _, text)| PackFile {
            path: (*path).to_owned(),
            name: format!("rules/{path}"),
            text: (*text).into(),
        })
        .collect()
}

impl Packs {
    /// The wanted rules on what templates declare, each with the kinds that it judges.
    pub fn on_declarations(&self, wanted: &dyn Fn(&CompiledRule) -> bool) -> Vec<(Declares, &CompiledRule)> {
        let rules = self.packs.iter().flat_map(|pack| &pack.rules).filter(|rule| wanted(rule));
        rules.flat_map(|rule| rule.subjects.declarations().map(move |kind| (kind, rule))).collect()
    }

    /// Compiles every rule and gives what is wrong in any.
    pub fn faults(&self) -> Vec<PackError> {
        let rules = self.packs.iter().flat_map(|pack| &pack.rules);
        self.errors.iter().cloned().chain(rules.filter_map(|rule| rule.fault().cloned())).collect()
    }
}

/// The packs among `files` that presuppose no particular platform: they run when nothing is configured.
pub fn default_packs(files: &[PackFile]) -> Vec<String> {
    let heads = files.iter().filter_map(|file| file.path.strip_suffix("/pack.json").map(|name| (name, file)));
    heads
        .filter(|(_, file)| {
            let parsed = parse(SourceId::default(), &file.text);
            parsed.is_ok_and(|parsed| parsed.root.get("default").and_then(Value::as_bool) == Some(true))
        })
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// SHA-256 of a pack: of the path below its folder and the text of each file, in order of path.
pub fn hash(files: &[PackFile], pack: &str) -> String {
    let head = format!("{pack}/");
    let mut own: Vec<(&str, &str)> =
        files.iter().filter_map(|file| Some((file.path.strip_prefix(&head)?, &*file.text))).collect();
    own.sort_unstable();
    let mut hash = Sha256::new();
    for (path, text) in own {
        // Lengths, so that text cannot pass from one file to the next.
        hash.update((path.len() as u64).to_le_bytes());
        hash.update(path);
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The names of all packs among `files`.
pub fn pack_names(files: &[PackFile]) -> Vec<&str> {
    files.iter().filter_map(|file| file.path.strip_suffix("/pack.json")).collect()
}

/// Reads the files of a pack from a folder that holds its `pack.json`.
pub fn read_folder(folder: &std::path::Path) -> Result<Vec<PackFile>, String> {
    let shown = folder.display();
    let real = folder.canonicalize().map_err(|_| format!("there is no pack and no folder '{shown}'"))?;
    if !real.join("pack.json").is_file() {
        return Err(format!("the folder '{shown}' has no pack.json"));
    }
    let name = real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    json_files(&real, &format!("{name}/"), &crate::input::shown(folder))
}

/// Reads a folder of packs with their shared tables, as `rules/` is.
pub fn read_rules(folder: &std::path::Path) -> Result<Vec<PackFile>, String> {
    if !folder.is_dir() {
        return Err(format!("there is no folder '{}'", folder.display()));
    }
    json_files(folder, "", &crate::input::shown(folder))
}

fn json_files(folder: &std::path::Path, head: &str, shown: &str) -> Result<Vec<PackFile>, String> {
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(folder).sort_by_file_path(std::path::Path::cmp).build().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let below = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        files.push(PackFile { path: format!("{head}{below}"), name: format!("{shown}/{below}"), text: text.into() });
    }
    Ok(files)
}

/// What the user sets in packs.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Pack parameters by name.
    pub parameters: BTreeMap<String, Value>,
    /// How to find components, by name: a match, or `{"any": […]}`.
    pub components: BTreeMap<String, Value>,
}

/// What [`load`] gives: packs in order of name, the table of defaults, and everything that is wrong.
#[derive(Debug, Default)]
pub struct Packs {
    pub packs: Vec<Pack>,
    pub defaults: Defaults,
    pub errors: Vec<PackError>,
    /// Verdicts are to carry how each condition came out: for `why`.
    pub tell_all: bool,
}

/// Reads packs. `wanted` names those to load (all when nothing); `overrides` is what the user sets.
/// A rule in error is left out and told; the others still run.
pub fn load(files: &[PackFile], wanted: &dyn Fn(&str) -> bool, overrides: &Overrides, sources: &Sources) -> Packs {
    let mut packs = Packs::default();
    let mut heads: BTreeMap<&str, Value> = BTreeMap::new();
    let mut rules: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let folder = file.path.split('/').next().unwrap_or("");
        let is_default_table = folder == "defaults" || name == "defaults.json";
        if name.ends_with("schema.json") || (!is_default_table && (!file.path.contains('/') || !wanted(folder))) {
            continue;
        }
        let id = sources.add(Source::new(file.name.as_str(), &*file.text));
        match parse(id, &file.text) {
            Err(error) => {
                packs.errors.push(PackError::new(Location { source: id, span: error.span }, error.message));
            }
            Ok(parsed) if is_default_table => packs.errors.extend(packs.defaults.add(&parsed.root).err()),
            Ok(parsed) if name == "pack.json" => {
                heads.insert(folder, parsed.root);
            }
            Ok(parsed) => {
                let id = name.strip_suffix(".json").unwrap_or(name);
                let twin = rules.entry(folder).or_default().insert(id, parsed.root);
                if let Some(twin) = twin {
                    packs.errors.push(PackError::new(twin.at, format!("two rules are named '{id}'")));
                }
            }
        }
    }
    for (name, head) in heads {
        match pack(name, &head, rules.remove(name).unwrap_or_default(), overrides, &mut packs.errors) {
            Ok(pack) => packs.packs.push(pack),
            Err(error) => packs.errors.push(error),
        }
    }
    for (folder, rules) in rules {
        if let Some(rule) = rules.values().next() {
            packs.errors.push(PackError::new(rule.at, format!("the folder '{folder}' has rules but no pack.json")));
        }
    }
    packs
}

fn pack(
    name: &str,
    head: &Value,
    rules: BTreeMap<&str, Value>,
    overrides: &Overrides,
    errors: &mut Vec<PackError>,
) -> Result<Pack, PackError> {
    let members = object(head, "a pack")?;
    let words =
        ["$schema", "pack", "version", "title", "documentation", "default", "description", "parameters", "components"];
    only(members, "word in a pack", &words)?;
    let needed =
        |word: &str| members.get(word).ok_or_else(|| PackError::new(head.at, format!("a pack needs '{word}'")));
    let stated = needed("pack")?;
    if text(stated, "pack")? != name {
        return Err(PackError::new(stated.at, format!("the pack's folder is named '{name}'")));
    }
    let mut parameters = BTreeMap::new();
    if let Some(value) = members.get("parameters") {
        for member in &object(value, "parameters")?.members {
            let declared = object(&member.value, "a parameter")?;
            only(declared, "word in a parameter", &["type", "default", "description", "allowed"])?;
            let default = declared
                .get("default")
                .ok_or_else(|| PackError::new(member.value.at, "a pack parameter needs a 'default'"))?;
            let value = overrides.parameters.get(&*member.key).unwrap_or(default);
            if let Some(kind) = declared.get("type") {
                let fits = match text(kind, "type")? {
                    "integer" => value.as_int().is_some(),
                    "string" => value.as_str().is_some(),
                    "boolean" => value.as_bool().is_some(),
                    "array" => value.as_array().is_some(),
                    other => {
                        let known = ["integer", "string", "boolean", "array"];
                        return Err(unknown_word(kind.at, "type", other, known));
                    }
                };
                if !fits {
                    let message =
                        format!("pack parameter '{}' must be of type {}", member.key, kind.as_str().unwrap_or(""));
                    return Err(PackError::new(value.at, message));
                }
            }
            parameters.insert(member.key.to_string(), value.clone());
        }
    }
    let declared = members.get("components").map(|value| object(value, "components")).transpose()?;
    let names: Vec<String> =
        declared.map_or(Vec::new(), |list| list.members.iter().map(|member| member.key.to_string()).collect());
    let vocabulary = Arc::new(Vocabulary { parameters: parameters.clone(), components: names });
    let kept = Kept::default();
    let context = vocabulary.context(&kept);
    let mut components = Vec::new();
    for member in declared.map_or(&[][..], |list| &list.members) {
        let selector = overrides.components.get(&*member.key);
        components.push(component(&member.key, &member.value, selector, &context)?);
    }
    let mut compiled = Vec::new();
    for (id, root) in rules {
        match rule(id, name, &root, &vocabulary) {
            Ok(rule) => compiled.push(rule),
            Err(error) => errors.push(error),
        }
    }
    Ok(Pack {
        name: name.to_owned(),
        version: text(needed("version")?, "version")?.to_owned(),
        title: text(needed("title")?, "title")?.to_owned(),
        sha256: None,
        runs_by_default: members.get("default").and_then(Value::as_bool).unwrap_or(false),
        rules: compiled,
        dispatch: OnceLock::new(),
        components,
        parameters,
    })
}

fn component(
    name: &Arc<str>,
    value: &Value,
    selector: Option<&Value>,
    context: &Context,
) -> Result<Component, PackError> {
    let members = object(value, "a component")?;
    only(members, "word in a component", &["title", "tier", "required", "exclusive", "type", "match", "description"])?;
    let needed =
        |word: &str| members.get(word).ok_or_else(|| PackError::new(value.at, format!("a component needs '{word}'")));
    let how = match selector {
        Some(selector) => selector,
        None => needed("match")?,
    };
    let ways = match object(how, "match")?.get("any") {
        Some(list) => list.as_array().ok_or_else(|| PackError::new(list.at, "'any' is a list of matches"))?,
        None => std::slice::from_ref(how),
    };
    let matches = ways.iter().map(|way| way_to_match(way, context)).collect::<Result<Vec<Match>, PackError>>()?;
    let type_names = texts(needed("type")?, "type")?;
    Ok(Component {
        name: name.clone(),
        title: members.get("title").and_then(Value::as_str).unwrap_or(name).to_owned(),
        tier: members.get("tier").and_then(Value::as_str).unwrap_or_default().to_owned(),
        required: members.get("required").and_then(Value::as_bool).unwrap_or(false),
        is_exclusive: members.get("exclusive").and_then(Value::as_bool).unwrap_or(true),
        types: type_names.iter().map(|name| name.to_ascii_lowercase()).collect(),
        type_names,
        matches,
    })
}

/// `{"tag", "equals"}`, `{"name"}`, `{"id"}` or `{"where"}`.
fn way_to_match(way: &Value, context: &Context) -> Result<Match, PackError> {
    let members = object(way, "a match")?;
    only(members, "word in a match", &["tag", "equals", "name", "id", "where"])?;
    if let Some(tag) = members.get("tag") {
        let equals = members.get("equals").ok_or_else(|| PackError::new(way.at, "'tag' needs 'equals'"))?;
        return Ok(Match::Tag { name: text(tag, "tag")?.to_owned(), equals: text(equals, "equals")?.to_owned() });
    }
    if let Some(pattern) = members.get("name") {
        let built = RegexBuilder::new(text(pattern, "name")?).case_insensitive(true).build();
        return built.map(Match::Name).map_err(|error| PackError::new(pattern.at, format!("not a pattern: {error}")));
    }
    if let Some(id) = members.get("id") {
        return Ok(Match::Id(text(id, "id")?.to_lowercase()));
    }
    match members.get("where") {
        Some(filter) => condition(filter, context).map(Match::Where),
        None => Err(PackError::new(way.at, "a match needs 'tag', 'name', 'id' or 'where'")),
    }
}
