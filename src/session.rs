//! One check from beginning to end: files in, a [`Run`] out. Files are worked on in parallel; the result does not
//! depend on how many threads there are.

mod domains;
mod jobs;
mod pairing;
mod parallel;
mod progress;
mod redact;
mod stream;

use crate::arm::declarations::{Asked, Declares, Sketch};
use crate::arm::expand::{Expansion, Request, expand_with};
use crate::arm::parameters;
use crate::arm::template::Kind;
use crate::check::{
    Baseline, Input, InputStatus, Outcome, PackUse, Place, Policies, Problem, Run, Severity, Text, Verdict, Waiver,
    evaluate, may_suppress, suppress, suppress_inline,
};
use crate::document::Value;
use crate::estate::{Estate, Resource};
use crate::export::{self, Conflict, Lifted, Notice};
use crate::input::{self, Document, Found, Unusable};
use crate::policy::{CompiledRule, Packs, Rule};
use crate::secrets;
use crate::source::{Location, SourceId, Sources};
use jobs::{Job, jobs};
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

pub use jobs::command_line;
pub use pairing::{environment, pairs};
pub use parallel::on_big_stack;
pub use progress::Progress;
pub use stream::STREAMED_FROM;

/// Bytes of input whose texts are all held in memory; of more, they are let go when they have been worked on.
const HELD: u64 = 32 << 20;

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
    /// Exports that do not say what they belong to: file and id.
    pub attach: Vec<(PathBuf, String)>,
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
    /// Bytes of input from which exports are read as a stream; [`STREAMED_FROM`] when absent.
    pub streamed_from: Option<u64>,
    /// Told how far the work is.
    pub progress: Option<Arc<Progress>>,
    /// ISO date by which expiry is judged; nothing suppresses when it is absent.
    pub today: Option<String>,
}

/// A template with its parameter files, by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub template: PathBuf,
    pub environments: Vec<(String, Vec<PathBuf>)>,
}

/// What all steps of a check share.
struct Setting<'c> {
    request: &'c CheckRequest,
    packs: &'c Packs,
    sources: &'c Sources,
    wanted: &'c (dyn Fn(&CompiledRule) -> bool + Sync),
    policies: Option<&'c Policies<'c>>,
    rules: &'c [Arc<Rule>],
    /// The declarations of templates that rules judge.
    asked: Asked<'c>,
}

/// What a job gave.
struct Done {
    outcomes: Vec<Outcome>,
    secrets: Vec<Location>,
    expansion: Expansion,
    linked: Vec<Document>,
}

/// What the files of one folder gave. Parameter files stand beside their template, so that folders are independent.
#[derive(Default)]
struct Part {
    templates: Vec<Judged>,
    inputs: Vec<Input>,
    problems: Vec<Problem>,
    exports: Lifted,
}

/// What one template gave.
struct Judged {
    name: String,
    path: PathBuf,
    explicit: bool,
    home: Location,
    resources: usize,
    outcomes: Vec<Outcome>,
    secrets: Vec<Location>,
    problems: Vec<Problem>,
    /// Files it links.
    linked: Vec<PathBuf>,
    /// Its resources and the parts it lacks, where they are judged with those of other templates.
    expanded: Vec<(Vec<Resource>, Vec<String>)>,
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
    let rules = run.rules.clone();
    let declared = packs.on_declarations(&wanted);
    let may_apply = |kind: Declares, sketch: &Sketch| {
        packs.tell_all || declared.iter().any(|(own, rule)| *own == kind && rule.may_apply(sketch))
    };
    let mut asked = Asked::default().only(&may_apply);
    declared.iter().for_each(|(kind, _)| asked.add(*kind));
    let setting =
        Setting { request, packs, sources, wanted: &wanted, policies: policies.as_ref(), rules: &rules, asked };
    let bytes = request.found.iter().map(input::size).sum::<u64>();
    // One estate is judged as a whole.
    let is_much = !request.one_estate && bytes >= request.streamed_from.unwrap_or(STREAMED_FROM);
    let (whole, streamed) = match is_much {
        true => stream::split(&request.found),
        false => (request.found.clone(), Vec::new()),
    };
    let parts = parts(&setting, &whole, bytes > HELD);
    let exports = gather(&setting, parts, &mut run);
    let used = if streamed.is_empty() {
        judge_exports(&setting, exports, &mut run);
        Vec::new()
    } else {
        stream::judge(&setting, &streamed, exports, &mut run)
    };
    if let Some(policies) = &policies {
        suppress(&mut run, policies, used, &|id| sources.name(id));
    }
    redact::redact(&mut run, sources, request.threads);
    let ranks = sources.ranks();
    run.outcomes.sort_by_cached_key(|outcome| {
        let at = outcome.primary.at;
        let rank = ranks.get(at.source.0 as usize).copied();
        (rank, at.span.start, outcome.rule.id.clone(), outcome.subject.id.clone())
    });
    run.problems.sort_by(|a, b| {
        let at = |problem: &Problem| problem.place.as_ref().map_or(0, |place| place.at.span.start);
        (&a.input, at(a), &a.message).cmp(&(&b.input, at(b), &b.message))
    });
    run.problems.dedup();
    run.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    run
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

/// Works on all input, folder by folder. One estate needs all files at once. The texts of `much` input are let go.
fn parts(setting: &Setting, found: &[Found], much: bool) -> Vec<Part> {
    let request = setting.request;
    let threads = parallel::threads(request.threads);
    let folders: Vec<&[Found]> = if request.one_estate {
        vec![found]
    } else {
        found.chunk_by(|a, b| a.path.parent() == b.path.parent()).collect()
    };
    // Findings keep places, not texts: what a report shows is read again.
    let release = much && folders.len() > 1;
    let largest = folders.iter().map(|folder| folder.len()).max().unwrap_or_default();
    let is_even = largest * threads <= found.len();
    let (across, within) = if is_even { (threads, 1) } else { (1, threads) };
    if let Some(progress) = &request.progress {
        progress.begin("checking", found.len() as u64);
    }
    let mut parts = parallel::map(&folders, across, |folder| {
        let part = part(folder, None, within, release, setting);
        if let Some(progress) = &request.progress {
            progress.advance(folder.len() as u64);
        }
        part
    });
    if request.stdin.is_some() {
        parts.push(part(&[], request.stdin.as_ref(), 1, false, setting));
    }
    parts
}

/// Reads, expands and judges the files of one folder.
fn part(folder: &[Found], stdin: Option<&(String, Vec<u8>)>, threads: usize, release: bool, setting: &Setting) -> Part {
    let mut part = Part::default();
    let documents = documents(setting, folder, stdin, threads, &mut part);
    let jobs = jobs(setting.request, &documents, setting.sources, &mut part);
    let done = parallel::map(&jobs, threads, |job| work(job, &documents[job.document], setting));
    judged(setting, &documents, &jobs, done, &mut part);
    lift(setting.request, &documents, &mut part);
    if release {
        documents.iter().for_each(|document| setting.sources.release(document.source, &document.path));
    }
    part
}

/// Reads the files of a folder; those that cannot be read are told.
fn documents(
    setting: &Setting,
    folder: &[Found],
    stdin: Option<&(String, Vec<u8>)>,
    threads: usize,
    run: &mut Part,
) -> Vec<Document> {
    let Setting { request, sources, .. } = *setting;
    let mut read: Vec<(String, Result<Document, Unusable>)> =
        parallel::map(folder, threads, |found| (found.name.clone(), input::read(found, sources)));
    if let Some((name, bytes)) = stdin {
        let found = Found { name: name.clone(), path: PathBuf::from(name), explicit: true };
        read.push((name.clone(), input::document(&found, bytes.clone(), sources)));
    }
    let mut documents = Vec::new();
    for (name, result) in read {
        match result {
            Ok(mut document) => {
                if document.kind == Kind::Neither && attached(request, &document).is_some() {
                    document.kind = Kind::Export;
                }
                documents.push(document);
            }
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

/// The id that the user states for a document.
fn attached<'r>(request: &'r CheckRequest, document: &Document) -> Option<&'r str> {
    let stated = request.attach.iter().find(|(path, _)| same_file(path, &document.path));
    stated.map(|(_, id)| id.as_str())
}

fn same_file(a: &std::path::Path, b: &std::path::Path) -> bool {
    a == b || a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b)
}

/// Where findings about a whole template stand: its `resources` key.
fn home(document: &Document) -> Location {
    let root = document.root();
    let member = root.as_object().and_then(|object| object.member("resources"));
    member.map_or(root.at, |member| member.key_at)
}

fn work(job: &Job, document: &Document, setting: &Setting) -> Done {
    let Setting { request, packs, sources, wanted, asked, .. } = *setting;
    let linked_files = RefCell::new(Vec::new());
    let linked = |_: SourceId, path: &str| {
        let known = |files: &Vec<(String, Document)>| {
            files.iter().find(|(own, _)| own == path).map(|(_, file)| file.root().clone())
        };
        if let Some(root) = known(&linked_files.borrow()) {
            return Some(Ok(root));
        }
        let read = input::read_linked(&document.path, path, sources)?;
        Some(read.map(|file| {
            let root = file.root().clone();
            linked_files.borrow_mut().push((path.to_owned(), file));
            root
        }))
    };
    let attempt = |trial: &[(std::sync::Arc<str>, Value)], asked: Asked| {
        let request = Request {
            template: document.root(),
            given: job.given.clone(),
            linked: &linked,
            trial,
            facts: None,
            noticed: Some(&document.parsed.noticed),
        };
        expand_with(request, asked)
    };
    let mut expansion = attempt(&[], asked);
    let mut outcomes = Vec::new();
    let mut secrets = Vec::new();
    if !request.one_estate {
        let judge = |expansion: &mut Expansion, wanted: &dyn Fn(&CompiledRule) -> bool| {
            let gaps = expansion.gaps.iter().map(|(_, gap)| gap.clone()).collect();
            let estate = Estate::new(std::mem::take(&mut expansion.resources)).with_gaps(gaps);
            let result = evaluate(&estate, packs, home(document), wanted);
            expansion.resources = estate.into_resources();
            result
        };
        (outcomes, secrets) = judge(&mut expansion, wanted);
        domains::decide(&mut outcomes, &expansion.domains, &mut |trial, rules| {
            let open = |rule: &CompiledRule| wanted(rule) && rules.contains(&rule.rule.id);
            judge(&mut attempt(trial, Asked::default()), &open).0
        });
    }
    let declarations = std::mem::take(&mut expansion.declarations);
    let (more, more_secrets) = judge_declarations(setting, document, declarations);
    outcomes.extend(more);
    secrets.extend(more_secrets);
    step_back(&mut outcomes);
    expansion.resources.iter().for_each(|resource| secrets::origins(&resource.body, &mut secrets));
    secrets.extend(parameters::secret_values(document.root(), &job.given, &secrets));
    Done { outcomes, secrets, expansion, linked: linked_files.into_inner().into_iter().map(|(_, file)| file).collect() }
}

/// One text is told once: a rule that yields steps back at a text which another one of its pack, of its severity or
/// above, finds wrong or shows as where what is wrong comes from.
fn step_back(outcomes: &mut Vec<Outcome>) {
    let yields = |one: &Outcome| one.rule.yields && one.verdict == Verdict::Fail;
    if !outcomes.iter().any(yields) {
        return;
    }
    let told: Vec<(Location, Arc<Rule>)> = outcomes
        .iter()
        .filter(|one| one.verdict == Verdict::Fail && !one.rule.yields)
        .flat_map(|one| std::iter::once(&one.primary).chain(&one.related).map(|place| (place.at, one.rule.clone())))
        .collect();
    outcomes.retain(|one| {
        let is_told = |(at, other): &(Location, Arc<Rule>)| {
            *at == one.primary.at && other.pack == one.rule.pack && other.severity >= one.rule.severity
        };
        !yields(one) || !told.iter().any(is_told)
    });
}

/// Brings together what the jobs of each template gave, with what is suppressed beside its text.
fn judged(setting: &Setting, documents: &[Document], jobs: &[Job], done: Vec<Done>, part: &mut Part) {
    let mut templates: Vec<Option<Judged>> = documents.iter().map(|_| None).collect();
    let mut environments: Vec<Vec<(String, Vec<Outcome>)>> = documents.iter().map(|_| Vec::new()).collect();
    let mut linked = Vec::new();
    for (job, done) in jobs.iter().zip(done) {
        let document = &documents[job.document];
        let one = templates[job.document].get_or_insert_with(|| Judged {
            name: document.name.clone(),
            path: document.path.clone(),
            explicit: document.explicit,
            home: home(document),
            resources: 0,
            outcomes: Vec::new(),
            secrets: Vec::new(),
            problems: Vec::new(),
            linked: Vec::new(),
            expanded: Vec::new(),
        });
        let told = |code: &'static str, severity: Severity, message: String, at: Location, label: &str| Problem {
            code,
            severity,
            message,
            place: Some(Place { at, label: label.to_owned() }),
            input: document.name.clone(),
            help: None,
        };
        let Expansion { resources, faults, gaps, .. } = done.expansion;
        let faults = faults.into_iter().map(|one| told(one.code, Severity::Error, one.message, one.at, "here"));
        one.problems.extend(faults);
        let lacking = gaps.iter().map(|(at, gap)| (*at, gap.clone()));
        one.problems.extend(lacking.map(|(at, gap)| told("not-in-input", Severity::Warning, gap, at, "linked here")));
        one.resources = one.resources.max(resources.len());
        one.secrets.extend(done.secrets);
        one.linked.extend(done.linked.iter().map(|document| document.path.clone()));
        linked.extend(done.linked);
        if setting.request.one_estate {
            one.expanded.push((resources, gaps.into_iter().map(|(_, gap)| gap).collect()));
        }
        environments[job.document].push((job.environment.clone(), done.outcomes));
    }
    for (one, outcomes) in templates.into_iter().zip(environments) {
        let Some(mut one) = one else { continue };
        one.outcomes = folded(outcomes);
        part.templates.push(one);
    }
    if let Some(policies) = setting.policies {
        let own = documents.iter().filter(|document| document.kind != Kind::Export);
        let texts: Vec<Text> = own.chain(&linked).map(text_of).collect();
        inline(setting, policies, &texts, part);
    }
}

fn text_of(document: &Document) -> Text<'_> {
    Text { name: &document.name, source: document.source, parsed: &document.parsed }
}

/// Marks what comments and `metadata` suppress in the templates of a folder.
fn inline(setting: &Setting, policies: &Policies, texts: &[Text], part: &mut Part) {
    // Most folders have nothing of the kind, and nothing is then put together for it.
    if !texts.iter().any(|text| may_suppress(&setting.sources.get(text.source))) {
        return;
    }
    let mut all = Run { rules: setting.rules.to_vec(), ..Run::default() };
    let counts: Vec<usize> = part.templates.iter().map(|one| one.outcomes.len()).collect();
    all.outcomes = part.templates.iter_mut().flat_map(|one| std::mem::take(&mut one.outcomes)).collect();
    suppress_inline(&mut all, policies, texts, &|id| setting.sources.get(id));
    let mut outcomes = all.outcomes.into_iter();
    for (one, count) in part.templates.iter_mut().zip(counts) {
        one.outcomes = outcomes.by_ref().take(count).collect();
    }
    for problem in all.problems {
        match part.templates.iter_mut().find(|one| one.name == problem.input) {
            Some(one) => one.problems.push(problem),
            None => part.problems.push(problem),
        }
    }
}

/// Brings the folders together in `run`, and gives the exports, which are one estate. A template that another one links
/// is judged as part of it, unless the user names it.
fn gather(setting: &Setting, parts: Vec<Part>, run: &mut Run) -> Lifted {
    let linking = || parts.iter().flat_map(|part| &part.templates).filter(|one| !one.linked.is_empty());
    let by: Vec<(PathBuf, String)> =
        linking().flat_map(|one| one.linked.iter().map(|path| (path.clone(), one.name.clone()))).collect();
    let linked_by = |one: &Judged| {
        let found = by.iter().find(|(path, by)| *by != one.name && same_file(path, &one.path));
        found.filter(|_| !one.explicit).map(|(_, by)| by.clone())
    };
    let mut exports = Lifted::default();
    run.outcomes.reserve(parts.iter().flat_map(|part| &part.templates).map(|one| one.outcomes.len()).sum());
    let (mut joined, mut lacking, mut home) = (Vec::new(), Vec::new(), None);
    for part in parts {
        run.inputs.extend(part.inputs);
        run.problems.extend(part.problems);
        exports.resources.extend(part.exports.resources);
        exports.collections.extend(part.exports.collections);
        for one in part.templates {
            let status = match linked_by(&one) {
                Some(by) => InputStatus::Linked(by),
                None => InputStatus::Checked { resources: one.resources },
            };
            if matches!(status, InputStatus::Checked { .. }) {
                home.get_or_insert(one.home);
                run.outcomes.extend(one.outcomes);
                run.secrets.extend(one.secrets);
                run.problems.extend(one.problems);
                for (resources, gaps) in one.expanded {
                    joined.extend(resources);
                    lacking.extend(gaps);
                }
            }
            run.inputs.push(Input { name: one.name, status });
        }
    }
    if setting.request.one_estate {
        let exported = merged(std::mem::take(&mut exports.resources), setting.sources, run);
        let home = home.or(exported.first().map(|resource| resource.at)).unwrap_or_default();
        joined.extend(exported);
        let estate = Estate::new(joined).with_gaps(lacking).with_collections(std::mem::take(&mut exports.collections));
        let (outcomes, secrets) = evaluate(&estate, setting.packs, home, setting.wanted);
        run.outcomes.extend(outcomes);
        run.secrets.extend(secrets);
    }
    exports
}

/// Judges what a template declares beside resources: an estate of its own, so that no wildcard, relation or near miss
/// of a rule on resources meets it. Every template has a parameter 'location': the file's name tells them apart.
fn judge_declarations(
    setting: &Setting,
    document: &Document,
    declarations: Vec<Resource>,
) -> (Vec<Outcome>, Vec<Location>) {
    if declarations.is_empty() {
        return Default::default();
    }
    let asks = |rule: &CompiledRule| rule.asks_for_declarations() && (setting.wanted)(rule);
    let mut judged = evaluate(&Estate::new(declarations), setting.packs, home(document), &asks);
    for outcome in &mut judged.0 {
        let file = setting.sources.name(outcome.subject.at.source);
        outcome.subject.id = format!("{file}#{}", outcome.subject.id).into();
    }
    judged
}

/// Adds what the exports among the documents hold: all exports of a run are of one estate, each file a part of it.
fn lift(request: &CheckRequest, documents: &[Document], part: &mut Part) {
    for document in documents.iter().filter(|document| document.kind == Kind::Export) {
        let lifted = export::lift(document.root(), attached(request, document));
        part.problems.extend(lifted.notices.into_iter().map(|notice| noticed(&document.name, notice)));
        let status = InputStatus::Checked { resources: lifted.resources.len() };
        part.inputs.push(Input { name: document.name.clone(), status });
        part.exports.resources.extend(lifted.resources);
        part.exports.collections.extend(lifted.collections);
    }
}

/// What an export does not say.
fn noticed(input: &str, notice: Notice) -> Problem {
    Problem {
        code: notice.code,
        severity: Severity::Warning,
        message: notice.message,
        place: Some(Place { at: notice.at, label: "here".to_owned() }),
        input: input.to_owned(),
        help: Some(notice.help),
    }
}

/// Of two exports that contradict each other.
fn conflict(one: &Conflict, sources: &Sources) -> Problem {
    Problem {
        code: "conflicting-exports",
        severity: Severity::Warning,
        message: format!(
            "two exports give different values for {} of '{}'; the newer or more complete one counts",
            one.property,
            one.kept.short_name()
        ),
        place: Some(Place { at: one.other.at, label: "the other one".to_owned() }),
        input: sources.name(one.other.at.source),
        help: None,
    }
}

/// Each exported resource once; contradictions are told.
fn merged(exported: Vec<Resource>, sources: &Sources, run: &mut Run) -> Vec<Resource> {
    let (resources, conflicts) = export::merge(exported);
    run.problems.extend(conflicts.iter().map(|one| conflict(one, sources)));
    resources
}

/// Judges the estate of all exports.
fn judge_exports(setting: &Setting, exports: Lifted, run: &mut Run) {
    let Setting { request, packs, sources, wanted, .. } = *setting;
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
