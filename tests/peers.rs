//! What other linters' users find here: every id of theirs leads to the rules that check the same, and over their own
//! fixtures we say what they intend, or a reviewed line says why not.

mod csv;

use archlint::check::Verdict;
use archlint::input::{Found, shown};
use archlint::policy::{Overrides, Packs, Rule, embedded_to_run, load};
use archlint::session::{CheckRequest, check, on_big_stack};
use archlint::source::Sources;
use assert_cmd::Command;
use csv::fields;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const CONCEPTS: &str = "../shared/peers/concepts.csv";
const CORPUS: &str = "../shared/corpus";
/// Checkov names the folder of a check's fixtures after the check's class, and only its source says the id.
const CHECKS_OF_FOLDERS: &str = "tests/fixtures/peers/checkov.csv";
const REVIEWED: &str = "tests/snapshots/peer-fixtures.txt";
const COLUMNS_OF_PEERS: [&str; 8] =
    ["checkov", "trivy", "template_analyzer", "arm_ttk", "psrule", "kics", "azure_policy", "checkov_terraform_only"];

fn azure_data(sources: &Sources) -> Packs {
    load(&embedded_to_run(), &|name| name == "azure-data", &Overrides::default(), sources)
}

fn rules(packs: &Packs) -> impl Iterator<Item = &Rule> {
    packs.packs.iter().flat_map(|pack| &pack.rules).map(|rule| rule.rule.as_ref())
}

#[test]
fn every_id_of_a_peer_leads_to_the_rules_of_its_concept() {
    let Ok(table) = std::fs::read_to_string(CONCEPTS) else {
        eprintln!("skipped: {CONCEPTS} is not here");
        return;
    };
    let sources = Sources::new();
    let packs = azure_data(&sources);
    let mut lines = table.lines().map(fields);
    let head = lines.next().expect("a head");
    let columns = COLUMNS_OF_PEERS.map(|name| head.iter().position(|column| column == name).expect("a column"));
    let mut missing = String::new();
    for row in lines {
        for rule in rules(&packs).filter(|rule| rule.concepts.contains(&row[0])) {
            let ids = columns.iter().flat_map(|column| row[*column].split_whitespace());
            for id in ids.filter(|id| !rule.has_peer(id)) {
                let _ = writeln!(missing, "{}: {id} ({})", rule.id, row[0]);
            }
        }
    }
    assert!(missing.is_empty(), "these belong into the `peers` of the rules:\n{missing}");
}

#[test]
fn explain_takes_the_ids_as_their_tools_write_them() {
    for (id, rule) in [
        ("CKV_AZURE_3", "storage-accepts-http"),
        ("ckv_azure_3", "storage-accepts-http"),
        ("AZU-0012", "storage-open-to-all-networks"),
        ("AVD-AZU-0012", "storage-open-to-all-networks"),
        ("Azure.Storage.Firewall", "storage-open-to-all-networks"),
        ("TA-000004", "site-accepts-http"),
        ("488847ff-6031-487c-bf42-98fd6ac5c9a0", "site-accepts-http"),
        ("34C877AD-507E-4C82-993E-3452A6E0AD3C", "storage-open-to-all-networks"),
        (
            "/providers/Microsoft.Authorization/policyDefinitions/34c877ad-507e-4c82-993e-3452a6e0ad3c",
            "storage-open-to-all-networks",
        ),
    ] {
        let output = Command::cargo_bin("archlint").expect("the program").args(["explain", id]).output().expect("runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.lines().any(|line| line.starts_with(&format!("{rule} ("))), "{id} gives {text}");
    }
    let nothing =
        Command::cargo_bin("archlint").expect("the program").args(["explain", "0012"]).output().expect("runs");
    assert_eq!(nothing.status.code(), Some(2), "the end of an id is not the id");
}

/// A peer's test input, with the check it is for.
struct Fixture {
    peer: &'static str,
    /// Path in the corpus.
    path: String,
    check: Option<String>,
    intent: Option<Verdict>,
}

/// What a fixture's folder and name say it is for. `1Pass-1Fail` holds something that fails.
fn intent(path: &str) -> Option<Verdict> {
    let (folder, name) = path.rsplit_once('/').unwrap_or_default();
    let says = |word: &str| {
        name.to_lowercase().contains(word) || folder.split('/').any(|part| part.eq_ignore_ascii_case(word))
    };
    if says("fail") {
        Some(Verdict::Fail)
    } else if says("pass") {
        Some(Verdict::Pass)
    } else {
        says("unknown").then_some(Verdict::Unknown)
    }
}

/// The templates among the peers' fixtures in the corpus.
fn fixtures(index: &str) -> Vec<Fixture> {
    let table = std::fs::read_to_string(CHECKS_OF_FOLDERS).expect("the table");
    let checks: BTreeMap<&str, &str> = table.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
    let templates =
        index.lines().skip(1).map(fields).filter(|row| row[7] == "template" && !row[8].contains("invalid="));
    templates
        .filter_map(|row| {
            let path = row[0].clone();
            let (folder, _) = path.rsplit_once('/')?;
            let named = |part: &str| Some(part.to_owned());
            let (peer, check) = match path.split('/').next()? {
                "checkov" => ("checkov", checks.get(folder).map(|id| (*id).to_owned())),
                "template-analyzer" => {
                    ("template-analyzer", path.split('/').find(|part| part.starts_with("TA-")).and_then(named))
                }
                "trivy" => ("trivy", None),
                "arm-ttk" => ("arm-ttk", folder.split('/').nth(1).and_then(named)),
                _ => return None,
            };
            Some(Fixture { peer, intent: intent(&path), path, check })
        })
        .collect()
}

/// Verdicts per file and rule: the worst of its resources.
fn verdicts(fixtures: &[Fixture], packs: &Packs) -> BTreeMap<(String, String), Verdict> {
    let sources = Sources::new();
    let paths = fixtures.iter().map(|fixture| Path::new(CORPUS).join(&fixture.path));
    let found = paths.map(|path: PathBuf| Found { name: shown(&path), path, explicit: true }).collect();
    let run = check(&CheckRequest { found, ..CheckRequest::default() }, packs, &sources);
    let mut verdicts = BTreeMap::new();
    for outcome in &run.outcomes {
        let file = sources.name(outcome.subject.at.source).to_string();
        let worst = verdicts.entry((file, outcome.rule.id.clone())).or_insert(Verdict::NotApplicable);
        *worst = outcome.verdict.max(*worst);
    }
    verdicts
}

/// One line per thing that a person has reviewed, without its reason; and how many fixtures of each peer agree.
fn compare(fixtures: &[Fixture], packs: &Packs) -> (BTreeSet<String>, BTreeMap<&'static str, usize>) {
    let verdicts = verdicts(fixtures, packs);
    let mut lines = BTreeSet::new();
    let mut agreeing: BTreeMap<&str, usize> = BTreeMap::new();
    for Fixture { peer, path, check, intent } in fixtures {
        let Some(check) = check else {
            lines.insert(format!("of no check | {path}"));
            continue;
        };
        let known: Vec<&Rule> = rules(packs).filter(|rule| rule.has_peer(check)).collect();
        if known.is_empty() {
            lines.insert(format!("no rule | {check} | {peer}"));
            continue;
        }
        let Some(intent) = intent else {
            lines.insert(format!("no intent | {path} | {check}"));
            continue;
        };
        let file = shown(&Path::new(CORPUS).join(path));
        let of =
            |rule: &Rule| verdicts.get(&(file.clone(), rule.id.clone())).copied().unwrap_or(Verdict::NotApplicable);
        let verdict = known.iter().map(|rule| of(rule)).max().unwrap_or(Verdict::NotApplicable);
        // Nothing to judge is nothing to change: what a fixture without the thing in question intends when it passes,
        // and Checkov's UNKNOWN is no verdict at all. A rule that overlooks the thing shows in the fixture that fails.
        let says_nothing = *intent != Verdict::Fail && verdict == Verdict::NotApplicable;
        if verdict == *intent || says_nothing {
            *agreeing.entry(*peer).or_default() += 1;
            continue;
        }
        let deciding = known.iter().filter(|rule| of(rule) == verdict).map(|rule| rule.id.as_str());
        let deciding = deciding.collect::<Vec<&str>>().join(" ");
        lines.insert(format!("differs | {path} | {check} | {deciding} | {} | {}", intent.name(), verdict.name()));
    }
    (lines, agreeing)
}

#[test]
fn the_fixtures_of_peers_are_judged_as_they_intend_or_a_reviewed_line_says_why_not() {
    let Ok(index) = std::fs::read_to_string(Path::new(CORPUS).join("INDEX.csv")) else {
        eprintln!("skipped: {CORPUS} is not here");
        return;
    };
    let (lines, agreeing) = on_big_stack(move || {
        let sources = Sources::new();
        compare(&fixtures(&index), &azure_data(&sources))
    })
    .expect("a thread");
    let reviewed = std::fs::read_to_string(REVIEWED).unwrap_or_default();
    let reasons: BTreeMap<&str, &str> = reviewed.lines().filter_map(|line| line.rsplit_once(" | ")).collect();
    let mut text = String::from(
        "# The fixtures of other linters: what their folder and name intend, and what azure-data says of the file.\n\
         # UPDATE_SNAPSHOTS=1 cargo test --test peers writes the lines anew and keeps the reasons (the last field), which\n\
         # people write: is our rule wrong, or the fixture, or the other linter?\n\
         # differs | fixture | check | our rules | intended | ours | reason\n\n",
    );
    for (peer, count) in agreeing {
        let _ = writeln!(text, "{peer}: {count} agree");
    }
    text.push('\n');
    let mut without = Vec::new();
    for line in &lines {
        let reason = reasons.get(line.as_str()).copied().unwrap_or_default().trim();
        let _ = writeln!(text, "{}", format!("{line} | {reason}").trim_end());
        if reason.is_empty() {
            without.push(line.as_str());
        }
    }
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(REVIEWED, &text).expect("written");
    }
    assert!(without.is_empty(), "not reviewed, write a reason into {REVIEWED}:\n{}", without.join("\n"));
    let written = std::fs::read_to_string(REVIEWED).unwrap_or_default();
    assert!(written == text, "{REVIEWED} differs; UPDATE_SNAPSHOTS=1 writes it anew, then review it:\n{text}");
}
