//! The command line: arguments, exit codes, and what each command prints.

mod arguments;
mod baseline;
mod changed;
mod check;
mod clock;
mod collect;
mod explain;
mod index;
mod init;
mod lint;
mod look;
mod packs;
mod progress;
mod setup;
mod terminal;
mod test;
mod why;

use clap::ArgMatches;
use std::io::Write;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above the threshold.
    Passed = 0,
    Findings = 1,
    /// Usage, configuration, pack or input in error.
    Wrong = 2,
    /// Nothing was checked, or not all under `--strict`.
    Nothing = 3,
}

/// A command that cannot be carried out, in words.
pub struct Refused(pub String);

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Refused(message)
    }
}

type Outcome = Result<Exit, Refused>;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let ended = crate::session::on_big_stack(|| run(std::env::args_os()));
    let exit = ended.unwrap_or_else(|error| {
        tell(&format!("error: {error}\n"));
        Exit::Wrong
    });
    ExitCode::from(exit as u8)
}

fn run(args: impl Iterator<Item = std::ffi::OsString>) -> Exit {
    let matches = match arguments::command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => {
            let asked = !error.use_stderr();
            // Nothing can be told when the terminal is gone.
            let _ = error.print();
            return if asked { Exit::Passed } else { Exit::Wrong };
        }
    };
    let result = match matches.subcommand() {
        Some(("check", given)) => check::run(given),
        Some(("collect", given)) => collect::run(given),
        Some(("eval", given)) => look::eval(given),
        Some(("expand", given)) => look::expand(given),
        Some(("why", given)) => why::run(given),
        Some(("test", given)) => test::run(given),
        Some(("rules", given)) => match given.subcommand() {
            Some(("new", inner)) => setup::new_rule(inner),
            Some(("lint", inner)) => lint::run(inner),
            _ => packs::rules(given),
        },
        Some(("baseline", given)) => baseline::run(given),
        Some(("config", given)) => setup::config(given),
        Some(("init", given)) => init::run(given),
        Some(("completions", given)) => setup::completions(given),
        Some(("man", _)) => setup::man(),
        Some(("report", given)) => terminal::report(given),
        Some(("explain", given)) => explain::run(given),
        Some(("schema", given)) => packs::schema(given),
        _ => check::here(),
    };
    result.unwrap_or_else(|Refused(message)| {
        tell(&format!("error: {}\n", crate::secrets::masked(&message)));
        Exit::Wrong
    })
}

/// Prints a result. A reader that went away ends the program quietly.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(Exit::Wrong as i32);
    }
}

/// Prints a message about the run itself.
fn tell(text: &str) {
    // Nothing can be told when the terminal is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// The two sides of `NAME=VALUE`; what follows a name is not repeated, since it may be a secret.
fn pair(option: &str, text: &str) -> Result<(String, String), Refused> {
    let (name, value) = text.split_once('=').ok_or_else(|| {
        let name: String = text.chars().take_while(|one| one.is_alphanumeric() || *one == '_').collect();
        format!("--{option} wants NAME=VALUE, and '{name}…' has no '='")
    })?;
    Ok((name.to_owned(), value.to_owned()))
}

/// All values of an option that may be given several times.
fn values(given: &ArgMatches, name: &str) -> Vec<String> {
    given.get_many::<String>(name).map(|list| list.cloned().collect()).unwrap_or_default()
}
