//! The rules that ship: every file reads, every test in it passes, every name is used once.

mod csv;

use archlint::check::run_tests;
use archlint::policy::{Overrides, Packs, embedded, load};
use archlint::session::on_big_stack;
use archlint::source::Sources;
use csv::fields;
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap, HashSet};

fn all(sources: &Sources) -> Packs {
    load(&embedded(), &|_| true, &Overrides::default(), sources)
}

#[test]
fn every_rule_file_reads() {
    let sources = Sources::new();
    let packs = all(&sources);
    let errors: Vec<String> = packs
        .faults()
        .iter()
        .map(|error| {
            let source = sources.get(error.at.source);
            let at = source.line_column(error.at.span.start);
            format!("{}:{}:{}: {}", source.name, at.line, at.column, error.message)
        })
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(packs.packs.iter().map(|pack| pack.rules.len()).sum::<usize>() > 0, "no rules are embedded");
}

#[test]
fn every_test_of_every_rule_passes() {
    let failures = on_big_stack(|| {
        let sources = Sources::new();
        let packs = all(&sources);
        let results = run_tests(&packs, &embedded(), &sources);
        results
            .into_iter()
            .filter_map(|result| result.failure.map(|why| format!("{}: {}: {why}", result.rule, result.name)))
            .collect::<Vec<String>>()
    })
    .expect("a thread");
    assert!(failures.is_empty(), "{} tests of rules fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn ids_codes_and_aliases_are_used_once() {
    let sources = Sources::new();
    let packs = all(&sources);
    let mut seen: HashMap<String, String> = HashMap::new();
    for rule in packs.packs.iter().flat_map(|pack| &pack.rules).map(|rule| &rule.rule) {
        for name in [&rule.id, &rule.code].into_iter().chain(&rule.aliases) {
            if let Some(other) = seen.insert(name.to_lowercase(), rule.id.clone()) {
                panic!("'{name}' names both {other} and {}", rule.id);
            }
        }
    }
}

#[test]
fn every_rule_says_why_what_to_do_and_where_the_facts_come_from() {
    let sources = Sources::new();
    let packs = all(&sources);
    for rule in packs.packs.iter().flat_map(|pack| &pack.rules).map(|rule| &rule.rule) {
        let id = &rule.id;
        assert!(!rule.why.is_empty() && !rule.help.is_empty(), "{id} lacks why or help");
        assert!(!rule.links.is_empty(), "{id} links no public source");
        let known = ["security", "reliability", "cost", "operations", "performance"];
        assert!(known.contains(&rule.category.as_str()), "{id} has the category '{}'", rule.category);
        assert!(!rule.service.is_empty(), "{id} names no service");
    }
}

fn json(path: &str) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("json")
}

/// A file about what rules name has all of it and nothing else.
fn assert_lists<T: Ord + std::fmt::Debug>(listed: &BTreeSet<T>, named: &BTreeSet<T>, file: &str) {
    let missing: Vec<&T> = named.difference(listed).collect();
    assert!(missing.is_empty(), "{file} lacks {missing:?}");
    let unused: Vec<&T> = listed.difference(named).collect();
    assert!(unused.is_empty(), "nothing names {unused:?} of {file}");
}

#[test]
fn every_link_was_read_and_what_it_says_is_written_down() {
    let sources = Sources::new();
    let packs = all(&sources);
    let mut linked: BTreeSet<String> =
        packs.packs.iter().flat_map(|pack| &pack.rules).flat_map(|rule| rule.rule.links.clone()).collect();
    for file in std::fs::read_dir("rules/defaults").expect("a folder").flatten() {
        let defaults = json(&file.path().to_string_lossy());
        let entries = defaults["defaults"].as_array().expect("a list").iter();
        linked.extend(entries.filter_map(|entry| entry["source"].as_str().map(str::to_owned)));
    }
    for framework in json("rules/controls.json")["frameworks"].as_object().expect("an object").values() {
        let links = framework["links"].as_array().expect("a list").iter();
        linked.extend(links.filter_map(|link| link.as_str().map(str::to_owned)));
    }
    let table = json("rules/sources.json");
    let recorded: BTreeSet<String> = table["sources"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| {
            let link = entry["link"].as_str().expect("a link").to_owned();
            assert!(entry["opened"].is_string() || entry["why"].is_string(), "{link} was not opened: why?");
            assert!(!entry["says"].as_array().expect("a list").is_empty() || entry["why"].is_string(), "{link}: says?");
            link
        })
        .collect();
    assert_lists(&recorded, &linked, "rules/sources.json");
}

#[test]
fn every_control_is_in_the_list_of_its_edition() {
    let sources = Sources::new();
    let packs = all(&sources);
    let mut named = BTreeSet::new();
    for rule in packs.packs.iter().flat_map(|pack| &pack.rules).map(|rule| &rule.rule) {
        for (framework, ids) in &rule.controls {
            named.extend(ids.iter().map(|id| (framework.clone(), id.clone())));
        }
    }
    let mut listed = BTreeSet::new();
    for (name, framework) in json("rules/controls.json")["frameworks"].as_object().expect("an object") {
        let controls = framework["controls"].as_object().expect("an object");
        listed.extend(controls.keys().map(|id| (name.clone(), id.clone())));
    }
    assert_lists(&listed, &named, "rules/controls.json");
}

/// What issue 5 asks for: what at least three peers check, what is of high severity, and what only relations find.
#[test]
fn every_concept_that_was_chosen_is_named_by_a_rule() {
    const CONCEPTS: &str = "../shared/peers/concepts.csv";
    let Ok(table) = std::fs::read_to_string(CONCEPTS) else {
        eprintln!("skipped: {CONCEPTS} is not here");
        return;
    };
    let sources = Sources::new();
    let packs = all(&sources);
    let named: HashSet<&str> = packs
        .packs
        .iter()
        .filter(|pack| pack.name == "azure-data")
        .flat_map(|pack| &pack.rules)
        .flat_map(|rule| rule.rule.concepts.iter().map(String::as_str))
        .collect();
    let mut lines = table.lines().map(fields);
    let head = lines.next().expect("a head");
    let column = |name: &str| head.iter().position(|column| column == name).expect("a column");
    let (peers, severity, relation) = (column("peer_count"), column("severity"), column("needs_relation"));
    let chosen: Vec<String> = lines
        .filter(|row| {
            let count: usize = row[peers].parse().expect("a number");
            count >= 3 || row[severity] == "high" || (count == 0 && row[relation].starts_with("yes"))
        })
        .map(|row| row[0].clone())
        .collect();
    let missing: Vec<&String> = chosen.iter().filter(|concept| !named.contains(concept.as_str())).collect();
    assert_eq!(chosen.len(), 176, "the table has changed");
    assert!(missing.is_empty(), "no rule of azure-data names {missing:?}");
}

#[test]
fn the_pages_made_from_the_packs_are_fresh() {
    let pages: [(&str, &[&str]); 2] = [
        ("rules/README.md", &["rules", "--format", "markdown"]),
        ("rules/azure-data/README.md", &["rules", "--format", "concepts", "--pack", "azure-data"]),
    ];
    for (page, arguments) in pages {
        let output =
            assert_cmd::Command::cargo_bin("archlint").expect("the program").args(arguments).output().expect("runs");
        let made = String::from_utf8_lossy(&output.stdout);
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(page, made.as_bytes()).expect("written");
        }
        let text = std::fs::read_to_string(page).unwrap_or_default();
        assert!(text == made, "{page} is stale: UPDATE_SNAPSHOTS=1 cargo test --test packs makes it anew");
    }
}

#[test]
fn every_requirement_row_has_its_rules_in_the_table() {
    let sources = Sources::new();
    let packs = all(&sources);
    let table = std::fs::read_to_string("rules/techmart/README.md").expect("the table");
    let rules: Vec<&str> = packs.packs.iter().flat_map(|pack| &pack.rules).map(|rule| rule.rule.id.as_str()).collect();
    for named in table.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.split('`').skip(1).step_by(2))
    {
        assert!(rules.contains(&named), "the table names {named}, which is no rule");
    }
    for rule in packs.packs.iter().flat_map(|pack| &pack.rules).map(|rule| &rule.rule) {
        let Some(row) = &rule.requirement else { continue };
        let line = table.lines().find(|line| line.starts_with(&format!("| {row} |")));
        assert!(line.is_some_and(|line| line.contains(&format!("`{}`", rule.id))), "{row} lacks {}", rule.id);
    }
}
