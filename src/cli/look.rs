//! `eval`, `expand` and `why`: seeing inside.

use super::{Exit, Outcome, Refused, say, tell, values};
use crate::arm::case::{Answer, evaluate_case};
use crate::arm::expand::{Expansion, Request, expand as expand_template};
use crate::arm::parameters::{Given, given as entries, secret_values};
use crate::arm::template::Kind;
use crate::document::{Member, Value};
use crate::estate::Presence;
use crate::input::{self, Document, Found};
use crate::secrets::{Known, mask_json, places};
use crate::session::command_line;
use crate::source::{Location, Source, SourceId, Sources};
use clap::ArgMatches;
use serde_json::{Map, Value as Json, json};
use std::path::Path;

fn read(path: &str, sources: &Sources) -> Result<Document, Refused> {
    let found = Found { name: input::shown(Path::new(path)), path: path.into(), explicit: true };
    input::read(&found, sources).map_err(|unusable| {
        let at = unusable.at.map(|at| {
            let source = sources.get(at.source);
            let at = source.line_column(at.span.start);
            format!(":{}:{}", at.line, at.column)
        });
        Refused(format!("{}{}: {}", found.name, at.unwrap_or_default(), unusable.message))
    })
}

fn template(path: &str, sources: &Sources) -> Result<Document, Refused> {
    let document = read(path, sources)?;
    match document.kind {
        Kind::Template => Ok(document),
        _ => Err(Refused(format!("{} is not a template", document.name))),
    }
}

/// Values from `--parameters` and `--set`, later ones in force.
fn given_values(given: &ArgMatches, sources: &Sources) -> Result<Vec<Given>, Refused> {
    let mut all = Vec::new();
    for files in values(given, "parameters") {
        for file in files.split(',') {
            all.extend(entries(read(file, sources)?.root().get("parameters")));
        }
    }
    let set = values(given, "set").iter().map(|one| super::pair("set", one)).collect::<Result<Vec<_>, _>>()?;
    all.extend(command_line(&set, sources));
    Ok(all)
}

fn expanded(document: &Document, given: Vec<Given>, sources: &Sources) -> Expansion {
    let linked = |_: SourceId, path: &str| {
        input::read_linked(&document.path, path, sources).map(|read| read.map(|file| file.root().clone()))
    };
    expand_template(Request {
        template: document.root(),
        given,
        linked: &linked,
        trial: &[],
        facts: None,
        noticed: None,
    })
}

/// The texts of secrets in a template and in what is given for its parameters.
fn secrets_of(document: &Document, given: &[Given], sources: &Sources) -> Known {
    let places = places(document.root()).into_iter().chain(secret_values(document.root(), given, &[])).chain(
        given.iter().flat_map(|one| {
            let named =
                Value::object(vec![Member { key: one.name.clone(), key_at: one.entry.at, value: one.entry.clone() }]);
            places(&named)
        }),
    );
    let texts: Vec<String> = places.map(|at| sources.get(at.source).slice(at.span).to_owned()).collect();
    Known::new(texts.iter().map(String::as_str))
}

/// Prints a result as JSON, secrets masked.
fn say_json(mut value: Json, known: &Known) {
    mask_json(&mut value, "");
    say(&known.masked(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default())));
}

/// Tells faults of a template. True when there are any.
fn tell_faults(expansion: &Expansion, known: &Known, sources: &Sources) -> bool {
    for fault in &expansion.faults {
        let source = sources.get(fault.at.source);
        let at = source.line_column(fault.at.span.start);
        tell(&format!(
            "{}:{}:{}: error[{}] {}\n",
            source.name,
            at.line,
            at.column,
            fault.code,
            known.masked(&fault.message)
        ));
    }
    !expansion.faults.is_empty()
}

pub fn eval(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    if let Some(file) = given.get_one::<String>("batch") {
        return batch(file, &sources);
    }
    let written = given.get_one::<String>("expression").map(String::as_str).unwrap_or_default();
    let text = if written.starts_with('[') { written.to_owned() } else { format!("[{written}]") };
    let mut known = Known::default();
    let answer = match given.get_one::<String>("template") {
        None => {
            let mut parameters = Map::new();
            for one in given_values(given, &sources)? {
                parameters.insert(one.name.to_string(), one.entry.get("value").map(Value::to_json).unwrap_or_default());
            }
            let case = json!({ "expression": text, "parameters": parameters });
            evaluate_case(&Value::from_json(&case, Location::default()))
        }
        Some(file) => {
            let document = template(file, &sources)?;
            let source = sources.add(Source::new("expression", text.as_str()));
            let at = Location { source, span: Default::default() };
            let member = |key: &str, value: Value| Member { key: key.into(), key_at: at, value };
            let output = Value::object(vec![member("value", Value { at, ..Value::string(text.as_str()) })]);
            let mut root = document.root().as_object().cloned().unwrap_or_default();
            root.set("outputs".into(), at, Value::object(vec![member("expression", output)]));
            let whole = Value { at: document.root().at, ..Value::object(root.members) };
            let values = given_values(given, &sources)?;
            known = secrets_of(&document, &values, &sources);
            let linked = |_: SourceId, path: &str| {
                input::read_linked(&document.path, path, &sources).map(|read| read.map(|file| file.root().clone()))
            };
            let expansion = expand_template(Request {
                template: &whole,
                given: values,
                linked: &linked,
                trial: &[],
                facts: None,
                noticed: None,
            });
            match expansion.faults.iter().find(|fault| fault.at.source == source) {
                Some(fault) => Answer::Error(fault.message.clone()),
                None => Answer::Value(
                    expansion
                        .outputs
                        .get("expression")
                        .and_then(|output| output.get("value"))
                        .cloned()
                        .unwrap_or_default(),
                ),
            }
        }
    };
    match answer {
        Answer::Error(message) => Err(Refused(known.masked(&message))),
        Answer::Value(value) => {
            say_json(value.to_json(), &known);
            Ok(Exit::Passed)
        }
    }
}

fn batch(file: &str, sources: &Sources) -> Outcome {
    let document = read(file, sources)?;
    let cases = document.root().as_array().ok_or_else(|| format!("{file} is not a list of cases"))?;
    let mut out = String::new();
    for case in cases {
        let id = case.get("id").map(Value::to_json).unwrap_or_default();
        let mut line = match evaluate_case(case) {
            Answer::Error(message) => json!({ "id": id, "error": message }),
            Answer::Value(value) => match value.as_unknown() {
                Some(unknown) => json!({ "id": id, "unknown": unknown.reason.describe() }),
                None => json!({ "id": id, "value": value.to_json() }),
            },
        };
        mask_json(&mut line, "");
        out.push_str(&format!("{line}\n"));
    }
    say(&out);
    Ok(Exit::Passed)
}

pub fn expand(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let file = given.get_one::<String>("file").map(String::as_str).unwrap_or_default();
    let document = template(file, &sources)?;
    let values = given_values(given, &sources)?;
    let known = secrets_of(&document, &values, &sources);
    let expansion = expanded(&document, values, &sources);
    let wrong = tell_faults(&expansion, &known, &sources);
    let list: Vec<Json> = expansion
        .resources
        .iter()
        .map(|resource| {
            let at = sources.get(resource.at.source).line_column(resource.at.span.start);
            let mut object = Map::new();
            object.insert("id".into(), Json::from(&*resource.id));
            object.insert("declaredAs".into(), Json::from(&*resource.declared_as));
            object.insert("line".into(), Json::from(at.line));
            if let Presence::Undecided(condition) = &resource.presence {
                object.insert("deployedIf".into(), condition.to_json());
            }
            if resource.existing {
                object.insert("existing".into(), Json::from(true));
            }
            object.insert("resource".into(), resource.body.to_json());
            Json::Object(object)
        })
        .collect();
    let outputs = expansion.outputs.to_json();
    say_json(json!({ "resources": list, "outputs": outputs }), &known);
    Ok(if wrong { Exit::Wrong } else { Exit::Passed })
}
