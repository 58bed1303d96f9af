//! `archlint check`.

use super::clock::Clock;
use super::packs::Chosen;
use super::terminal;
use super::{Exit, Outcome, Refused, say, tell, values};
use crate::baseline;
use crate::check::{Run, Severity};
use crate::config::{self, Config};
use crate::input;
use crate::report::{self, Summary};
use crate::session::{CheckRequest, Progress, check};
use crate::source::Sources;
use clap::ArgMatches;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn run(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let clock = Clock::new(given)?;
    let asked = Asked::new(given, &sources)?;
    let mut request = asked.request(given, &sources)?;
    if !given.get_flag("no-suppressions") {
        request.accept(&asked.config, &clock);
        let baseline = given.get_one::<String>("baseline").map(PathBuf::from);
        if let Some(path) = baseline.or_else(|| asked.config.baseline.clone()) {
            request.baseline = Some(baseline::read(&path)?);
        }
    }
    let gate = Gate::new(given, &asked.config, request.baseline.is_some())?;
    let watched = Arc::new(Progress::default());
    request.progress = Some(watched.clone());
    let watch = super::progress::watch(&watched);
    let mut run = match given.get_one::<String>("changed-since") {
        None => check(&request, &asked.chosen.packs, &sources),
        Some(reference) => super::changed::check_since(reference, request, &asked.chosen.packs, &sources)?,
    };
    drop(watch);
    crate::check::fold(&mut run);
    run.time = clock.stated();
    run.compared = gate.compared;
    let options = terminal::options(given, &clock)?;
    for output in values(given, "output") {
        terminal::write(&output, &|name| report::render(name, &run, &sources, &options))?;
    }
    let format = given.get_one::<String>("format").map(String::as_str).unwrap_or("pretty");
    let exit = gate.exit(&run, asked.wrong_packs);
    if !given.get_flag("quiet") || exit != Exit::Passed {
        say(&report::render(format, &run, &sources, &options)?);
        // Pipelines get their annotations beside what a person reads, never instead of it.
        let annotations = [("GITHUB_ACTIONS", "github"), ("TF_BUILD", "azure-pipelines")];
        for (variable, name) in annotations {
            let is_there = std::env::var(variable).is_ok_and(|value| value.eq_ignore_ascii_case("true"));
            if is_there && format == "pretty" {
                say(&report::render(name, &run, &sources, &options)?);
            }
        }
    }
    if exit == Exit::Nothing {
        tell(gate.why_nothing(&run));
    }
    // The program ends here: to take apart what it holds would only cost the time of whoever waits.
    std::mem::forget((run, asked, sources));
    Ok(exit)
}

/// Checks the folder the program was started in. Where it holds nothing to check, help follows.
pub fn here() -> Outcome {
    let command = super::arguments::command();
    let matches = command.try_get_matches_from(["archlint", "check", "."]).map_err(|error| error.to_string())?;
    let Some(("check", given)) = matches.subcommand() else { return Ok(Exit::Wrong) };
    let exit = run(given)?;
    if exit == Exit::Nothing {
        tell(&format!("\n{}", super::arguments::command().render_help()));
    }
    Ok(exit)
}

/// The run for a baseline: what a comment or a waiver accepts is no known finding, or it would stay accepted when they end.
pub fn for_baseline(given: &ArgMatches, sources: &Sources) -> Result<Run, Refused> {
    let asked = Asked::new(given, sources)?;
    if asked.wrong_packs {
        return Err(Refused("the packs are in error".to_owned()));
    }
    let mut request = asked.request(given, sources)?;
    request.accept(&asked.config, &Clock::new(given)?);
    Ok(check(&request, &asked.chosen.packs, sources))
}

/// What the command line and the configuration ask for.
struct Asked {
    files: Vec<PathBuf>,
    from_stdin: bool,
    config: Config,
    chosen: Chosen,
    wrong_packs: bool,
}

impl Asked {
    fn new(given: &ArgMatches, sources: &Sources) -> Result<Self, Refused> {
        let named: Vec<PathBuf> = values(given, "path").into_iter().map(PathBuf::from).collect();
        let from_stdin = named.iter().any(|path| path == Path::new("-"));
        let mut files: Vec<PathBuf> = named.into_iter().filter(|path| path != Path::new("-")).collect();
        let beside = files.first().map_or(Path::new("."), PathBuf::as_path);
        let mut config = configuration(given, beside, sources)?;
        if files.is_empty() && !from_stdin {
            files = if config.paths.is_empty() { vec![PathBuf::from(".")] } else { config.paths.clone() };
        }
        let mut chosen = super::packs::configured(given, &config, sources)?;
        // Before the configuration is held to rules of which one may be missing for its fault.
        let wrong_packs = chosen.tell_errors(given, sources);
        chosen.configure(&mut config, values(given, "pack").is_empty(), sources)?;
        Ok(Asked { files, from_stdin, config, chosen, wrong_packs })
    }

    fn request(&self, given: &ArgMatches, sources: &Sources) -> Result<CheckRequest, Refused> {
        let mut request = request(given, &self.files, self.from_stdin, &self.config, sources)?;
        // Rules are no input.
        let folders = &self.chosen.folders;
        let is_rule =
            |path: &Path| path.canonicalize().is_ok_and(|path| folders.iter().any(|one| path.starts_with(one)));
        request.found.retain(|found| found.explicit || folders.is_empty() || !is_rule(&found.path));
        if !given.get_flag("preview") && !self.config.preview {
            request.severities.extend(self.chosen.previews(&self.config).into_iter().map(|id| (id, None)));
        }
        Ok(request)
    }
}

impl CheckRequest {
    /// Has comments and waivers accept findings.
    fn accept(&mut self, config: &Config, clock: &Clock) {
        self.waivers = config.waivers.clone();
        self.max_waiver_days = config.max_waiver_days;
        self.today = Some(clock.today());
    }
}

fn configuration(given: &ArgMatches, beside: &Path, sources: &Sources) -> Result<Config, Refused> {
    if given.get_flag("no-config") {
        return Ok(Config::default());
    }
    match given.get_one::<String>("config") {
        Some(file) => Ok(config::read(Path::new(file), sources)?),
        None => Ok(config::discover(beside, sources)?),
    }
}

fn request(
    given: &ArgMatches,
    files: &[PathBuf],
    from_stdin: bool,
    config: &Config,
    sources: &Sources,
) -> Result<CheckRequest, Refused> {
    let mut stdin = None;
    if from_stdin {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| format!("cannot read standard input: {error}"))?;
        stdin = Some((given.get_one::<String>("stdin-name").cloned().unwrap_or_default(), bytes));
    }
    let set = values(given, "set").iter().map(|one| super::pair("set", one)).collect::<Result<Vec<_>, _>>()?;
    let mut attach = Vec::new();
    for one in values(given, "attach") {
        let (file, id) = super::pair("attach", &one)?;
        let path = PathBuf::from(file);
        config::attachable(&path, &id)?;
        attach.push((path, id));
    }
    attach.extend(config.attach.iter().cloned());
    Ok(CheckRequest {
        attach,
        found: config.kept(input::find(files)?, files, sources)?,
        stdin,
        environments: values(given, "parameters")
            .iter()
            .map(|files| files.split(',').map(PathBuf::from).collect())
            .collect(),
        deployments: config.deployments.clone(),
        set,
        one_estate: given.get_flag("estate") || config.one_estate,
        threads: given.get_one::<usize>("jobs").copied().unwrap_or(0),
        severities: config.severities.clone(),
        ..CheckRequest::default()
    })
}

/// What ends a run with which exit code: the same for every format.
struct Gate {
    /// Findings from this severity on fail the run; nothing fails it when absent.
    fail_on: Option<Severity>,
    /// Findings do not fail the run.
    exits_zero: bool,
    is_strict: bool,
    /// Nothing to check is no failure.
    allows_empty: bool,
    /// Known findings are told apart from new ones.
    compared: bool,
}

impl Gate {
    fn new(given: &ArgMatches, config: &Config, has_baseline: bool) -> Result<Self, Refused> {
        let compared = has_baseline || given.get_one::<String>("changed-since").is_some();
        let fails_on_new = given.get_flag("fail-on-new");
        if fails_on_new && !compared {
            return Err(Refused(
                "--fail-on-new needs a --baseline or --changed-since that says what is new".to_owned(),
            ));
        }
        let fail_on = match given.get_one::<String>("fail-on").map(String::as_str).or(config.fail_on.as_deref()) {
            _ if fails_on_new => Some(Severity::Note),
            None => Some(Severity::Error),
            Some("never") => None,
            Some(word) => Some(Severity::parse(word).ok_or_else(|| format!("there is no severity '{word}'"))?),
        };
        Ok(Gate {
            fail_on,
            exits_zero: given.get_flag("exit-zero"),
            is_strict: given.get_flag("strict"),
            allows_empty: given.get_flag("allow-empty"),
            compared,
        })
    }

    fn exit(&self, run: &Run, wrong_packs: bool) -> Exit {
        let summary = Summary::of(run);
        if wrong_packs || summary.failed_inputs > 0 || summary.problems > 0 {
            return Exit::Wrong;
        }
        let fails = self.fail_on.is_some_and(|severity| summary.at_least(severity) > 0);
        if fails && !self.exits_zero {
            return Exit::Findings;
        }
        let incomplete = summary.unknown > 0 || summary.not_templates > 0;
        let is_empty = summary.checked == 0 && !self.allows_empty;
        if is_empty || (self.is_strict && incomplete) {
            return Exit::Nothing;
        }
        Exit::Passed
    }

    fn why_nothing(&self, run: &Run) -> &'static str {
        match Summary::of(run).checked {
            0 => "nothing was checked: no template and no export is in the input\n",
            _ => "not everything could be decided or checked (--strict)\n",
        }
    }
}
