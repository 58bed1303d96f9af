//! What the `az` CLI prints gives the verdicts of the REST body it came from.

use archlint::check::Run;
use archlint::input::{Found, find};
use archlint::policy::{Overrides, Packs, embedded, load};
use archlint::session::{CheckRequest, check, on_big_stack};
use archlint::source::Sources;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const SAMPLES: &str = "../shared/az-exports";

/// Samples whose output cannot give the verdicts of its body, with the reason.
const LOSSY: [(&str, &str); 2] = [
    ("redisenterprise-show", "its REST file holds the bodies of two calls in a wrapper of its own"),
    ("group-export", "prints a template, and its REST body wraps that"),
];

fn run_on(packs: &Packs, path: &Path) -> Run {
    let found = vec![Found { name: path.display().to_string(), path: path.to_owned(), explicit: true }];
    check(&CheckRequest { found, ..CheckRequest::default() }, packs, &Sources::new())
}

/// Rule, verdict, resource: what a report would say, whatever the file looks like.
fn verdicts(run: &Run) -> BTreeSet<String> {
    let told = |outcome: &archlint::check::Outcome| {
        format!("{} {} {}", outcome.rule.id, outcome.verdict.name(), outcome.subject.id.to_lowercase())
    };
    run.outcomes.iter().map(told).collect()
}

#[test]
fn the_cli_and_the_api_give_the_same_verdicts() {
    if !Path::new(SAMPLES).is_dir() {
        eprintln!("skipped: {SAMPLES} is not here");
        return;
    }
    let (compared, judged, wrong) = on_big_stack(|| {
        let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
        let (mut compared, mut judged, mut wrong) = (0, 0, Vec::new());
        let mut folders: Vec<PathBuf> =
            std::fs::read_dir(SAMPLES).expect("a folder").flatten().map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            let slug = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let slug = slug.split(".az-").next().unwrap_or_default();
            if LOSSY.iter().any(|(lossy, _)| *lossy == slug) {
                continue;
            }
            for (printed, suffix) in [("compliant.json", ".json"), ("noncompliant.json", ".noncompliant.json")] {
                let (cli, rest) =
                    (folder.join(printed), Path::new(SAMPLES).join("rest").join(format!("{slug}{suffix}")));
                if !cli.is_file() || !rest.is_file() {
                    continue;
                }
                let (printed, body) = (verdicts(&run_on(&packs, &cli)), verdicts(&run_on(&packs, &rest)));
                compared += 1;
                judged += body.len();
                for odd in printed.symmetric_difference(&body) {
                    let side = if printed.contains(odd) { "only the CLI" } else { "only the API" };
                    wrong.push(format!("{}: {side}: {odd}", cli.display()));
                }
            }
        }
        (compared, judged, wrong)
    })
    .expect("a thread");
    assert!(compared > 80, "only {compared} samples were compared");
    assert!(judged > 300, "only {judged} verdicts were compared");
    assert!(wrong.is_empty(), "{} verdicts differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn export(name: &str, text: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("archlint-export-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(format!("{name}.json")), text).expect("written");
    folder
}

fn told(folder: &Path) -> (Vec<String>, Vec<String>) {
    let result = on_big_stack(|| {
        let packs = load(&embedded(), &|name| name == "techmart", &Overrides::default(), &Sources::new());
        let found = find(&[folder.to_owned()]).expect("found");
        let run = check(&CheckRequest { found, ..CheckRequest::default() }, &packs, &Sources::new());
        let archive = run.outcomes.iter().filter(|outcome| outcome.rule.id == "archive-retention-unlocked");
        let verdicts = archive
            .map(|outcome| format!("{} {}", outcome.verdict.name(), outcome.decided_by.join("; ")).trim().to_owned())
            .collect();
        (verdicts, run.problems.iter().map(|problem| problem.code.to_owned()).collect())
    })
    .expect("a thread");
    std::fs::remove_dir_all(folder).expect("removed");
    result
}

const ACCOUNT: &str = r#"{"id":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/starchive","type":"Microsoft.Storage/storageAccounts","name":"starchive","sku":{"name":"Standard_RAGZRS"},"enableHttpsTrafficOnly":true,"resourceGroup":"rg"}"#;
const POLICY: &str = r#"{"id":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/starchive/blobServices/default/containers/records/immutabilityPolicies/default","type":"Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies","name":"default","immutabilityPeriodSinceCreationInDays":2555,"state":"Locked","resourceGroup":"rg"}"#;

const CONTAINERS: &str = r#"[{"id":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/starchive/blobServices/default/containers/records","type":"Microsoft.Storage/storageAccounts/blobServices/containers","name":"records","hasImmutabilityPolicy":true,"resourceGroup":"rg"}]"#;

/// As [`told`], where a list of the account's containers is exported as well.
fn told_with_containers(folder: &Path) -> (Vec<String>, Vec<String>) {
    std::fs::write(folder.join("containers.json"), CONTAINERS).expect("written");
    told(folder)
}

#[test]
fn a_policy_in_a_file_of_its_own_decides() {
    let folder = export("account", ACCOUNT);
    std::fs::write(folder.join("policy.json"), POLICY).expect("written");
    assert_eq!(told_with_containers(&folder).0, ["pass"]);
}

#[test]
fn one_policy_decides_nothing_while_other_containers_may_be_there() {
    let folder = export("one", ACCOUNT);
    std::fs::write(folder.join("policy.json"), POLICY).expect("written");
    let told = told(&folder).0;
    assert!(told.len() == 1 && told[0].starts_with("unknown az storage container-rm list "), "{told:?}");
}

#[test]
fn what_is_missing_is_told_with_the_command_that_shows_it() {
    let folder = export("alone", ACCOUNT);
    assert_eq!(
        told(&folder).0,
        [
            "unknown az storage container-rm list --storage-account starchive --resource-group rg -o json; az storage container immutability-policy show --account-name starchive --container-name CONTAINER --resource-group rg -o json"
        ]
    );
}

#[test]
fn newline_delimited_and_wrapped_lists_are_read() {
    assert_eq!(told_with_containers(&export("lines", &format!("{ACCOUNT}\n{POLICY}\n"))).0, ["pass"]);
    assert_eq!(
        told_with_containers(&export(
            "wrapped",
            &format!("{{\"count\":2,\"data\":[{ACCOUNT},{POLICY}],\"skip_token\":null}}")
        ))
        .0,
        ["pass"]
    );
    assert_eq!(told_with_containers(&export("rest", &format!("{{\"value\":[{ACCOUNT},{POLICY}]}}"))).0, ["pass"]);
}

#[test]
fn the_same_resource_twice_counts_once_and_contradictions_are_told() {
    let other = ACCOUNT.replace("\"enableHttpsTrafficOnly\":true", "\"enableHttpsTrafficOnly\":false");
    let (verdicts, problems) = told(&export("twice", &format!("[{ACCOUNT},{other}]")));
    assert_eq!(verdicts.len(), 1);
    assert_eq!(problems, ["conflicting-exports"]);
}

#[test]
fn what_names_no_resource_is_told() {
    let (_, problems) = told(&export("homeless", &format!("[{ACCOUNT},{{\"policy\":{{\"rules\":[]}}}}]")));
    assert_eq!(problems, ["no-resource-id"]);
}

#[test]
fn the_lab_as_exports_gives_no_other_findings_than_the_lab_as_template() {
    let (template, exports) = on_big_stack(|| {
        let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
        let run = |folder: &str| {
            let found = find(&[PathBuf::from(folder)]).expect("found");
            check(&CheckRequest { found, ..CheckRequest::default() }, &packs, &Sources::new())
        };
        (run("examples/lab"), run("examples/lab-export"))
    })
    .expect("a thread");
    let failed = |run: &Run| -> BTreeSet<String> {
        let fails = run.outcomes.iter().filter(|outcome| outcome.verdict == archlint::check::Verdict::Fail);
        fails.map(|outcome| format!("{} {}", outcome.rule.id, outcome.subject.name)).collect()
    };
    let (by_template, by_exports) = (failed(&template), failed(&exports));
    assert!(by_exports.len() > 15, "{by_exports:?}");
    assert_eq!(by_exports.difference(&by_template).collect::<Vec<_>>(), Vec::<&String>::new());
    // What the exports do not show is unknown, never passed, and tells the command that would show it.
    for missing in by_template.difference(&by_exports) {
        let (rule, name) = missing.split_once(' ').expect("two words");
        let outcome = exports.outcomes.iter().find(|one| one.rule.id == rule && &*one.subject.name == name);
        let outcome = outcome.unwrap_or_else(|| panic!("{missing} is not judged"));
        assert_eq!(outcome.verdict, archlint::check::Verdict::Unknown, "{missing}");
        assert!(!outcome.message.is_empty());
    }
}
