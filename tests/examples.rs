//! The examples give what their READMEs say: the platform passes, each mistake of the broken one is found.

use assert_cmd::Command;
use std::collections::BTreeSet;

fn archlint(arguments: &[&str]) -> (i32, String) {
    let output = Command::cargo_bin("archlint").expect("the program").args(arguments).output().expect("it runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Compares with a file beside the tests; `UPDATE_SNAPSHOTS=1` writes it anew.
fn assert_snapshot(name: &str, actual: &str) {
    let path = format!("tests/snapshots/{name}");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all("tests/snapshots").expect("a folder");
        std::fs::write(&path, actual).expect("written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "{path} differs; UPDATE_SNAPSHOTS=1 writes it anew:\n{actual}");
}

#[test]
fn the_platform_passes_and_leaves_nothing_open() {
    let (code, text) = archlint(&["check", "examples/techmart", "--strict", "--show-unknown", "--fail-on", "note"]);
    assert_eq!(code, 0, "{text}");
    assert_snapshot("techmart.txt", &text);
}

#[test]
fn every_mistake_of_the_broken_platform_is_found_and_nothing_else() {
    let (code, text) = archlint(&["check", "examples/techmart-broken", "--format", "concise", "--show-unknown"]);
    assert_eq!(code, 1);
    let found: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0)).collect();
    let table = std::fs::read_to_string("examples/techmart-broken/README.md").expect("the table");
    let expected: BTreeSet<&str> = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'))
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    assert_eq!(found.iter().copied().collect::<BTreeSet<&str>>(), expected);
    assert_eq!(found.len(), expected.len(), "a mistake is reported twice:\n{text}");
    assert_snapshot("techmart-broken.txt", &text);
}

#[test]
fn the_lab_gets_the_findings_of_a_reviewer_and_no_secret_is_shown() {
    let (code, text) = archlint(&["check", "examples/lab"]);
    assert_eq!(code, 1);
    for secret in ["Lab-Only-Pa55", "bGFibGFi"] {
        assert!(!text.contains(secret), "the report shows {secret}");
    }
    assert_snapshot("lab.txt", &text);
}

#[test]
fn threads_do_not_change_a_byte() {
    let one = archlint(&["check", "examples", "--format", "json", "--jobs", "1", "--no-config", "--pack", "techmart"]);
    let four = archlint(&["check", "examples", "--format", "json", "--jobs", "4", "--no-config", "--pack", "techmart"]);
    assert_eq!(one, four);
}
