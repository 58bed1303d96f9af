//! Exports that are read as a stream get the verdicts that they get when they are held.

#[path = "bench/generate.rs"]
mod generate;

use archlint::check::{InputStatus, Run, Verdict, Waiver};
use archlint::input::find;
use archlint::policy::{Overrides, embedded_to_run, load};
use archlint::report::{Options, Summary, render};
use archlint::session::{CheckRequest, check, on_big_stack};
use archlint::source::{Location, Sources};
use generate::Form;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("archlint-stream-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn written(folder: &Path, count: usize, form: Form) -> PathBuf {
    let path = folder.join(if form == Form::Array { "estate.json" } else { "estate.ndjson" });
    let mut text = Vec::new();
    generate::write(count, form, &mut text).expect("written");
    std::fs::write(&path, text).expect("written");
    path
}

fn run(paths: &[PathBuf], streamed_from: u64, threads: usize) -> (Run, Sources) {
    on_big_stack(|| {
        let sources = Sources::new();
        let packs = load(&embedded_to_run(), &|_| true, &Overrides::default(), &sources);
        let found = find(paths).expect("found");
        let request = CheckRequest { found, threads, streamed_from: Some(streamed_from), ..CheckRequest::default() };
        (check(&request, &packs, &sources), sources)
    })
    .expect("a thread")
}

/// Verdicts by rule and resource, with place and message.
fn verdicts(run: &Run) -> BTreeMap<(String, String), String> {
    let listed = run.outcomes.iter().filter(|one| one.verdict != Verdict::Pass);
    listed
        .map(|one| {
            let said = format!("{:?} {} {:?} {:?}", one.verdict, one.message, one.primary.at.span, one.related);
            ((one.rule.id.clone(), one.subject.id.to_string()), said)
        })
        .collect()
}

#[test]
fn a_stream_gives_the_verdicts_of_the_whole() {
    let folder = folder("same");
    for form in [Form::Array, Form::Lines] {
        let path = written(&folder, 420, form);
        let (whole, _) = run(std::slice::from_ref(&path), u64::MAX, 2);
        let (streamed, _) = run(std::slice::from_ref(&path), 0, 2);
        assert_eq!(verdicts(&whole), verdicts(&streamed), "{form:?}");
        assert!(!verdicts(&streamed).is_empty());
        let (whole, streamed) = (Summary::of(&whole), Summary::of(&streamed));
        assert_eq!(Summary { unlisted: 0, ..streamed }, whole);
        assert_eq!(streamed.unlisted, whole.passed, "passes are counted");
        std::fs::remove_file(path).expect("removed");
    }
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let folder = folder("threads");
    let path = written(&folder, 840, Form::Array);
    let texts: Vec<String> = [1, 2, 5]
        .into_iter()
        .map(|threads| {
            let (run, sources) = run(std::slice::from_ref(&path), 0, threads);
            render("pretty", &run, &sources, &Options::default()).expect("rendered")
        })
        .collect();
    assert_eq!(texts[0], texts[1]);
    assert_eq!(texts[0], texts[2]);
    // Places are told by line, though the file is never held.
    let text = std::fs::read_to_string(&path).expect("read");
    let line = text.lines().position(|line| line.contains("\"allowSharedKeyAccess\": true")).expect("one") + 1;
    assert!(texts[0].contains(&format!("estate.json:{line}:")), "line {line}:\n{}", &texts[0][..4000]);
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn small_files_and_large_ones_are_one_estate_and_faults_are_told() {
    let folder = folder("mixed");
    let path = written(&folder, 280, Form::Array);
    // The account's settings come in part in a file of their own, and the large file breaks off.
    let text = std::fs::read_to_string(&path).expect("read");
    let cut = text.rfind("\"networkSecurityGroups\"").or_else(|| text.rfind("securityRules")).expect("the last one");
    std::fs::write(&path, &text[..cut]).expect("written");
    std::fs::write(
        folder.join("lock.json"),
        r#"{"id":"/subscriptions/5d1f0c9e-7a34-4b1e-9c60-2f8b41d7e015/resourceGroups/rg-app-00000/providers/Microsoft.Storage/storageAccounts/stapp000000","name":"stapp000000","type":"Microsoft.Storage/storageAccounts","properties":{"minimumTlsVersion":"TLS1_1","a":1}}"#,
    )
    .expect("written");
    let (run, _) = run(std::slice::from_ref(&folder), 0, 2);
    let codes: Vec<(&str, &str)> = run.problems.iter().map(|one| (one.code, one.message.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("invalid-json", "this object has no end"),
            (
                "conflicting-exports",
                "two exports give different values for minimumTlsVersion of 'stapp000000'; the newer or more complete one counts"
            ),
        ]
    );
    let failed = run.inputs.iter().filter(|one| matches!(one.status, InputStatus::Failed(_))).count();
    assert_eq!((run.inputs.len(), failed), (2, 1));
    assert!(!run.outcomes.is_empty(), "what was read before is judged");
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn a_run_with_counted_verdicts_renders_again_and_says_so() {
    let folder = folder("counted");
    let path = written(&folder, 3000, Form::Lines);
    let (run, sources) = run(std::slice::from_ref(&path), 0, 2);
    assert!(!run.unlisted.is_empty(), "the estate is too small for the test");
    let options = Options { time: "2026-11-24T00:00:00Z".to_owned(), ..Options::default() };
    let direct = |format: &str| render(format, &run, &sources, &options).expect("a report");
    let document: serde_json::Value = serde_json::from_str(&direct("json")).expect("JSON");
    for format in archlint::report::NAMES {
        let again = archlint::report::render_kept(format, &document, &options).expect("a report");
        assert!(again == direct(format), "{format} differs when rendered from a written run");
    }
    for format in ["html", "markdown", "csv", "oscal", "sarif", "pretty", "concise"] {
        assert!(direct(format).contains("counted, not listed"), "{format} is silent about what it leaves out");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn a_waiver_that_covers_findings_of_a_stream_is_used() {
    let folder = folder("waived");
    let path = written(&folder, 140, Form::Array);
    let run = on_big_stack(|| {
        let sources = Sources::new();
        let packs = load(&embedded_to_run(), &|name| name == "azure-data", &Overrides::default(), &sources);
        let waiver = |rule: &str| Waiver {
            rules: vec![rule.to_owned()],
            resource: None,
            file: None,
            reason: "the scanner needs keys".to_owned(),
            owner: "platform team".to_owned(),
            ticket: None,
            expires: "2036-01-01".to_owned(),
            at: Location::default(),
        };
        let request = CheckRequest {
            found: find(std::slice::from_ref(&path)).expect("found"),
            streamed_from: Some(0),
            waivers: vec![waiver("storage-shared-keys"), waiver("cdn-accepts-http")],
            today: Some("2026-11-24".to_owned()),
            ..CheckRequest::default()
        };
        check(&request, &packs, &sources)
    })
    .expect("a thread");
    let waived = run.outcomes.iter().filter(|one| one.suppressed.is_some()).count();
    assert!(waived > 0 && Summary::of(&run).suppressed == waived, "{waived} are waived");
    let told: Vec<&str> = run.problems.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(told, ["the waiver of cdn-accepts-http covers no open finding"]);
    std::fs::remove_dir_all(folder).expect("removed");
}
