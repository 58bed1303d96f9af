//! Every output format over one fixture, byte for byte, and what its readers demand of it.

use assert_cmd::Command;
use serde_json::Value as Json;

const FORMATS: [(&str, &str); 13] = [
    ("pretty", "txt"),
    ("concise", "concise.txt"),
    ("json", "json"),
    ("jsonl", "jsonl"),
    ("sarif", "sarif"),
    ("junit", "xml"),
    ("github", "github.txt"),
    ("azure-pipelines", "azure.txt"),
    ("gitlab", "gitlab.json"),
    ("markdown", "md"),
    ("csv", "csv"),
    ("html", "html"),
    ("oscal", "oscal.json"),
];

/// Rules of few kinds, so that the fixture's reports stay small.
const ARGUMENTS: [&str; 5] = ["tests/fixtures/formats", "--no-config", "--pack", "techmart", "--show-unknown"];

fn archlint(arguments: &[&str]) -> (i32, String) {
    let output = Command::cargo_bin("archlint")
        .expect("the program")
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .env_remove("COLUMNS")
        .args(arguments)
        .output()
        .expect("it runs");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn rendered(format: &str) -> String {
    let mut arguments = vec!["check"];
    arguments.extend(ARGUMENTS);
    arguments.extend(["--format", format]);
    let (code, text) = archlint(&arguments);
    assert_eq!(code, 2, "the fixture has a problem in its input");
    text
}

fn assert_snapshot(name: &str, actual: &str) {
    let path = format!("tests/snapshots/formats.{name}");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, actual).expect("written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "{path} differs; UPDATE_SNAPSHOTS=1 writes it anew");
}

#[test]
fn every_format_gives_the_bytes_it_gave() {
    for (format, extension) in FORMATS {
        let version = env!("CARGO_PKG_VERSION");
        assert_snapshot(extension, &rendered(format).replace(version, "VERSION"));
    }
}

#[test]
fn no_format_shows_a_secret() {
    for (format, _) in FORMATS {
        assert!(!rendered(format).contains("Planted-Secret-1"), "{format} shows the secret");
    }
}

/// A terminal would break long lines and tear the marks from what they mark.
#[test]
fn lines_are_drawn_as_far_as_a_terminal_has_room() {
    let document: Json = serde_json::from_str(&rendered("json")).expect("json");
    let drawn = |longest: usize| {
        let options = archlint::report::Options { longest, ..archlint::report::Options::default() };
        let text = archlint::report::render_kept("pretty", &document, &options).expect("a report");
        let source =
            |line: &&str| line.trim_start().starts_with(|first: char| first.is_ascii_digit()) && line.contains('│');
        text.lines().filter(source).map(|line| line.chars().count()).max().expect("a drawn line")
    };
    assert!(drawn(400) > 60, "the fixture has a long line");
    assert!(drawn(40) <= 40 + "100 │ ".len(), "{} characters", drawn(40));
}

#[test]
fn a_written_run_renders_to_the_same_bytes() {
    let path = std::env::temp_dir().join(format!("archlint-run-{}.json", std::process::id()));
    std::fs::write(&path, rendered("json")).expect("written");
    let name = path.display().to_string();
    for (format, _) in FORMATS {
        let (code, text) = archlint(&["report", "--from", &name, "--format", format, "--show-unknown"]);
        assert_eq!(code, 0, "{format}");
        assert!(text == rendered(format), "{format} differs when rendered from a written run");
    }
    std::fs::remove_file(&path).expect("removed");
}

#[test]
fn sarif_has_stable_fingerprints_rules_and_suppressions() {
    let sarif: Json = serde_json::from_str(&rendered("sarif")).expect("JSON");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(rules.len() > 60, "only {} of the evaluated rules are listed", rules.len());
    for result in run["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["partialFingerprints"]["archlint/v1"].as_str().map(str::len), Some(40));
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["startLine"].as_u64() >= Some(1) && region["startColumn"].as_u64() >= Some(1));
    }
    let suppressed: Vec<&Json> =
        run["results"].as_array().expect("results").iter().filter(|one| one.get("suppressions").is_some()).collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["ruleId"], "catalog-backups-periodic");
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"], "invalid-expression");
}

#[test]
fn moved_lines_keep_their_fingerprints() {
    let text = std::fs::read_to_string("tests/fixtures/formats/main.json").expect("the fixture");
    let fingerprints = |text: &str| {
        let output = Command::cargo_bin("archlint")
            .expect("the program")
            .args(["check", "-", "--no-config", "--pack", "techmart", "--format", "sarif"])
            .write_stdin(text)
            .output()
            .expect("it runs");
        let sarif: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        let results = sarif["runs"][0]["results"].as_array().expect("results").clone();
        let mut list: Vec<String> =
            results.iter().map(|one| one["partialFingerprints"]["archlint/v1"].to_string()).collect();
        list.sort();
        list
    };
    assert_eq!(fingerprints(&text), fingerprints(&format!("\n\n\n{text}")));
}

#[test]
fn junit_and_html_are_well_formed() {
    let not_markup = regex::Regex::new("(?s)<(style|script)>.*?</(style|script)>").expect("a pattern");
    let tags = regex::Regex::new("<(/?)([a-zA-Z0-9]+)[^>]*?(/?)>").expect("a pattern");
    for format in ["junit", "html"] {
        let text = rendered(format);
        let mut open: Vec<String> = Vec::new();
        // What stands in style and script is not markup.
        let text = not_markup.replace_all(&text, "");
        for tag in tags.captures_iter(&text) {
            let name = tag[2].to_lowercase();
            if ["meta", "br", "input"].contains(&name.as_str()) || &tag[3] == "/" {
                continue;
            }
            if &tag[1] == "/" {
                assert_eq!(open.pop(), Some(name), "{format}");
            } else {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{format}: {open:?} is not closed");
    }
    let html = rendered("html");
    assert!(!html.contains("http://") && !html.contains("src="), "the page loads something");
}

#[test]
fn every_csv_row_has_all_columns() {
    let text = rendered("csv");
    let columns = |row: &str| {
        let mut inside = false;
        row.chars()
            .filter(|character| {
                if *character == '"' {
                    inside = !inside;
                }
                *character == ',' && !inside
            })
            .count()
            + 1
    };
    for row in text.split("\r\n").filter(|row| !row.is_empty()) {
        assert_eq!(columns(row), 26, "{row}");
    }
}

/// A run with all that an auditor asks about: a waiver, an unknown, a file that is no template, a known finding.
fn audited(format: &str) -> String {
    let folder = std::env::temp_dir().join(format!("archlint-audit-{}-{format}", std::process::id()));
    std::fs::create_dir_all(folder.join(".git")).expect("a folder");
    std::fs::copy("tests/fixtures/formats/main.json", folder.join("main.json")).expect("copied");
    std::fs::write(folder.join("notes.json"), "{}").expect("written");
    let waiver = r#"{"packs":["techmart"],"waivers":[{"rule":"archive-not-ra-gzrs","reason":"until the move","owner":"Platform","ticket":"OPS-7","expires":"2027-03-31"}]}"#;
    std::fs::write(folder.join("archlint.json"), waiver).expect("written");
    let run = |arguments: &[&str]| {
        Command::cargo_bin("archlint")
            .expect("the program")
            .current_dir(&folder)
            .args(arguments)
            .output()
            .expect("it runs")
    };
    run(&["baseline", "create", "known.json"]);
    let shorter = std::fs::read_to_string(folder.join("known.json")).expect("a baseline");
    let mut known: Json = serde_json::from_str(&shorter).expect("JSON");
    known["findings"].as_array_mut().expect("findings").truncate(1);
    std::fs::write(folder.join("known.json"), known.to_string()).expect("written");
    let output = run(&["check", "--now=2026-11-24", "--baseline", "known.json", "--format", format]);
    std::fs::remove_dir_all(&folder).expect("removed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn auditors_find_what_they_ask_for_in_each_of_their_formats() {
    let hash = {
        use sha2::{Digest, Sha256};
        let bytes = std::fs::read("tests/fixtures/formats/main.json").expect("the fixture");
        Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    for format in ["html", "markdown", "csv", "oscal"] {
        let text = audited(format);
        for wanted in [
            hash.as_str(),
            "notes.json",
            "until the move",
            "Platform",
            "OPS-7",
            "2027-03-31",
            "ARC-2",
            "techmart",
            "baseline",
            "Standard_LRS",
            "main.json",
            // A rule that found nothing to judge.
            "events-do-not-scale",
        ] {
            assert!(text.contains(wanted), "{format} does not tell {wanted}");
        }
        if format != "csv" {
            assert!(text.contains("archiveRetentionDays"), "{format} does not tell the parameters");
            assert!(
                text.contains("What the input does not hold was not assessed"),
                "{format} does not tell its limits"
            );
            assert!(text.contains("2026-11-24"), "{format} does not tell the time");
        }
    }
    let (page, summary) = (audited("html"), audited("markdown"));
    for text in [&page, &summary] {
        assert!(text.contains("passed, risks accepted") && text.contains("Decisions"));
    }
}

#[test]
fn what_is_new_and_what_is_known_is_told() {
    let sarif: Json = serde_json::from_str(&audited("sarif")).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let states = |state: &str| results.iter().filter(|one| one["baselineState"] == state).count();
    assert_eq!(states("unchanged"), 1);
    assert_eq!(states("new"), results.len() - 1);
    let told = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
    assert!(told.iter().any(|one| one["descriptor"]["id"] == "not-checked"));
    for format in ["pretty", "concise", "markdown"] {
        assert!(audited(format).contains("(1 known)"), "{format}");
    }
    for format in ["json", "jsonl", "csv", "html", "oscal"] {
        assert!(audited(format).contains("known when the baseline was made"), "{format}");
    }
}

#[test]
fn no_two_findings_share_a_fingerprint() {
    let (_, text) = archlint(&["check", "examples", "--no-config", "--format", "sarif"]);
    let sarif: Json = serde_json::from_str(&text).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let mut all: Vec<&str> =
        results.iter().filter_map(|one| one["partialFingerprints"]["archlint/v1"].as_str()).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}
