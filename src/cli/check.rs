//! `archlint check`.

use super::packs::Chosen;
use super::{Exit, Outcome, Refused, say, tell, values};
use crate::arm::functions::date::{Moment, format_date};
use crate::baseline;
use crate::check::{InputStatus, Run, Severity};
use crate::config::{self, Config};
use crate::input;
use crate::report::{self, Options, Summary};
use crate::session::{CheckRequest, check};
use crate::source::Sources;
use clap::ArgMatches;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

pub fn run(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let asked = Asked::new(given, &sources)?;
    let request = asked.request(given, true)?;
    let wrong_packs = asked.chosen.tell_errors(given, &sources);
    let run = match given.get_one::<String>("changed-since") {
        None => check(&request, &asked.chosen.packs, &sources),
        Some(reference) => super::changed::check_since(reference, request, &asked.chosen.packs, &sources)?,
    };
    let options = options(given, &asked.config)?;
    for output in values(given, "output") {
        let (name, file) =
            output.split_once('=').ok_or_else(|| format!("--output wants FORMAT=FILE, not '{output}'"))?;
        let text = report::render(name, &run, &sources, &options)?;
        std::fs::write(file, text).map_err(|error| format!("cannot write {file}: {}", input::reason(&error)))?;
    }
    let format = given.get_one::<String>("format").map(String::as_str).unwrap_or("pretty");
    let exit = exit(given, &run, &options, wrong_packs);
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
    Ok(exit)
}

/// The run with nothing suppressed, for baselines.
pub fn without_suppressions(given: &ArgMatches, sources: &Sources) -> Result<Run, Refused> {
    let asked = Asked::new(given, sources)?;
    if asked.chosen.tell_errors(given, sources) {
        return Err(Refused("the packs are in error".to_owned()));
    }
    Ok(check(&asked.request(given, false)?, &asked.chosen.packs, sources))
}

/// What the command line and the configuration ask for.
struct Asked {
    files: Vec<PathBuf>,
    from_stdin: bool,
    config: Config,
    chosen: Chosen,
}

impl Asked {
    fn new(given: &ArgMatches, sources: &Sources) -> Result<Self, Refused> {
        let mut paths: Vec<PathBuf> = values(given, "path").into_iter().map(PathBuf::from).collect();
        if paths.is_empty() {
            paths.push(PathBuf::from("."));
        }
        let from_stdin = paths.iter().any(|path| path == Path::new("-"));
        let files: Vec<PathBuf> = paths.into_iter().filter(|path| path != Path::new("-")).collect();
        let config = configuration(given, files.first().map_or(Path::new("."), PathBuf::as_path), sources)?;
        let mut chosen = super::packs::chosen(given, &config.packs, &config.overrides, sources)?;
        chosen.configure(&config)?;
        Ok(Asked { files, from_stdin, config, chosen })
    }

    fn request(&self, given: &ArgMatches, suppressing: bool) -> Result<CheckRequest, Refused> {
        let mut request = request(given, &self.files, self.from_stdin, &self.config)?;
        if suppressing && !given.get_flag("no-suppressions") {
            let baseline = given.get_one::<String>("baseline").map(PathBuf::from);
            if let Some(path) = baseline.or_else(|| self.config.baseline.clone()) {
                request.baseline = Some(baseline::read(&path)?);
            }
            request.waivers = self.config.waivers.clone();
            request.max_waiver_days = self.config.max_waiver_days;
            request.today = Some(today());
        }
        Ok(request)
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

fn request(given: &ArgMatches, files: &[PathBuf], from_stdin: bool, config: &Config) -> Result<CheckRequest, Refused> {
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
        found: input::find(files)?.into_iter().filter(|found| !config.excludes(&found.path)).collect(),
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

/// The date by which expiry is judged: that of `SOURCE_DATE_EPOCH` where it is set, else today's in UTC.
pub fn today() -> String {
    moment("yyyy-MM-dd")
}

/// The moment of the run, that of `SOURCE_DATE_EPOCH` where it is set.
pub fn moment(format: &str) -> String {
    let stated = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse::<i64>().ok());
    let now = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
    };
    let moment = Moment::from_epoch(stated.unwrap_or_else(now));
    moment.and_then(|moment| format_date(moment, format).ok()).unwrap_or_default()
}

/// Terminal manners: colour only where a person looks and has not asked against it.
fn options(given: &ArgMatches, config: &Config) -> Result<Options, Refused> {
    let is_terminal = std::io::stdout().is_terminal();
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let color = match given.get_one::<String>("color").map(String::as_str) {
        Some("always") => true,
        Some("never") => false,
        _ => {
            !has("NO_COLOR")
                && (has("CLICOLOR_FORCE")
                    || has("FORCE_COLOR")
                    || (is_terminal && std::env::var("TERM").as_deref() != Ok("dumb")))
        }
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let is_ascii = locale.is_some_and(|locale| locale == "C" || locale == "POSIX")
        || std::env::var("TERM").as_deref() == Ok("dumb");
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100usize);
    let fail_on = match given.get_one::<String>("fail-on").map(String::as_str).or(config.fail_on.as_deref()) {
        None => Some(Severity::Error),
        Some("never") => None,
        Some(word) => Some(Severity::parse(word).ok_or_else(|| format!("there is no severity '{word}'"))?),
    };
    Ok(Options {
        time: moment("yyyy-MM-ddTHH:mm:ssZ"),
        color,
        unicode: !is_ascii && !given.get_flag("no-graphics"),
        links: color && is_terminal,
        width: width.clamp(40, 160),
        show_suppressed: false,
        show_unknown: given.get_flag("show-unknown"),
        fail_on,
    })
}

fn exit(given: &ArgMatches, run: &Run, options: &Options, wrong_packs: bool) -> Exit {
    let summary = Summary::of(run);
    let unread = run.inputs.iter().any(|input| matches!(input.status, InputStatus::Failed(_)));
    if wrong_packs || unread || summary.problems > 0 {
        return Exit::Wrong;
    }
    if options.fail_on.is_some_and(|severity| summary.at_least(severity) > 0) {
        return Exit::Findings;
    }
    let incomplete =
        summary.unknown > 0 || run.inputs.iter().any(|input| matches!(input.status, InputStatus::NotTemplate(_)));
    if summary.checked == 0 || (given.get_flag("strict") && incomplete) {
        tell("nothing was checked, or not all\n");
        return Exit::Nothing;
    }
    Exit::Passed
}
