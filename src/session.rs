//! One check from beginning to end: files in, a [`Run`] out. Files are worked on in parallel; the result does not
//! depend on how many threads there are.

mod domains;
mod pairing;
mod parallel;

use crate::arm::expand::{Expansion, Request, expand};
use crate::arm::parameters::{Given, given};
use crate::arm::template::Kind;
use crate::check::{
    Baseline, Input, InputStatus, Outcome, PackUse, Place, Policies, Problem, Run, Severity, Text, Verdict, Waiver,
    evaluate, suppress, suppress_inline,
};
use crate::document::{Member, Value, parse};
use crate::estate::{Estate, Resource};
use crate::export::{self, Lifted};
use crate::input::{self, Document, Found, Unusable};
use crate::policy::{CompiledRule, Packs};
use crate::secrets;
use crate::source::{Location, Source, SourceId, Sources, Span};
use std::path::PathBuf;
use std::sync::Mutex;

pub use pairing::{environment, pairs};
pub use parallel::on_big_stack;

/// Bytes of files that are held in memory together, beyond the one that reaches it.
const BATCH: u64 = 32 << 20;

/// What to check.
#[derive(Debug, Default)]
pub struct CheckRequest {
    pub found: Vec<Found>,
    /// Name and bytes of standard input.
    pub stdin: Option<(String, Vec<u8>)>,
    /// Parameter files per environment: the files of one are merged, later ones win. For every template of the run.
    pub environments: Vec<Vec<PathBuf>>,
    /// Templates with parameter files of their own, from the configuration.
    pub deployments: Vec<Deployment>,
    /// `--set name=value`.
    pub set: Vec<(String, String)>,
    /// All templates are one platform.
    pub one_estate: bool,
    /// Threads to use; 0 for as many as there are processors.
    pub threads: usize,
    /// Severities that the configuration changes; nothing turns a rule off.
    pub severities: Vec<(String, Option<Severity>)>,
    pub waivers: Vec<Waiver>,
    pub max_waiver_days: Option<i64>,
    pub baseline: Option<Baseline>,
    /// ISO date by which expiry is judged; nothing suppresses when it is absent.
    pub today: Option<String>,
}

/// A template with its parameter files, by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub template: PathBuf,
    pub environments: Vec<(String, Vec<PathBuf>)>,
}

/// One template with one set of parameter values.
struct Job {
    document: usize,
    /// Name of the environment, where there are several.
    environment: String,
    given: Vec<Given>,
}

/// What all steps of a check share.
struct Setting<'c> {
    request: &'c CheckRequest,
    packs: &'c Packs,
    sources: &'c Sources,
    wanted: &'c (dyn Fn(&CompiledRule) -> bool + Sync),
}

/// What a job gave.
struct Done {
    outcomes: Vec<Outcome>,
    secrets: Vec<Location>,
    expansion: Expansion,
    linked: Vec<PathBuf>,
}

/// Runs a check.
pub fn check(request: &CheckRequest, packs: &Packs, sources: &Sources) -> Run {
    let mut run = Run::default();
    let wanted = |rule: &CompiledRule| {
        !request.severities.iter().any(|(id, severity)| severity.is_none() && *id == rule.rule.id)
    };
    run.rules = packs
        .packs
        .iter()
        .flat_map(|pack| &pack.rules)
        .filter(|rule| wanted(rule))
        .map(|rule| rule.rule.clone())
        .collect();
    run.packs = packs
        .packs
        .iter()
        .map(|pack| PackUse {
            name: pack.name.clone(),
            version: pack.version.clone(),
            sha256: pack.sha256.clone(),
            parameters: pack
                .parameters
                .iter()
                .map(|(name, value)| (name.clone(), value.to_json().to_string()))
                .collect(),
        })
        .collect();
    let today = request.today.as_deref();
    let policies = today.map(|today| Policies {
        waivers: &request.waivers,
        baseline: request.baseline.as_ref(),
        today,
        max_waiver_days: request.max_waiver_days,
    });
    let setting = Setting { request, packs, sources, wanted: &wanted };
    let mut exports = Lifted::default();
    let batches = batches(request);
    for (number, batch) in batches.iter().enumerate() {
        let stdin = request.stdin.as_ref().filter(|_| number == 0);
        let documents = documents(batch, stdin, request.threads, sources, &mut run);
        let jobs = jobs(request, &documents, sources, &mut run);
        let done = parallel::map(&jobs, request.threads, |job| work(job, &documents[job.document], &setting));
        collect(&setting, &documents, &jobs, done, &mut exports, &mut run);
        let shown = documents.iter().filter(|document| is_shown(&run, document.source));
        let places: Vec<Location> = shown.flat_map(|document| secrets::places(document.root())).collect();
        run.secrets.extend(places);
        if let Some(policies) = &policies {
            let text = |document: &Document| (document.name.clone(), document.source, document.parsed.clone());
            let held: Vec<_> = documents.iter().map(text).collect();
            let texts: Vec<Text> =
                held.iter().map(|(name, source, parsed)| Text { name, source: *source, parsed }).collect();
            suppress_inline(&mut run, policies, &texts, &|id| sources.get(id));
        }
        if batches.len() > 1 {
            // Findings keep places, not texts: what a report shows is read again.
            documents.iter().for_each(|document| sources.release(document.source, &document.path));
        }
    }
    judge_exports(&setting, exports, &mut run);
    if let Some(policies) = &policies {
        suppress(&mut run, policies, &|id| sources.get(id));
    }
    run.outcomes.sort_by_cached_key(|outcome| {
        let place = outcome.primary.at;
        let rule = outcome.rule.id.clone();
        (sources.name(place.source), place.span.start, rule, outcome.subject.id.clone())
    });
    run.problems.sort_by(|a, b| {
        let at = |problem: &Problem| problem.place.as_ref().map_or(0, |place| place.at.span.start);
        (&a.input, at(a), &a.message).cmp(&(&b.input, at(b), &b.message))
    });
    run.problems.dedup();
    run.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    run
}

/// Whether a report may show lines of a source.
fn is_shown(run: &Run, source: SourceId) -> bool {
    let stands = |at: Location| at.source == source;
    run.problems.iter().filter_map(|problem| problem.place.as_ref()).any(|place| stands(place.at))
        || run.outcomes.iter().any(|outcome| {
            matches!(outcome.verdict, Verdict::Fail | Verdict::Unknown)
                && (stands(outcome.primary.at) || outcome.related.iter().any(|place| stands(place.at)))
        })
}

fn problem(name: &str, unusable: Unusable) -> Problem {
    Problem {
        code: unusable.code,
        severity: Severity::Error,
        place: unusable.at.map(|at| Place { at, label: "here".to_owned() }),
        message: unusable.message,
        input: name.to_owned(),
        help: None,
    }
}

/// Files that are held in memory together: whole folders, since parameter files and linked templates stand beside
/// their template, until [`BATCH`] bytes are reached. One estate needs all at once.
fn batches(request: &CheckRequest) -> Vec<Vec<Found>> {
    if request.one_estate {
        return vec![request.found.clone()];
    }
    let mut batches: Vec<Vec<Found>> = vec![Vec::new()];
    let mut bytes = 0;
    let mut folder = None;
    for found in &request.found {
        let own = found.path.parent();
        if bytes > BATCH && folder != Some(own) {
            batches.push(Vec::new());
            bytes = 0;
        }
        folder = Some(own);
        bytes += std::fs::metadata(&found.path).map_or(0, |data| data.len());
        if let Some(batch) = batches.last_mut() {
            batch.push(found.clone());
        }
    }
    batches
}

/// Reads the files of a batch; those that cannot be read are told.
fn documents(
    batch: &[Found],
    stdin: Option<&(String, Vec<u8>)>,
    threads: usize,
    sources: &Sources,
    run: &mut Run,
) -> Vec<Document> {
    let mut read: Vec<(String, Result<Document, Unusable>)> =
        parallel::map(batch, threads, |found| (found.name.clone(), input::read(found, sources)));
    if let Some((name, bytes)) = stdin {
        let found = Found { name: name.clone(), path: PathBuf::from(name), explicit: true };
        read.push((name.clone(), input::document(&found, bytes.clone(), sources)));
    }
    let mut documents = Vec::new();
    for (name, result) in read {
        match result {
            Ok(document) => documents.push(document),
            Err(unusable) => {
                run.inputs.push(Input { name: name.clone(), status: InputStatus::Failed(unusable.message.clone()) });
                run.problems.push(problem(&name, unusable));
            }
        }
    }
    for document in &documents {
        for duplicate in &document.parsed.duplicates {
            run.problems.push(Problem {
                code: "duplicate-key",
                severity: Severity::Warning,
                message: format!("the key '{}' stands twice in one object; the last one counts", duplicate.key),
                place: Some(Place { at: duplicate.again, label: "this one counts".to_owned() }),
                input: document.name.clone(),
                help: None,
            });
        }
    }
    documents
}

/// Every template with every set of parameter values it is to be checked with.
fn jobs(request: &CheckRequest, documents: &[Document], sources: &Sources, run: &mut Run) -> Vec<Job> {
    let set = command_line(request, sources);
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
                let status = InputStatus::NotTemplate("neither a template nor a parameter file".to_owned());
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

fn same_file(a: &std::path::Path, b: &std::path::Path) -> bool {
    a == b || a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b)
}

fn files_given(files: &[PathBuf], sources: &Sources, run: &mut Run) -> Vec<Given> {
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
fn command_line(request: &CheckRequest, sources: &Sources) -> Vec<Given> {
    let mut values = Vec::new();
    for (name, text) in &request.set {
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

/// Where findings about a whole template stand: its `resources` key.
fn home(document: &Document) -> Location {
    let root = document.root();
    let member = root.as_object().and_then(|object| object.member("resources"));
    member.map_or(root.at, |member| member.key_at)
}

fn work(job: &Job, document: &Document, setting: &Setting) -> Done {
    let Setting { request, packs, sources, wanted } = *setting;
    let linked_files = Mutex::new(Vec::new());
    let linked = |_: SourceId, path: &str| {
        let found = input::read_linked(&document.path, path, sources);
        if found.is_some()
            && let Some(folder) = document.path.parent()
            && let Ok(mut list) = linked_files.lock()
        {
            list.push(folder.join(path));
        }
        found
    };
    let attempt = |trial: &[(std::sync::Arc<str>, Value)]| {
        let request =
            Request { template: document.root(), given: job.given.clone(), linked: &linked, trial, facts: None };
        expand(request)
    };
    let mut expansion = attempt(&[]);
    let mut outcomes = Vec::new();
    let mut secrets = Vec::new();
    if !request.one_estate {
        let judge = |expansion: &mut Expansion| {
            let gaps = expansion.gaps.iter().map(|(_, gap)| gap.clone()).collect();
            let estate = Estate::new(std::mem::take(&mut expansion.resources)).with_gaps(gaps);
            let result = evaluate(&estate, packs, home(document), wanted);
            expansion.resources = estate.resources;
            result
        };
        (outcomes, secrets) = judge(&mut expansion);
        domains::decide(&mut outcomes, &expansion.domains, &mut |trial| judge(&mut attempt(trial)).0);
    }
    let linked = linked_files.into_inner().unwrap_or_default();
    Done { outcomes, secrets, expansion, linked }
}

fn collect(
    setting: &Setting,
    documents: &[Document],
    jobs: &[Job],
    done: Vec<Done>,
    exports: &mut Lifted,
    run: &mut Run,
) {
    let Setting { request, packs, wanted, .. } = *setting;
    let is_linked = |document: &Document| {
        done.iter().zip(jobs).find_map(|(done, job)| {
            let linked = done.linked.iter().any(|path| same_file(path, &document.path));
            (linked && !document.explicit).then(|| documents[job.document].name.clone())
        })
    };
    let linked: Vec<Option<String>> = documents
        .iter()
        .map(|document| {
            if document.kind == Kind::Template && done.iter().any(|done| !done.linked.is_empty()) {
                is_linked(document)
            } else {
                None
            }
        })
        .collect();
    let mut joined = Vec::new();
    let mut gaps = Vec::new();
    let mut home_of_all = None;
    let mut resources = vec![0usize; documents.len()];
    let mut per_document: Vec<Vec<(String, Vec<Outcome>)>> = documents.iter().map(|_| Vec::new()).collect();
    for (job, done) in jobs.iter().zip(done) {
        let document = &documents[job.document];
        if linked[job.document].is_some() {
            continue;
        }
        run.secrets.extend(done.secrets);
        resources[job.document] = resources[job.document].max(done.expansion.resources.len());
        for fault in done.expansion.faults {
            run.problems.push(Problem {
                code: fault.code,
                severity: Severity::Error,
                message: fault.message,
                place: Some(Place { at: fault.at, label: "here".to_owned() }),
                input: document.name.clone(),
                help: None,
            });
        }
        for (at, gap) in &done.expansion.gaps {
            run.problems.push(Problem {
                code: "not-in-input",
                severity: Severity::Warning,
                message: gap.clone(),
                place: Some(Place { at: *at, label: "linked here".to_owned() }),
                input: document.name.clone(),
                help: None,
            });
        }
        if request.one_estate {
            gaps.extend(done.expansion.gaps.into_iter().map(|(_, gap)| gap));
            joined.extend(done.expansion.resources);
            home_of_all.get_or_insert_with(|| home(document));
        } else {
            per_document[job.document].push((job.environment.clone(), done.outcomes));
        }
    }
    for (index, document) in documents.iter().enumerate().filter(|(_, document)| document.kind == Kind::Template) {
        let status = match &linked[index] {
            Some(by) => InputStatus::Linked(by.clone()),
            None => InputStatus::Checked { resources: resources[index] },
        };
        run.inputs.push(Input { name: document.name.clone(), status });
    }
    for environments in per_document {
        run.outcomes.extend(folded(environments));
    }
    lift(documents, exports, run);
    if request.one_estate {
        let exported = merged(std::mem::take(exports).resources, setting.sources, run);
        home_of_all = home_of_all.or(exported.first().map(|resource| resource.at));
        joined.extend(exported);
    }
    if request.one_estate {
        let estate = Estate::new(joined).with_gaps(gaps);
        let (outcomes, secrets) = evaluate(&estate, packs, home_of_all.unwrap_or_default(), wanted);
        run.outcomes.extend(outcomes);
        run.secrets.extend(secrets);
    }
}

/// Adds what the exports among the documents hold: all exports of a run are of one estate, each file a part of it.
fn lift(documents: &[Document], all: &mut Lifted, run: &mut Run) {
    for document in documents.iter().filter(|document| document.kind == Kind::Export) {
        let lifted = export::lift(document.root());
        for homeless in &lifted.homeless {
            let help = "export it with a command that prints ids, or wrap it with the id of its resource";
            run.problems.push(Problem {
                code: "no-resource-id",
                severity: Severity::Warning,
                message: "this does not say which resource it belongs to: it has no id".to_owned(),
                place: Some(Place { at: homeless.at, label: "here".to_owned() }),
                input: document.name.clone(),
                help: Some(help.to_owned()),
            });
        }
        let status = InputStatus::Checked { resources: lifted.resources.len() };
        run.inputs.push(Input { name: document.name.clone(), status });
        all.resources.extend(lifted.resources);
        all.collections.extend(lifted.collections);
    }
}

/// Each exported resource once; contradictions are told.
fn merged(exported: Vec<Resource>, sources: &Sources, run: &mut Run) -> Vec<Resource> {
    let (resources, conflicts) = export::merge(exported);
    for (one, other) in conflicts {
        run.problems.push(Problem {
            code: "conflicting-exports",
            severity: Severity::Warning,
            message: format!("two exports describe '{}' differently; the more complete one counts", one.short_name()),
            place: Some(Place { at: other.at, label: "the other one".to_owned() }),
            input: sources.name(other.at.source),
            help: None,
        });
    }
    resources
}

/// Judges the estate of all exports.
fn judge_exports(setting: &Setting, exports: Lifted, run: &mut Run) {
    let Setting { request, packs, sources, wanted } = *setting;
    if request.one_estate || exports.resources.is_empty() {
        return;
    }
    let resources = merged(exports.resources, sources, run);
    let home = resources.first().map(|resource| resource.at).unwrap_or_default();
    let estate = Estate::new(resources).with_collections(exports.collections);
    let (outcomes, secrets) = evaluate(&estate, packs, home, wanted);
    run.outcomes.extend(outcomes);
    run.secrets.extend(secrets);
}

/// One outcome per cause, naming the environments it occurs in.
fn folded(environments: Vec<(String, Vec<Outcome>)>) -> Vec<Outcome> {
    let several = environments.len() > 1;
    let mut all: Vec<Outcome> = Vec::new();
    let mut seen: std::collections::HashMap<(String, Location, Location, Verdict, String), usize> = Default::default();
    for (name, outcomes) in environments {
        for mut outcome in outcomes {
            if !several {
                all.push(outcome);
                continue;
            }
            let key = (
                outcome.rule.id.clone(),
                outcome.subject.at,
                outcome.primary.at,
                outcome.verdict,
                format!("{}\u{0}{}", outcome.subject.id, outcome.message),
            );
            match seen.get(&key) {
                Some(&index) if !all[index].environments.contains(&name) => {
                    all[index].environments.push(name.clone());
                    let new = outcome.related.into_iter().filter(|place| !all[index].related.contains(place));
                    let new: Vec<Place> = new.collect();
                    all[index].related.extend(new);
                }
                Some(_) => {}
                None => {
                    seen.insert(key, all.len());
                    outcome.environments.push(name.clone());
                    all.push(outcome);
                }
            }
        }
    }
    all
}
