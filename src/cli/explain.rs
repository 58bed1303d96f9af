//! `archlint explain RULE`.

use super::{Exit, Outcome, Refused, say};
use crate::document::Value;
use crate::policy::{Alternative, CompiledRule, Lifecycle, Rule, control_title, nearest};
use crate::report::json;
use crate::source::Sources;
use clap::ArgMatches;
use std::fmt::Write;

pub fn run(given: &ArgMatches) -> Outcome {
    let sources = Sources::new();
    let chosen = super::packs::all_or_named(given, &sources)?;
    let wanted = given.get_one::<String>("rule").map(String::as_str).unwrap_or_default();
    let rules: Vec<&CompiledRule> = chosen.packs.packs.iter().flat_map(|pack| &pack.rules).collect();
    let found: Vec<&CompiledRule> = rules.iter().copied().filter(|rule| is_named(&rule.rule, wanted)).collect();
    if found.is_empty() {
        let ids = rules.iter().map(|rule| rule.rule.id.as_str());
        let near = nearest(wanted, ids).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        return Err(Refused(format!("there is no rule '{wanted}'{near}")));
    }
    let text = if given.get_one::<String>("format").is_some_and(|format| format == "json") {
        let list: Vec<serde_json::Value> = found.iter().map(|rule| json::rule(&rule.rule)).collect();
        format!("{}\n", serde_json::to_string_pretty(&list).unwrap_or_default())
    } else {
        found.iter().map(|rule| explained(&rule.rule, &examples(rule))).collect::<Vec<_>>().join("\n")
    };
    say(&text);
    Ok(Exit::Passed)
}

fn is_named(rule: &Rule, wanted: &str) -> bool {
    let own = [&rule.id, &rule.code].into_iter().chain(&rule.aliases);
    rule.has_peer(wanted) || own.into_iter().any(|name| name.eq_ignore_ascii_case(wanted))
}

/// Most lines of an example.
const MOST_LINES: usize = 30;

/// A resource that fails and one that passes, from the rule's tests, where one resource shows it.
fn examples(rule: &CompiledRule) -> String {
    let mut out = String::new();
    for (expected, title) in [("fail", "Fails"), ("pass", "Passes")] {
        let example = rule.tests.as_array().unwrap_or_default().iter().find_map(|test| {
            let [only] = test.get("resources").and_then(Value::as_array)? else { return None };
            let mut json = only.to_json();
            crate::secrets::mask_json(&mut json, "");
            let text = serde_json::to_string_pretty(&json).ok()?;
            let is_meant = test.get("expect").and_then(Value::as_str) == Some(expected);
            (is_meant && text.lines().count() <= MOST_LINES).then_some(text)
        });
        if let Some(text) = example {
            let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
            let _ = writeln!(out, "{title}\n{indented}");
        }
    }
    out
}

/// Columns of the narrowest terminal in use.
const WIDTH: usize = 80;

/// The decision matrix: an option a column, its verdict and criteria the rows. Nothing where no option has criteria.
fn matrix(alternatives: &[Alternative]) -> String {
    let gap = if alternatives.len() > 5 { 1 } else { 2 };
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in alternatives.iter().flat_map(|one| &one.criteria) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return String::new();
    }
    let criterion = |one: &Alternative, name: &str| {
        one.criteria.iter().find(|(own, _)| own == name).map_or_else(|| "-".to_owned(), |(_, value)| value.clone())
    };
    let label = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).clamp("verdict".len(), 14);
    let room = WIDTH.saturating_sub(2 + label) / alternatives.len();
    let column = room.saturating_sub(gap).max(6);
    let mut rows: Vec<(String, Vec<String>)> = vec![
        (String::new(), alternatives.iter().map(|one| one.option.clone()).collect()),
        ("verdict".to_owned(), alternatives.iter().map(|one| one.verdict.clone()).collect()),
    ];
    rows.extend(names.iter().map(|name| {
        ((*name).to_owned(), alternatives.iter().map(|one| criterion(one, name)).collect::<Vec<String>>())
    }));
    let mut out = String::new();
    for (name, cells) in &rows {
        let label_lines = textwrap::wrap(name, label);
        let columns: Vec<_> = cells.iter().map(|cell| textwrap::wrap(cell, column)).collect();
        let height = columns.iter().map(Vec::len).chain([label_lines.len()]).max().unwrap_or(0);
        for line in 0..height {
            let mut text = format!("  {:label$}", label_lines.get(line).map_or("", |part| part));
            for cell in &columns {
                let _ = write!(text, "{:gap$}{:column$}", "", cell.get(line).map_or("", |part| part));
            }
            let _ = writeln!(out, "{}", text.trim_end());
        }
        if name.is_empty() {
            let _ = writeln!(out, "  {}", "-".repeat(label + alternatives.len() * (gap + column)));
        }
    }
    out
}

/// The rule as text of at most 80 columns.
fn explained(rule: &Rule, examples: &str) -> String {
    let wrapped = |text: &str| textwrap::fill(text, WIDTH);
    let mut out = String::new();
    let _ = writeln!(out, "{} ({}), {}", rule.id, rule.code, rule.severity.name());
    let _ = writeln!(out, "{}\n", wrapped(&rule.title));
    let mut facts = vec![format!("pack {}", rule.pack)];
    facts.extend(rule.requirement.iter().map(|id| format!("requirement {id}")));
    if rule.lifecycle != Lifecycle::Stable {
        facts.push(rule.lifecycle.name().to_owned());
    }
    facts.extend([&rule.category, &rule.service].into_iter().filter(|word| !word.is_empty()).cloned());
    let _ = writeln!(out, "{}\n", facts.join(", "));
    if let Some(instead) = &rule.deprecated {
        let _ = writeln!(out, "Deprecated\n{}\n", wrapped(instead));
    }
    if !rule.is_waivable {
        out.push_str("Its findings cannot be suppressed.\n\n");
    }
    let _ = writeln!(out, "Why\n{}\n", wrapped(&rule.why));
    let _ = writeln!(out, "What to do\n{}\n", wrapped(&rule.help));
    for (name, snippet) in [("Bicep", &rule.fix.bicep), ("ARM", &rule.fix.arm)] {
        if let Some(snippet) = snippet {
            let indented: String = snippet.lines().map(|line| format!("    {line}\n")).collect();
            let _ = writeln!(out, "{name}\n{indented}");
        }
    }
    out.push_str(examples);
    if !rule.alternatives.is_empty() {
        let _ = writeln!(out, "Alternatives\n{}", matrix(&rule.alternatives));
        for one in &rule.alternatives {
            let head = format!("  {} ({}): ", one.option, one.verdict);
            let options = textwrap::Options::new(WIDTH).initial_indent(&head).subsequent_indent("    ");
            let _ = writeln!(out, "{}", textwrap::fill(&one.because, options));
        }
        out.push('\n');
    }
    if !rule.controls.is_empty() {
        let _ = writeln!(out, "Controls");
        for (framework, number) in rule.controls.iter().flat_map(|(name, list)| list.iter().map(move |one| (name, one)))
        {
            let title = control_title(framework, number).map(|title| format!(": {title}")).unwrap_or_default();
            let options = textwrap::Options::new(WIDTH).initial_indent("  ").subsequent_indent("    ");
            let _ = writeln!(out, "{}", textwrap::fill(&format!("{framework} {number}{title}"), options));
        }
        out.push('\n');
    }
    for (title, list) in [("Also known as", &rule.aliases), ("In other linters", &rule.peers), ("Links", &rule.links)] {
        if !list.is_empty() {
            let _ = writeln!(out, "{title}");
            for one in list {
                let _ = writeln!(out, "  {one}");
            }
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_fits_a_narrow_terminal() {
        let option = |option: &str, verdict: &str, criteria: &[(&str, &str)]| Alternative {
            option: option.into(),
            verdict: verdict.into(),
            because: String::new(),
            criteria: criteria.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        };
        let table = matrix(&[
            option("Single database", "chosen", &[("latency", "1-2 ms"), ("cost", "high")]),
            option("Elastic pool", "rejected", &[("latency", "2-5 ms, shared with every neighbour in the pool")]),
        ]);
        assert!(table.lines().all(|line| line.chars().count() <= WIDTH), "{table}");
        assert!(table.lines().any(|line| line.starts_with("  latency") && line.contains("1-2 ms")), "{table}");
        assert!(table.lines().any(|line| line.starts_with("  cost") && line.ends_with('-')), "{table}");
    }
}
