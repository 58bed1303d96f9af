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

/// Samples that have no template like them, with the reason.
const NO_TEMPLATE: [(&str, &str); 7] = [
    ("redisenterprise-show", "its REST file holds the bodies of two calls in a wrapper of its own"),
    ("group-export", "is a template"),
    ("deployment-group-show", "tells of a deployment"),
    ("deployment-group-what-if", "tells of changes"),
    ("policy-state-list", "tells of findings"),
    ("resource-list", "has no properties"),
    ("group-show", "a resource group is deployed to the subscription"),
];

/// The template that would deploy what a REST body describes.
fn template_of(body: &serde_json::Value, api_version: &str) -> serde_json::Value {
    let rows = ["value", "data"].iter().find_map(|name| body[name].as_array().cloned());
    let resources: Vec<serde_json::Value> = rows
        .unwrap_or_else(|| vec![body.clone()])
        .into_iter()
        .map(|mut resource| {
            escape(&mut resource);
            let id = resource["id"].as_str().unwrap_or_default().to_owned();
            let parts: Vec<&str> = id.split('/').collect();
            let providers: Vec<usize> =
                (0..parts.len()).filter(|&at| parts[at].eq_ignore_ascii_case("providers")).collect();
            let last = *providers.last().expect("an id with a provider");
            let types: Vec<&str> = parts[last + 2..].iter().step_by(2).copied().collect();
            let names: Vec<&str> = parts[last + 3..].iter().step_by(2).copied().collect();
            let object = resource.as_object_mut().expect("an object");
            object.insert("type".into(), format!("{}/{}", parts[last + 1], types.join("/")).into());
            object.insert("name".into(), names.join("/").into());
            object.insert("apiVersion".into(), api_version.into());
            if let [first, _] = providers[..] {
                object.insert("scope".into(), parts[first + 1..last].join("/").into());
            }
            object.remove("id");
            resource
        })
        .collect();
    serde_json::json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": resources,
    })
}

/// Texts that would be expressions stay texts.
fn escape(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if text.starts_with('[') => text.insert(0, '['),
        serde_json::Value::Array(items) => items.iter_mut().for_each(escape),
        serde_json::Value::Object(members) => members.values_mut().for_each(escape),
        _ => {}
    }
}

/// The API version of each sample by the table beside them: the fourth column, before any that holds a comma.
fn api_versions() -> std::collections::HashMap<String, String> {
    let table = std::fs::read_to_string(Path::new(SAMPLES).join("SHAPES.csv")).unwrap_or_default();
    let columns = table.lines().skip(1).map(|line| line.split(',').collect::<Vec<&str>>());
    columns.filter(|row| row.len() > 3).map(|row| (row[0].to_owned(), row[3].to_owned())).collect()
}

#[test]
fn the_cli_and_a_template_give_the_same_verdicts() {
    if !Path::new(SAMPLES).is_dir() {
        eprintln!("skipped: {SAMPLES} is not here");
        return;
    }
    let (same, open, wrong) = on_big_stack(|| {
        let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
        let versions = api_versions();
        // Rules on templates, and on what templates declare beside resources.
        let only = |rule: &&archlint::policy::CompiledRule| {
            rule.input == Some(archlint::estate::InputKind::Template) || rule.asks_for_declarations()
        };
        let of_templates: BTreeSet<String> =
            packs.packs.iter().flat_map(|pack| &pack.rules).filter(only).map(|rule| rule.rule.id.clone()).collect();
        let folder = export("templates", "[]");
        let (mut same, mut open, mut wrong) = (0, 0, Vec::new());
        for (slug, version) in &versions {
            if NO_TEMPLATE.iter().any(|(without, _)| without == slug) {
                continue;
            }
            for (printed, suffix) in [("compliant.json", ".json"), ("noncompliant.json", ".noncompliant.json")] {
                let cli = Path::new(SAMPLES).join(slug).join(printed);
                let body = Path::new(SAMPLES).join("rest").join(format!("{slug}{suffix}"));
                let (true, Ok(text)) = (cli.is_file(), std::fs::read_to_string(&body)) else { continue };
                let body: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                let equivalent = template_of(&body, version);
                if equivalent["resources"].as_array().is_none_or(Vec::is_empty) {
                    // An empty list does not say what it is a list of.
                    continue;
                }
                let template = folder.join(format!("{slug}{suffix}"));
                std::fs::write(&template, equivalent.to_string()).expect("written");
                let (by_cli, by_template) = (run_on(&packs, &cli), run_on(&packs, &template));
                for other in by_template.outcomes.iter().filter(|other| !of_templates.contains(&other.rule.id)) {
                    let is_judged = by_cli.outcomes.iter().any(|one| one.rule.id == other.rule.id);
                    if other.verdict == archlint::check::Verdict::Fail && !is_judged {
                        wrong.push(format!("{slug}{suffix}: {} fails by the template only", other.rule.id));
                    }
                }
                for one in &by_cli.outcomes {
                    let is_twin = |other: &&archlint::check::Outcome| {
                        other.rule.id == one.rule.id && other.subject.name.eq_ignore_ascii_case(&one.subject.name)
                    };
                    let twin = by_template.outcomes.iter().find(is_twin);
                    // An export is a part of a platform: what it leaves out, a template would state or lack.
                    let is_open = one.verdict == archlint::check::Verdict::Unknown && !one.decided_by.is_empty();
                    match twin {
                        Some(other) if other.verdict == one.verdict => same += 1,
                        _ if is_open => open += 1,
                        // Whether the rule applies may be what is left out; what holds either way passes.
                        None if one.verdict == archlint::check::Verdict::Pass => open += 1,
                        // What only the deployed platform can tell, a template leaves open.
                        Some(other) if other.verdict == archlint::check::Verdict::Unknown => open += 1,
                        other => wrong.push(format!(
                            "{slug}{suffix}: {} on {}: {} by the CLI, {} by the template",
                            one.rule.id,
                            one.subject.name,
                            one.verdict.name(),
                            other.map_or("nothing", |other| other.verdict.name())
                        )),
                    }
                }
            }
        }
        std::fs::remove_dir_all(folder).expect("removed");
        (same, open, wrong)
    })
    .expect("a thread");
    assert!(same > 250, "only {same} verdicts are the same, {open} are open");
    assert!(
        wrong.is_empty(),
        "{} verdicts differ ({same} are the same, {open} open):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
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

const ID: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/starchive";

/// The problems, the inputs' ends and the verdicts of one rule on files by name, with what is attached to them.
fn checked(name: &str, files: &[(&str, &str)], attach: &[(&str, &str)], rule: &str) -> (Vec<String>, Vec<String>) {
    let folder = export(name, "[]");
    std::fs::remove_file(folder.join(format!("{name}.json"))).expect("removed");
    files.iter().for_each(|(file, text)| std::fs::write(folder.join(file), text).expect("written"));
    let told = on_big_stack(|| {
        let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
        let found = find(std::slice::from_ref(&folder)).expect("found");
        let attach = attach.iter().map(|(file, id)| (folder.join(file), (*id).to_owned())).collect();
        let run = check(&CheckRequest { found, attach, ..CheckRequest::default() }, &packs, &Sources::new());
        let judged = run.outcomes.iter().filter(|outcome| outcome.rule.id == rule);
        let verdicts = judged.map(|one| {
            let told = format!("{} {} {}", one.verdict.name(), one.subject.name, one.under.join("; "));
            told.trim().to_owned()
        });
        (run.problems.iter().map(|problem| problem.code.to_owned()).collect(), verdicts.collect())
    })
    .expect("a thread");
    std::fs::remove_dir_all(folder).expect("removed");
    told
}

#[test]
fn what_has_no_id_is_attached_by_what_the_user_states() {
    let policy = r#"{"immutabilityPeriodSinceCreationInDays":2555,"state":"Locked"}"#;
    let files = [("account.json", ACCOUNT), ("containers.json", CONTAINERS), ("policy.json", policy)];
    let rule = "archive-retention-unlocked";
    let unsaid = (vec!["no-resource-id".to_owned()], vec!["unknown starchive".to_owned()]);
    assert_eq!(checked("without", &files, &[], rule), unsaid);
    let container = format!("{ID}/blobServices/default/containers/records");
    for id in [container.clone(), format!("{container}/immutabilityPolicies/default")] {
        assert_eq!(checked("with", &files, &[("policy.json", &id)], rule), (vec![], vec!["pass starchive".to_owned()]));
    }
    // Settings of a container are not those of an account.
    assert_eq!(checked("wrong", &files, &[("policy.json", ID)], rule).0, ["no-resource-id"]);
}

#[test]
fn an_empty_list_tells_what_it_is_a_list_of() {
    let server = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/sql1";
    let text = format!(r#"{{"id":"{server}","type":"Microsoft.Sql/servers","name":"sql1","version":"12.0"}}"#);
    let files = [("server.json", text.as_str()), ("admins.json", "[]")];
    let rule = "sql-without-entra-admin";
    assert_eq!(checked("unsaid", &files, &[], rule).1, ["unknown sql1"]);
    assert_eq!(checked("said", &files, &[("admins.json", &format!("{server}/administrators"))], rule).1, ["fail sql1"]);
}

#[test]
fn a_secret_in_clear_is_told_of_exports_too() {
    let id = |below: &str| format!("/subscriptions/s/resourceGroups/rg/providers/Microsoft.{below}");
    let resource = |below: &str, type_name: &str, rest: &str| {
        let name = below.rsplit('/').next().unwrap_or_default();
        format!(r#"{{"id":"{}","type":"Microsoft.{type_name}","name":"{name}",{rest}}}"#, id(below))
    };
    // As the CLI prints it: without typeProperties.
    let service = r#""properties":{"type":"AzureSqlDatabase","connectionString":"Server=x;User ID=a;Password=hunter2-Q9","annotations":[]}"#;
    for (below, type_name) in [
        ("DataFactory/factories/adf/linkedservices/one", "DataFactory/factories/linkedservices"),
        ("Synapse/workspaces/ws/linkedservices/one", "Synapse/workspaces/linkedservices"),
    ] {
        let text = resource(below, type_name, service);
        let told = checked("secret", &[("a.json", &text)], &[], "linked-service-holds-secret");
        assert_eq!(told, (vec![], vec!["fail one".to_owned()]));
    }
    let settings = r#""siteConfig":{"appSettings":[{"name":"Store","value":"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2Q9hunter2Q9=="}]}"#;
    let text = resource("Web/sites/app", "Web/sites", settings);
    assert_eq!(checked("setting", &[("a.json", &text)], &[], "app-setting-holds-secret").1, ["fail app"]);
}

#[test]
fn what_the_cli_dissolves_is_put_back_at_any_depth() {
    let activity = |name: &str, rest: &str| format!(r#"{{"name":"{name}","dependsOn":[],{rest}}}"#);
    let copy = activity("Copy", r#""type":"Copy","source":{"type":"AzureSqlSource"},"policy":{"retry":0}"#);
    let switch = activity("Switch", &format!(r#""type":"Switch","cases":[{{"value":"a","activities":[{copy}]}}]"#));
    let each = activity("Each", &format!(r#""type":"ForEach","activities":[{switch}]"#));
    let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/ws/pipelines/p";
    let text = format!(
        r#"{{"id":"{id}","type":"Microsoft.Synapse/workspaces/pipelines","name":"p","activities":[{each}],"concurrency":1}}"#
    );
    let at = |path: &str| {
        let root = archlint::document::parse_part(archlint::source::SourceId::default(), &text, 0).expect("JSON");
        archlint::export::lift(&root, None).resources[0].body.to_json().pointer(path).cloned()
    };
    let inner = "/properties/activities/0/typeProperties/activities/0/typeProperties/cases/0/activities/0";
    assert_eq!(at(&format!("{inner}/typeProperties/source/type")), Some("AzureSqlSource".into()));
    assert_eq!(at(&format!("{inner}/policy/retry")), Some(0.into()));
    assert_eq!(at("/properties/concurrency"), Some(1.into()));
}

#[test]
fn a_row_that_says_its_parts_needs_no_id() {
    let row = r#"{"count":1,"data":[{"name":"starchive","type":"microsoft.storage/storageaccounts","resourceGroup":"rg","subscriptionId":"s","properties":{"minimumTlsVersion":"TLS1_0"}}]}"#;
    assert_eq!(
        checked("parts", &[("a.json", row), ("b.json", ACCOUNT)], &[], "storage-accepts-old-tls").1,
        ["fail starchive"]
    );
}

#[test]
fn lists_that_are_cut_are_told() {
    let rule = "storage-accepts-old-tls";
    for (name, text) in [
        ("token", format!(r#"{{"count":1,"data":[{ACCOUNT}],"skip_token":"next"}}"#)),
        ("records", format!(r#"{{"count":1,"data":[{ACCOUNT}],"totalRecords":7}}"#)),
        ("link", format!(r#"{{"value":[{ACCOUNT}],"nextLink":"https://x"}}"#)),
    ] {
        assert_eq!(checked(name, &[("a.json", &text)], &[], rule).0, ["list-not-whole"], "{name}");
    }
    // As a stream.
    for (name, tail, expected) in [("cut", r#""next""#, 1), ("uncut", "null", 0)] {
        let folder = export(name, &format!(r#"{{"count":2,"data":[{ACCOUNT},{POLICY}],"skip_token":{tail}}}"#));
        let problems = on_big_stack(|| {
            let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
            let found = find(std::slice::from_ref(&folder)).expect("found");
            let request = CheckRequest { found, streamed_from: Some(0), ..CheckRequest::default() };
            check(&request, &packs, &Sources::new()).problems
        });
        std::fs::remove_dir_all(folder).expect("removed");
        let codes: Vec<&str> = problems.as_ref().expect("a thread").iter().map(|one| one.code).collect();
        assert_eq!(codes, vec!["list-not-whole"; expected], "{name}");
    }
    let whole = format!(r#"{{"count":1,"data":[{ACCOUNT}],"skip_token":null,"total_records":1}}"#);
    assert_eq!(checked("all", &[("a.json", &whole)], &[], rule).0, Vec::<String>::new());
}

#[test]
fn records_and_findings_of_others_are_told_as_such() {
    let deployment = format!(
        r#"{{"id":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Resources/deployments/main","type":"Microsoft.Resources/deployments","name":"main","properties":{{"mode":"Incremental","outputResources":[{{"id":"{ID}"}}]}}}}"#
    );
    let (problems, verdicts) = checked("record", &[("a.json", &deployment)], &[], "storage-accepts-old-tls");
    assert_eq!((problems, verdicts), (vec!["no-settings-in-it".to_owned()], vec!["unknown starchive".to_owned()]));
    let states = format!(r#"[{{"complianceState":"NonCompliant","policyAssignmentId":"/x","resourceId":"{ID}"}}]"#);
    assert_eq!(checked("states", &[("a.json", &states)], &[], "storage-accepts-old-tls").0, ["not-settings"]);
}

#[test]
fn what_if_tells_what_a_change_brings_in() {
    let state = |tls: &str| {
        format!(
            r#"{{"id":"{ID}","type":"Microsoft.Storage/storageAccounts","name":"starchive","apiVersion":"2023-05-01","properties":{{"minimumTlsVersion":"{tls}"}}}}"#
        )
    };
    let rule = "storage-accepts-old-tls";
    for (kind, before, after, expected) in [
        ("Create", "null".to_owned(), state("TLS1_0"), "fail starchive brought in by this change"),
        ("Modify", state("TLS1_0"), state("TLS1_2"), "pass starchive brought in by this change"),
        ("Modify", state("TLS1_2"), state("TLS1_0"), "fail starchive brought in by this change"),
        ("NoChange", state("TLS1_0"), state("TLS1_0"), "fail starchive was there before"),
        ("Ignore", state("TLS1_0"), "null".to_owned(), "fail starchive was there before"),
        ("Deploy", "null".to_owned(), "null".to_owned(), "unknown starchive brought in by this change"),
        ("Unsupported", "null".to_owned(), "null".to_owned(), "unknown starchive was there before"),
        ("Create", "null".to_owned(), state("[reference('x').tls]"), "unknown starchive brought in by this change"),
        ("Delete", state("TLS1_0"), "null".to_owned(), ""),
    ] {
        let change = format!(r#"{{"resourceId":"{ID}","changeType":"{kind}","before":{before},"after":{after}}}"#);
        let (problems, verdicts) =
            checked("whatif", &[("a.json", &format!(r#"{{"status":"Succeeded","changes":[{change}]}}"#))], &[], rule);
        assert_eq!(verdicts.join(","), expected, "{kind}");
        assert_eq!(problems.len(), usize::from(kind == "Unsupported"), "{kind}: {problems:?}");
    }
}

#[test]
fn two_parts_of_one_resource_make_a_whole() {
    let part = |inner: &str, changed: &str| {
        format!(
            r#"{{"id":"{ID}","type":"Microsoft.Storage/storageAccounts","name":"starchive","systemData":{{"lastModifiedAt":"{changed}"}},"properties":{{{inner}}}}}"#
        )
    };
    let rule = "storage-accepts-old-tls";
    let run =
        |name: &str, a: String, b: String| checked(name, &[("a.json", a.as_str()), ("b.json", b.as_str())], &[], rule);
    let (one, two) = ("2026-01-01T00:00:00.1Z", "2026-02-01T00:00:00.1Z");
    let encryption = r#""encryption":{"keySource":"Microsoft.Storage"},"accessTier":"Hot""#;
    let tls = |version: &str| format!(r#""minimumTlsVersion":"{version}""#);
    assert_eq!(run("union", part(encryption, one), part(&tls("TLS1_2"), one)), (vec![], vec!["pass starchive".into()]));
    // The newer description counts, however short.
    let long = format!("{encryption},{}", tls("TLS1_2"));
    let (problems, verdicts) = run("newer", part(&long, one), part(&tls("TLS1_0"), two));
    assert_eq!((problems, verdicts), (vec!["conflicting-exports".to_owned()], vec!["fail starchive".to_owned()]));
}

/// The lab's exports with what else `archlint collect` asks for: lists of what the lab has none of.
fn lab_as_collected() -> PathBuf {
    let folder = export("lab", "{}");
    std::fs::remove_file(folder.join("lab.json")).expect("removed");
    for entry in std::fs::read_dir("examples/lab-export").expect("a folder").flatten() {
        if entry.file_name() != "archlint.json" {
            std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("copied");
        }
    }
    let subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";
    let group = &format!("{subscription}/resourceGroups/rg-techmart-lab");
    let providers = format!("{group}/providers");
    let server = format!("{providers}/Microsoft.Sql/servers/sql-techmart-lab");
    let factory = format!("{providers}/Microsoft.DataFactory/factories/adf-techmart-lab");
    let account = format!("{providers}/Microsoft.Storage/storageAccounts/sttechmartlab");
    let empty = [
        group.to_owned(),
        format!("{account}/blobServices"),
        format!("{server}/databases/orders/auditingSettings"),
        format!("{server}/databases/orders/extendedAuditingSettings"),
        format!("{server}/extendedAuditingSettings"),
        format!("{server}/advancedThreatProtectionSettings"),
        format!("{server}/administrators"),
        format!("{server}/failoverGroups"),
        format!("{server}/securityAlertPolicies"),
        format!("{server}/azureADOnlyAuthentications"),
        format!("{factory}/pipelines"),
        format!("{factory}/triggers"),
        format!("{providers}/Microsoft.Insights/metricAlerts"),
        format!("{providers}/Microsoft.Insights/scheduledQueryRules"),
        format!("{subscription}/providers/Microsoft.Consumption/budgets"),
        format!("{subscription}/providers/Microsoft.Authorization/locks"),
    ];
    for (number, id) in empty.iter().enumerate() {
        let text = serde_json::json!({ "attach": id, "output": [] }).to_string();
        std::fs::write(folder.join(format!("empty{number}.json")), text).expect("written");
    }
    folder
}

#[test]
fn the_lab_as_collected_gives_the_findings_of_the_lab_as_template() {
    let folder = lab_as_collected();
    let (template, exports) = on_big_stack(|| {
        let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
        let run = |folder: PathBuf| {
            let found = find(&[folder]).expect("found");
            check(&CheckRequest { found, ..CheckRequest::default() }, &packs, &Sources::new())
        };
        (run(PathBuf::from("examples/lab")), run(folder.clone()))
    })
    .expect("a thread");
    std::fs::remove_dir_all(folder).expect("removed");
    assert_eq!(exports.problems, []);
    let failed = |run: &Run| -> BTreeSet<String> {
        let fails = run.outcomes.iter().filter(|outcome| outcome.verdict == archlint::check::Verdict::Fail);
        fails.map(|outcome| format!("{} {}", outcome.rule.id, outcome.subject.name)).collect()
    };
    assert_eq!(failed(&exports), failed(&template));
}

#[test]
fn open_verdicts_of_exports_are_summed_up_by_the_commands_that_decide_them() {
    let text = |path: &'static str| {
        on_big_stack(move || {
            let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
            let sources = Sources::new();
            let found = find(&[PathBuf::from(path)]).expect("found");
            let run = check(&CheckRequest { found, ..CheckRequest::default() }, &packs, &sources);
            archlint::report::render("pretty", &run, &sources, &archlint::report::Options::default()).expect("a report")
        })
        .expect("a thread")
    };
    let exports = text("examples/lab-export");
    // What may be missing from a platform, the list of all that its group holds shows.
    let most = exports.lines().skip_while(|line| !line.ends_with("(verdicts that need it):")).nth(1);
    let list = "× az resource list --resource-group rg-techmart-lab -o json";
    assert!(most.is_some_and(|line| line.ends_with(list)), "{exports}");
    assert!(exports.contains("\n  archlint collect --resource-group rg-techmart-lab > collect.sh\n"), "{exports}");
    assert!(!text("examples/techmart").contains("archlint collect"), "a template is no export");
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
