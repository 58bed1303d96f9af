//! What the program accepts.

use clap::{Arg, ArgAction, Command};

const EXIT_CODES: &str = "Exit codes: 0 passed; 1 findings at or above --fail-on; 2 usage, configuration, pack or input \
in error; 3 nothing was checked (or not all, under --strict)";

/// The whole command line.
pub fn command() -> Command {
    Command::new("archlint")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Architecture policy linter for Azure data platforms")
        .after_help("Without a command, the folder is checked: archlint check .")
        .infer_long_args(false)
        .subcommand(check())
        .subcommand(
            packs(
                Command::new("collect")
                    .about("Print a shell script that exports, with az, what the packs look at; it runs nothing"),
            )
            .arg(several("resource-group", "NAME", "Resource group to export").short('g'))
            .arg(option("subscription", "ID", "Subscription of the groups, or to export whole").short('s')),
        )
        .subcommand(
            see(Command::new("eval").about("Show what one template expression gives"))
                .arg(Arg::new("expression").value_name("EXPRESSION").required_unless_present("batch"))
                .arg(
                    option("batch", "FILE", "Evaluate all cases of a file, one JSON line each")
                        .conflicts_with("expression"),
                )
                .arg(option("template", "FILE", "Template whose parameters, variables and functions it may use")),
        )
        .subcommand(
            see(Command::new("expand").about("Print the resources a template expands to, as JSON"))
                .arg(Arg::new("file").value_name("FILE").required(true)),
        )
        .subcommand(
            packs(see(Command::new("why").about("Show how the verdicts on a resource came about")))
                .arg(Arg::new("file").value_name("FILE").required(true))
                .arg(
                    Arg::new("resource")
                        .value_name("RESOURCE")
                        .required(true)
                        .help("Name, type or id, or a part of it"),
                )
                .arg(Arg::new("rule").value_name("RULE")),
        )
        .subcommand(
            packs(Command::new("test").about("Run the tests that stand in the rules of packs"))
                .arg(Arg::new("rule").value_name("RULE").num_args(0..).help("Only these rules")),
        )
        .subcommand(
            packs(Command::new("rules").about("List the rules of the packs"))
                .arg(
                    option("format", "FORMAT", "table, json, ids, markdown or concepts")
                        .value_parser(["table", "json", "ids", "markdown", "concepts"])
                        .default_value("table"),
                )
                .arg(option("component", "NAME", "Only rules on this component"))
                .arg(option("control", "TEXT", "Only rules with a control whose framework or number contains this"))
                .arg(option("requirement", "ID", "Only rules for this requirement"))
                .arg(option("category", "NAME", "Only rules of this category"))
                .arg(option("service", "NAME", "Only rules on this service"))
                .arg(option("severity", "SEVERITY", "Only rules of this severity"))
                .arg(option("lifecycle", "STAGE", "Only rules that are preview, stable or deprecated"))
                .subcommand(
                    packs(Command::new("lint").about("Tell what is odd in rules: types and properties nobody knows"))
                        .arg(Arg::new("rule").value_name("RULE").num_args(0..).help("Only these rules")),
                )
                .subcommand(
                    Command::new("new").about("Write a rule to fill in, with its tests").arg(
                        Arg::new("file").value_name("FILE").required(true).help("rules/PACK/SERVICE/RULE-ID.json"),
                    ),
                ),
        )
        .subcommand(
            packs(
                Command::new("explain")
                    .about("Explain a rule: why it exists, what to do, its alternatives and controls"),
            )
            .arg(Arg::new("rule").value_name("RULE").required(true).help("Id, code, alias, or another linter's id"))
            .arg(option("format", "FORMAT", "text or json").value_parser(["text", "json"]).default_value("text")),
        )
        .subcommand(
            Command::new("baseline")
                .about("Keep a file of known findings")
                .subcommand_required(true)
                .subcommand(known(Command::new("create").about("Write all findings of today")))
                .subcommand(known(Command::new("update").about("Write all findings of today anew")))
                .subcommand(known(Command::new("prune").about("Take away what is fixed; add nothing"))),
        )
        .subcommand(
            Command::new("config")
                .about("Show every setting and where it comes from")
                .arg(Arg::new("path").value_name("PATH").default_value(".")),
        )
        .subcommand(
            Command::new("init")
                .about("Write a first configuration for a folder")
                .arg(Arg::new("path").value_name("FOLDER").default_value(".")),
        )
        .subcommand(showing(
            Command::new("report")
                .about("Render a run that was written with --format json")
                .arg(option("from", "FILE", "The run").required(true)),
        ))
        .subcommand(
            Command::new("completions").about("Print completions for a shell").arg(
                Arg::new("shell").value_name("SHELL").required(true).help("bash, zsh, fish, powershell or elvish"),
            ),
        )
        .subcommand(Command::new("man").about("Print the man page"))
        .subcommand(
            Command::new("schema")
                .about("Print a JSON schema: config, rule, pack, defaults, run (also: report)")
                .arg(Arg::new("name").value_name("NAME").required(true)),
        )
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn several(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    option(name, value, help).action(ArgAction::Append)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// Options of commands that read a template.
fn see(command: Command) -> Command {
    command
        .arg(
            several(
                "parameters",
                "FILE[,FILE]",
                "Parameter files: one option per environment, files joined by commas are merged",
            )
            .visible_alias("params"),
        )
        .arg(several("set", "NAME=VALUE", "Value of a template parameter (JSON, or else a string)"))
}

/// Options of commands that read packs.
fn packs(command: Command) -> Command {
    command
        .arg(several("pack", "NAME|FOLDER", "Rule pack to run; a built-in name or a folder with a pack.json"))
        .arg(several("set-pack", "NAME=VALUE", "Value of a pack parameter"))
        .arg(
            option("rules-from", "FOLDER", "Read the built-in rules from a folder (to work on them)")
                .hide_short_help(true),
        )
}

/// Options of commands that work on a baseline.
fn known(command: Command) -> Command {
    inputs(command.arg(Arg::new("file").value_name("FILE").required(true).help("The baseline")))
}

/// Options that say what is checked.
fn inputs(command: Command) -> Command {
    packs(see(command))
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .num_args(0..)
                .help("Files or folders [default: .]; - for standard input"),
        )
        .arg(
            option("stdin-name", "NAME", "Name to show for standard input")
                .alias("stdin-filename")
                .default_value("stdin.json"),
        )
        .arg(flag("preview", "Run rules that are in preview as well"))
        .arg(several("attach", "FILE=ID", "Id of the resource, or of the list, that an export without ids shows"))
        .arg(flag("estate", "All templates given are one platform"))
        .arg(option("config", "FILE", "Configuration to use instead of the archlint.json found upward"))
        .arg(flag("no-config", "Use no configuration file").conflicts_with("config"))
        .arg(
            option("jobs", "NUMBER", "Threads to use [default: all processors]")
                .value_parser(clap::value_parser!(usize)),
        )
}

/// Options of commands that print a run.
fn showing(command: Command) -> Command {
    command
        .arg(option("format", "FORMAT", "What to print").value_parser(crate::report::NAMES).default_value("pretty"))
        .arg(several("output", "FORMAT=FILE", "Write a report to a file as well"))
        .arg(
            option(
                "show",
                "SEVERITY",
                "Print findings from this severity on; what fails the run is --fail-on's matter",
            )
            .value_parser(["error", "warning", "note"])
            .default_value("note"),
        )
        .arg(flag("show-unknown", "Show each verdict that could not be decided"))
        .arg(flag("all", "Draw every finding: do not fold those of one rule in one file"))
        .arg(
            option("color", "WHEN", "auto, always or never")
                .value_parser(["auto", "always", "never"])
                .default_value("auto"),
        )
        .arg(flag("no-graphics", "Draw with letters only"))
        .arg(
            option("now", "TIME", "State the moment in reports and judge expiry by it; without a time, the clock's")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value(""),
        )
}

fn check() -> Command {
    showing(inputs(Command::new("check").about("Check templates and exports against rule packs")))
        .after_help(EXIT_CODES)
        .arg(
            option("fail-on", "SEVERITY", "Findings from this severity on fail the run [default: error]")
                .value_parser(["error", "warning", "note", "never"]),
        )
        .arg(flag("fail-on-new", "Findings of any severity fail the run when the baseline does not know them"))
        .arg(flag("allow-empty", "Nothing to check is no failure: for hooks, which run whatever a change is about"))
        .arg(flag("exit-zero", "Findings do not fail the run: for report runs"))
        .arg(flag("strict", "Verdicts that could not be decided, and files not checked, give exit code 3"))
        .arg(option("baseline", "FILE", "Findings that are known: they do not count"))
        .arg(option("changed-since", "REF", "Report only what is not there at this git revision"))
        .arg(flag("no-suppressions", "Show everything: no comments, waivers or baseline"))
        .arg(flag("quiet", "Print nothing when the run passes").short('q'))
}
