//! What the rules of `azure-data` say about the Azure Verified Modules of the corpus: a reviewed snapshot of counts.
//! A rule that no real template exercises is listed as such.

use archlint::check::{Severity, Verdict};
use archlint::input::find;
use archlint::policy::{Overrides, embedded_to_run, load};
use archlint::session::{CheckRequest, check, on_big_stack};
use archlint::source::Sources;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const MODULES: &str = "../shared/corpus/avm";

#[test]
fn verdicts_over_real_modules_are_the_reviewed_ones() {
    if !Path::new(MODULES).is_dir() {
        eprintln!("skipped: {MODULES} is not here");
        return;
    }
    let (text, errors) = on_big_stack(|| {
        let sources = Sources::new();
        let packs = load(&embedded_to_run(), &|name| name == "azure-data", &Overrides::default(), &sources);
        let found = find(&[PathBuf::from(MODULES)]).expect("found");
        let run = check(&CheckRequest { found, ..CheckRequest::default() }, &packs, &sources);
        let mut text = String::from("rule: passed, failed, unknown\n");
        let mut idle = String::new();
        let mut errors = Vec::new();
        for rule in &run.rules {
            let count = |verdict: Verdict| {
                run.outcomes.iter().filter(|one| one.rule.id == rule.id && one.verdict == verdict).count()
            };
            let (passed, failed, unknown) = (count(Verdict::Pass), count(Verdict::Fail), count(Verdict::Unknown));
            if passed + failed + unknown == 0 {
                let _ = writeln!(idle, "{}", rule.id);
            } else {
                let _ = writeln!(text, "{}: {passed}, {failed}, {unknown}", rule.id);
            }
            if failed > 0 && rule.severity == Severity::Error {
                errors.push(rule.id.clone());
            }
        }
        (format!("{text}\nnot exercised by any of these modules:\n{idle}"), errors)
    })
    .expect("a thread");
    assert!(errors.is_empty(), "the default gate is not quiet on verified modules: {errors:?}");
    let path = "tests/snapshots/avm-verdicts.txt";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &text).expect("written");
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(text == expected, "{path} differs; review it, and UPDATE_SNAPSHOTS=1 writes it anew:\n{text}");
}
