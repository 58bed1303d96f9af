//! Terminal manners: colour only where a person looks and has not asked against it, width of the terminal, links.

use super::clock::Clock;
use super::{Outcome, Refused, values};
use crate::check::Severity;
use crate::input;
use crate::report::Options;
use clap::ArgMatches;
use std::io::IsTerminal;

/// Columns of what is not a terminal: output must not depend on who looks.
const WIDTH: usize = 100;

/// Columns that a drawing needs before a line: its number and a rule.
const GUTTER: usize = 12;

/// What a reader wants to see.
pub fn options(given: &ArgMatches, clock: &Clock) -> Result<Options, Refused> {
    let is_terminal = std::io::stdout().is_terminal();
    let is_dumb = std::env::var("TERM").as_deref() == Ok("dumb");
    let color = match given.get_one::<String>("color").map(String::as_str) {
        Some("always") => true,
        Some("never") => false,
        _ => wants_color(&|name| std::env::var(name).ok(), is_terminal && !is_dumb),
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let is_ascii = is_dumb || locale.is_some_and(|locale| locale == "C" || locale == "POSIX");
    let columns = terminal_size::terminal_size().filter(|_| is_terminal).map(|(width, _)| usize::from(width.0));
    let width = columns.map_or(WIDTH, |columns| columns.clamp(40, 160));
    let longest = columns.map_or(Options::default().longest, |columns| columns.saturating_sub(GUTTER).max(40));
    let show = given.get_one::<String>("show").and_then(|word| Severity::parse(word)).unwrap_or(Severity::Note);
    Ok(Options {
        time: clock.time(),
        color,
        unicode: !is_ascii && !given.get_flag("no-graphics"),
        links: is_terminal && !is_dumb && color,
        width,
        longest,
        show,
        show_unknown: given.get_flag("show-unknown"),
        all: given.get_flag("all"),
    })
}

/// `NO_COLOR` (no-color.org) over `CLICOLOR_FORCE` (bixense.com/clicolors) over what the output is.
fn wants_color(variable: &dyn Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
    let has = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let forces = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
    if has("NO_COLOR") {
        return false;
    }
    forces("CLICOLOR_FORCE") || forces("FORCE_COLOR") || (is_terminal && variable("CLICOLOR").as_deref() != Some("0"))
}

/// Writes one `FORMAT=FILE`.
pub fn write(output: &str, render: &dyn Fn(&str) -> Result<String, String>) -> Result<(), Refused> {
    let (name, file) = output.split_once('=').ok_or_else(|| format!("--output wants FORMAT=FILE, not '{output}'"))?;
    let text = render(name)?;
    std::fs::write(file, text).map_err(|error| format!("cannot write {file}: {}", input::reason(&error)).into())
}

/// Renders a run that was written as JSON.
pub fn report(given: &ArgMatches) -> Outcome {
    let clock = Clock::new(given)?;
    let file = given.get_one::<String>("from").map(String::as_str).unwrap_or_default();
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {file}: {}", input::reason(&error)))?;
    let document: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("{file} is not JSON: {error}"))?;
    if document["format"] != "archlint-run" || document["schemaVersion"] != crate::report::json::VERSION {
        return Err(Refused(format!("{file} is not a run of archlint, written with --format json")));
    }
    let options = options(given, &clock)?;
    let render = |name: &str| crate::report::render_kept(name, &document, &options);
    for output in values(given, "output") {
        write(&output, &render)?;
    }
    let format = given.get_one::<String>("format").map(String::as_str).unwrap_or_default();
    super::say(&render(format)?);
    Ok(super::Exit::Passed)
}

#[cfg(test)]
mod tests {
    use super::wants_color;

    #[test]
    fn no_color_wins_over_force_and_force_over_the_pipe() {
        let with = |set: &'static [(&'static str, &'static str)], is_terminal: bool| {
            let find = |name: &str| set.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
            wants_color(&find, is_terminal)
        };
        assert!(with(&[], true) && !with(&[], false));
        assert!(!with(&[("NO_COLOR", "1")], true) && with(&[("NO_COLOR", "")], true));
        assert!(with(&[("CLICOLOR_FORCE", "1")], false) && !with(&[("CLICOLOR_FORCE", "0")], false));
        assert!(!with(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true));
        assert!(!with(&[("CLICOLOR", "0")], true));
    }
}
