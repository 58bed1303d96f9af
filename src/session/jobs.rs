//! Which templates are checked, with which values for their parameters.

use super::{CheckRequest, Part, pairing, problem, same_file};
use crate::arm::parameters::{Given, given};
use crate::arm::template::Kind;
use crate::check::{Input, InputStatus};
use crate::document::{Member, Value, parse};
use crate::input::{self, Document, Found, Unusable};
use crate::source::{Location, Source, Sources, Span};
use std::path::PathBuf;

/// One template with one set of parameter values.
pub struct Job {
    pub document: usize,
    /// Name of the environment, where there are several.
    pub environment: String,
    pub given: Vec<Given>,
}

/// Every template with every set of parameter values it is to be checked with.
pub fn jobs(request: &CheckRequest, documents: &[Document], sources: &Sources, run: &mut Part) -> Vec<Job> {
    let set = command_line(&request.set, sources);
    let pairs = pairing::pairs(documents);
    let mut jobs = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        match document.kind {
            Kind::Template => {}
            Kind::Export => continue,
            Kind::Parameters => {
                let status = match pairs.iter().find(|pair| pair.parameters == index) {
                    Some(pair) => InputStatus::Parameters(vec![documents[pair.template].name.clone()]),
                    None => {
                        InputStatus::NotTemplate("a parameter file, and its template is not in the input".to_owned())
                    }
                };
                run.inputs.push(Input { name: document.name.clone(), status });
                continue;
            }
            Kind::Neither => {
                let told = "neither a template nor a parameter file, nor an export that names its resource \
                            (--attach FILE=RESOURCE_ID states it)";
                let status = InputStatus::NotTemplate(told.to_owned());
                run.inputs.push(Input { name: document.name.clone(), status });
                continue;
            }
        }
        let mut environments: Vec<(String, Vec<Given>)> = Vec::new();
        let configured = request.deployments.iter().find(|one| same_file(&one.template, &document.path));
        if let Some(deployment) = configured {
            for (name, files) in &deployment.environments {
                environments.push((name.clone(), files_given(files, sources, run)));
            }
        } else if !request.environments.is_empty() {
            for files in &request.environments {
                let name = files.last().map(|path| pairing::environment(path, &document.path)).unwrap_or_default();
                environments.push((name, files_given(files, sources, run)));
            }
        } else {
            for pair in pairs.iter().filter(|pair| pair.template == index) {
                let file = &documents[pair.parameters];
                let name = pairing::environment(&file.path, &document.path);
                environments.push((name, given(file.root().get("parameters"))));
            }
        }
        if environments.is_empty() {
            environments.push((String::new(), Vec::new()));
        }
        let several = environments.len() > 1;
        for (name, mut values) in environments {
            values.extend(set.iter().cloned());
            jobs.push(Job { document: index, environment: if several { name } else { String::new() }, given: values });
        }
    }
    jobs
}

fn files_given(files: &[PathBuf], sources: &Sources, run: &mut Part) -> Vec<Given> {
    let mut values = Vec::new();
    for path in files {
        let found = Found { name: input::shown(path), path: path.clone(), explicit: true };
        match input::read(&found, sources) {
            Ok(document) if document.kind == Kind::Parameters => {
                values.extend(given(document.root().get("parameters")))
            }
            Ok(document) => run.problems.push(problem(
                &found.name,
                Unusable {
                    code: "not-a-parameter-file",
                    message: "this is not a deployment parameter file".to_owned(),
                    at: Some(document.root().at),
                },
            )),
            Err(unusable) => run.problems.push(problem(&found.name, unusable)),
        }
    }
    values
}

/// Values of `--set`, each standing in a source of its own so that a finding can show it.
pub fn command_line(set: &[(String, String)], sources: &Sources) -> Vec<Given> {
    let mut values = Vec::new();
    for (name, text) in set {
        let source = sources.add(Source::new("command line", format!("--set {name}={text}")));
        let start = (name.len() + "--set =".len()) as u32;
        let at = Location { source, span: Span { start, end: start + text.len() as u32 } };
        let parsed = parse(source, text).map(|parsed| parsed.root);
        let value = parsed.unwrap_or_else(|_| Value::string(text.as_str()));
        let value = Value::from_json(&value.to_json(), at);
        let member = |key: &str, value: Value| Member { key: key.into(), key_at: at, value };
        let members = vec![member("value", value), member("commandLine", Value::bool(true))];
        let entry = Value { at, ..Value::object(members) };
        values.push(Given { name: name.as_str().into(), entry });
    }
    values
}
