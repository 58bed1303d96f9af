//! The commands as their users use them: configuration, suppressions, baselines, exit codes, standard input.

use assert_cmd::Command;
use std::path::{Path, PathBuf};

/// A folder of its own with a template that has one error and two warnings of `azure-data`.
struct Folder(PathBuf);

const TEMPLATE: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "https": { "type": "bool", "defaultValue": false } },
  "resources": [
    {
      "type": "Microsoft.Storage/storageAccounts",
      "apiVersion": "2023-05-01",
      "name": "stlegacy", "kind": "FileStorage",
      "properties": {
        "supportsHttpsTrafficOnly": "[parameters('https')]",
        "minimumTlsVersion": "TLS1_2",
        "allowSharedKeyAccess": true,
        "networkAcls": { "defaultAction": "Allow" }
      }
    }
  ]
}
"#;

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("archlint-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(path.join(".git")).expect("a folder");
        let folder = Folder(path);
        folder.write("main.json", TEMPLATE);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("written");
    }

    /// Exit code, standard output, standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::cargo_bin("archlint")
            .expect("the program")
            .current_dir(&self.0)
            .env("SOURCE_DATE_EPOCH", "1790000000")
            .args(arguments)
            .output()
            .expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    fn rules(&self, arguments: &[&str]) -> Vec<String> {
        let mut all = vec!["check", "--format", "concise"];
        all.extend(arguments);
        let (_, text, _) = self.run(&all);
        text.lines().filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned())).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const ALL: [&str; 3] = ["storage-accepts-http", "storage-shared-keys", "storage-open-to-all-networks"];

#[test]
fn exit_codes_say_how_it_ended() {
    let folder = Folder::new("codes");
    assert_eq!(folder.run(&["check"]).0, 1);
    assert_eq!(folder.run(&["check", "--set", "https=true"]).0, 0, "warnings alone pass the default gate");
    assert_eq!(folder.run(&["check", "--set", "https=true", "--fail-on", "warning"]).0, 1);
    assert_eq!(folder.run(&["check", "--fail-on", "never"]).0, 0);
    assert_eq!(folder.run(&["check", "nowhere"]).0, 2);
    assert_eq!(folder.run(&["check", "--pack", "azure-dato"]).0, 2);
    folder.write("main.json", "{}");
    assert_eq!(folder.run(&["check"]).0, 3);
}

#[test]
fn a_finding_leads_back_to_the_parameter() {
    let folder = Folder::new("trace");
    let (_, text, _) = folder.run(&["check", "--format", "json"]);
    let run: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let outcome = run["outcomes"]
        .as_array()
        .expect("outcomes")
        .iter()
        .find(|one| one["rule"] == "storage-accepts-http")
        .expect("the outcome");
    let at = |place: &serde_json::Value| {
        let (from, length) =
            (place["offset"].as_u64().unwrap_or(0) as usize, place["length"].as_u64().unwrap_or(0) as usize);
        TEMPLATE[from..from + length].to_owned()
    };
    assert_eq!(at(&outcome["place"]), "\"[parameters('https')]\"");
    assert_eq!(at(&outcome["related"][0]), "false");
    assert_eq!(outcome["related"][0]["label"], "parameter default 'https'");
}

/// A rule on declarations that yields knows less than the rule on the resource that gets the text.
#[test]
fn a_secret_in_a_variable_is_told_once() {
    let folder = Folder::new("once");
    let template = |used: &str| {
        format!(
            r#"{{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
"contentVersion":"1.0.0.0","variables":{{"source":"AccountName=st;AccountKey=c2VjcmV0IGtleQ=="}},
"resources":[{{"type":"Microsoft.DataFactory/factories/linkedservices","apiVersion":"2018-06-01","name":"f/l",
"properties":{{"type":"AzureBlobStorage","typeProperties":{{"connectionString":"{used}"}}}}}}]}}"#
        )
    };
    folder.write("main.json", &template("[variables('source')]"));
    assert_eq!(folder.rules(&[]), ["linked-service-holds-secret"]);
    folder.write("main.json", &template("AccountName=st"));
    assert_eq!(folder.rules(&[]), ["secret-in-clear"]);
    // Of two packs each is whole, and with the special rule off the general one tells.
    folder.write("main.json", &template("[variables('source')]"));
    folder.write("archlint.json", r#"{"severity":{"linked-service-holds-secret":"off"}}"#);
    assert_eq!(folder.rules(&[]), ["secret-in-clear"]);
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    let output = Command::cargo_bin("archlint")
        .expect("the program")
        .args(["check", "-", "--stdin-name", "from/pipe.json", "--no-config", "--format", "concise"])
        .write_stdin(TEMPLATE)
        .output()
        .expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("from/pipe.json:11:"), "{output:?}");
}

#[test]
fn several_environments_fold_to_one_finding_per_cause() {
    let folder = Folder::new("environments");
    let file = |value: bool| {
        format!(
            r#"{{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#","contentVersion":"1.0.0.0","parameters":{{"https":{{"value":{value}}}}}}}"#
        )
    };
    for (name, value) in [("dev", false), ("test", false), ("prod", true)] {
        folder.write(&format!("main.parameters.{name}.json"), &file(value));
    }
    let (_, text, _) = folder.run(&["check", "--format", "concise"]);
    let http: Vec<&str> = text.lines().filter(|line| line.contains("storage-accepts-http")).collect();
    assert_eq!(http.len(), 1, "{text}");
    assert!(http[0].ends_with("(in dev, test)"), "{}", http[0]);
    let keys: Vec<&str> = text.lines().filter(|line| line.contains("storage-shared-keys")).collect();
    assert_eq!(keys.len(), 1);
    assert!(keys[0].ends_with("(in dev, prod, test)"), "{}", keys[0]);
}

#[test]
fn waivers_hold_until_they_expire() {
    let folder = Folder::new("waivers");
    let with = |expires: &str, rule: &str| {
        format!(
            r#"{{"waivers":[{{"rule":"{rule}","resource":"stleg*","reason":"replaced soon","owner":"ops","expires":"{expires}"}}]}}"#
        )
    };
    folder.write("archlint.json", &with("2027-01-01", "storage-accepts-http"));
    assert_eq!(folder.rules(&[]), ALL[1..]);
    assert_eq!(folder.rules(&["--no-suppressions"]).len(), 3);
    folder.write("archlint.json", &with("2026-01-01", "storage-accepts-http"));
    assert!(folder.rules(&[]).contains(&"expired-waiver".to_owned()));
    assert!(folder.rules(&[]).contains(&"storage-accepts-http".to_owned()));
    folder.write("archlint.json", &with("2027-01-01", "storage-accepts-old-tls"));
    assert!(folder.rules(&[]).contains(&"unused-waiver".to_owned()));
    folder.write("archlint.json", &with("2027-01-01", "storage-accept-http"));
    let (code, _, told) = folder.run(&["check", "--format", "concise"]);
    assert_eq!(code, 2);
    assert!(
        told.contains(
            "archlint.json:1:21: the packs in use have no rule 'storage-accept-http'; did you mean 'storage-accepts-http'?"
        ),
        "{told}"
    );
}

#[test]
fn a_configuration_extends_another_and_bounds_waivers() {
    let folder = Folder::new("extends");
    folder.write("base.json", r#"{"severity":{"storage-accepts-http":"note"},"maxWaiverDays":90,"failOn":"warning"}"#);
    folder.write(
        "archlint.json",
        r#"{"extends":"base.json","failOn":"error","waivers":[{"rule":"storage-shared-keys","reason":"r","owner":"o","expires":"2030-01-01"}]}"#,
    );
    let (code, text, _) = folder.run(&["check", "--format", "concise"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("error[waiver-too-long] this waiver runs 1198 days; at most 90 are allowed"), "{text}");
    assert!(text.contains("note[storage-accepts-http]"), "{text}");
    folder.write("archlint.json", r#"{"extends":"archlint.json"}"#);
    let (code, _, told) = folder.run(&["check"]);
    assert_eq!(code, 2);
    assert!(told.contains("configurations extend each other in a circle"), "{told}");
}

#[test]
fn pipelines_get_annotations_beside_the_report() {
    let folder = Folder::new("annotations");
    let output = Command::cargo_bin("archlint")
        .expect("the program")
        .current_dir(&folder.0)
        .env("GITHUB_ACTIONS", "true")
        .args(["check", "--no-graphics"])
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("::error file=main.json,line=11,"), "{text}");
    assert!(text.contains("checked 1 resource in 1 file") && text.is_ascii(), "{text}");
}

#[test]
fn a_wrong_configuration_is_told_with_its_place() {
    let folder = Folder::new("config");
    folder.write("archlint.json", "{\n  \"pack\": []\n}");
    let (code, _, told) = folder.run(&["check"]);
    assert_eq!(code, 2);
    assert!(told.ends_with("archlint.json:2:3: unknown key 'pack'; did you mean 'packs'?\n"), "{told}");
    folder.write("archlint.json", r#"{"waivers":[{"rule":"x","reason":"y","owner":"z","expires":"soon"}]}"#);
    let (_, _, told) = folder.run(&["check"]);
    assert!(told.contains("'soon' is not a date like 2027-01-31"), "{told}");
    folder.write("archlint.json", r#"{"exclude":["nowhere"]}"#);
    let (_, _, told) = folder.run(&["check"]);
    assert!(told.contains("this path matches nothing"), "{told}");
}

#[test]
fn comments_suppress_and_are_told_when_they_do_nothing() {
    let folder = Folder::new("comments");
    let line = "\"allowSharedKeyAccess\": true,";
    folder.write(
        "main.json",
        &TEMPLATE.replace(line, &format!("{line} // archlint:ignore[storage-shared-keys] scanner")),
    );
    assert!(!folder.rules(&[]).contains(&"storage-shared-keys".to_owned()));
    folder.write("main.json", &TEMPLATE.replace(line, &format!("{line} // archlint:ignore[storage-shared-keys]")));
    assert!(folder.rules(&[]).contains(&"no-reason".to_owned()));
    folder
        .write("main.json", &TEMPLATE.replace(line, &format!("{line} // archlint:ignore[storage-anonymous-blobs] x")));
    assert!(folder.rules(&[]).contains(&"unused-suppression".to_owned()));
}

#[test]
fn a_baseline_knows_findings_again_and_forgets_what_is_fixed() {
    let folder = Folder::new("baseline");
    assert_eq!(folder.run(&["baseline", "create", "known.txt"]).1, "known.txt: 3 known findings, 3 added, 0 removed\n");
    assert!(folder.rules(&["--baseline", "known.txt"]).is_empty());
    folder.write("main.json", &TEMPLATE.replace("\"Allow\"", "\"Deny\""));
    assert_eq!(folder.run(&["baseline", "prune", "known.txt"]).1, "known.txt: 2 known findings, 0 added, 1 removed\n");
    folder.write("main.json", TEMPLATE);
    assert_eq!(folder.rules(&["--baseline", "known.txt"]), ["storage-open-to-all-networks"]);
    assert_eq!(folder.run(&["baseline", "update", "known.txt"]).1, "known.txt: 3 known findings, 1 added, 0 removed\n");
    assert_eq!(folder.run(&["baseline", "create", "known.txt"]).0, 2, "it exists");
}

#[test]
fn only_what_is_new_since_a_revision_counts() {
    let folder = Folder::new("since");
    std::fs::remove_dir_all(folder.0.join(".git")).expect("removed");
    let git = |arguments: &[&str]| {
        let done =
            std::process::Command::new("git").arg("-C").arg(&folder.0).args(arguments).output().expect("git runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "first"]);
    assert!(folder.rules(&["--changed-since", "HEAD"]).is_empty());
    folder.write("main.json", &TEMPLATE.replace("TLS1_2", "TLS1_0"));
    assert_eq!(folder.rules(&["--changed-since", "HEAD"]), ["storage-accepts-old-tls"]);
    git(&["mv", "main.json", "moved.json"]);
    assert_eq!(folder.rules(&["--changed-since", "HEAD"]), ["storage-accepts-old-tls"], "another name is no news");
    let (code, _, told) = folder.run(&["check", "--changed-since", "no-such-ref"]);
    assert_eq!(code, 2);
    assert!(told.contains("no-such-ref"), "{told}");
}

#[test]
fn components_can_be_named_in_the_configuration() {
    let folder = Folder::new("components");
    folder.write(
        "archlint.json",
        r#"{"packs":["techmart"],"components":{"archive":{"id":"Microsoft.Storage/storageAccounts/stlegacy"}}}"#,
    );
    assert!(folder.rules(&[]).contains(&"archive-not-ra-gzrs".to_owned()));
}

#[test]
fn severities_and_parameters_are_set_in_the_configuration() {
    let folder = Folder::new("severity");
    folder.write("archlint.json", r#"{"severity":{"storage-accepts-http":"note","storage-shared-keys":"off"}}"#);
    let (code, text, _) = folder.run(&["check", "--format", "concise"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("note[storage-accepts-http]") && !text.contains("storage-shared-keys"), "{text}");
    folder.write("archlint.json", r#"{"severity":{"storage-accept-http":"note"}}"#);
    let (code, _, told) = folder.run(&["check"]);
    assert_eq!(code, 2);
    assert_eq!(
        told,
        "error: archlint.json:1:14: the packs in use have no rule 'storage-accept-http'; did you mean 'storage-accepts-http'?\n"
    );
    folder.write("archlint.json", r#"{"severity":{"AD001":"note"}}"#);
    assert_eq!(folder.run(&["check"]).0, 0, "a code names a rule as well");
    folder.write("archlint.json", r#"{"severity":{"storage-accepts-http":"warn"}}"#);
    assert!(folder.run(&["check"]).2.contains("archlint.json:1:37: there is no severity 'warn'"));
    for (text, wanted) in [
        (
            r#"{"packParameters":{"minimumTLs":"1.2"}}"#,
            "1:20: the packs in use have no pack parameter 'minimumTLs'; did you mean 'minimumTls'?",
        ),
        (
            r#"{"packs":["techmart"],"components":{"archve":{"name":"x"}}}"#,
            "1:37: the packs in use have no component 'archve'; did you mean 'archive'?",
        ),
        (
            r#"{"packs":["azure-dato"]}"#,
            "1:11: there is no pack and no folder 'azure-dato'; did you mean 'azure-data'?",
        ),
        (r#"{"packs":["./nowhere"]}"#, "1:11: there is no pack in './nowhere'"),
        (r#"{"exclude":["*/nothing/*.json"]}"#, "1:13: this pattern matches nothing"),
        (r#"{"paths":["nowhere"]}"#, "1:11: this path matches nothing"),
        (
            r#"{"failOn":"eror"}"#,
            "1:11: there is no severity 'eror', only: error, warning, note, never; did you mean 'error'?",
        ),
    ] {
        folder.write("archlint.json", text);
        let (code, _, told) = folder.run(&["check"]);
        assert_eq!(code, 2, "{text}");
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn a_pack_of_ones_own_runs_by_its_folder() {
    let folder = Folder::new("pack");
    let pack = folder.0.join("our-pack/storage");
    std::fs::create_dir_all(&pack).expect("a folder");
    folder.write("our-pack/pack.json", r#"{"pack":"our-pack","version":"1.0.0","title":"Ours"}"#);
    assert_eq!(folder.run(&["rules", "new", "our-pack/storage/tls-too-old.json"]).0, 0);
    assert!(Path::new(&pack.join("tls-too-old.json")).is_file());
    let (code, text, _) = folder.run(&["test", "--pack", "./our-pack"]);
    assert_eq!((code, text.as_str()), (0, "4 tests of 1 rule: 4 passed, 0 failed\n"));
    folder.write("our-pack/storage/tls-too-old.json", r#"{"code":"X1","severity":"eror"}"#);
    let (code, _, told) = folder.run(&["check", "--pack", "./our-pack"]);
    assert_eq!(code, 2);
    assert!(told.contains("did you mean 'error'?"), "{told}");
}

#[test]
fn init_writes_a_configuration_that_works() {
    let folder = Folder::new("init");
    let (code, text, _) = folder.run(&["init"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(folder.run(&["check"]).0, 1);
    let (_, text, _) = folder.run(&["config"]);
    assert!(text.contains("packs = [\"azure-data\"]  (archlint.json:3:12)"), "{text}");
    assert!(text.contains("pack azure-data 1.0.0: ") && text.contains(", sha256 "), "{text}");
    assert_eq!(folder.run(&["init"]).0, 2, "it exists");
}

#[test]
fn explain_takes_ids_of_other_linters_and_offers_the_nearest_name() {
    let folder = Folder::new("explain");
    let (code, text, _) = folder.run(&["explain", "CKV_AZURE_3"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("storage-accepts-http (AD001), error\n"), "{text}");
    let (fails, passes) = (text.find("\nFails\n    {"), text.find("\nPasses\n    {"));
    assert!(fails.is_some() && fails < passes, "{text}");
    let (code, _, told) = folder.run(&["explain", "storage-accept-http"]);
    assert_eq!(code, 2);
    assert_eq!(told, "error: there is no rule 'storage-accept-http'; did you mean 'storage-accepts-http'?\n");
}

#[test]
fn eval_shows_what_an_expression_gives() {
    let folder = Folder::new("eval");
    assert_eq!(folder.run(&["eval", "concat('a', 'b')"]).1, "\"ab\"\n");
    assert_eq!(folder.run(&["eval", "parameters('https')", "--template", "main.json"]).1, "false\n");
    assert_eq!(
        folder.run(&["eval", "parameters('https')", "--template", "main.json", "--set", "https=true"]).1,
        "true\n"
    );
    assert_eq!(folder.run(&["eval", "nothing("]).0, 2);
    folder.write("cases.json", r#"[{"id":"a","expression":"[add(1,2)]"},{"id":"b","expression":"[fail('x')]"},{"id":"c","expression":"[reference('y')]"}]"#);
    let (_, text, _) = folder.run(&["eval", "--batch", "cases.json"]);
    assert_eq!(
        text,
        "{\"id\":\"a\",\"value\":3}\n{\"id\":\"b\",\"error\":\"the template fails here: x\"}\n{\"id\":\"c\",\"unknown\":\"reference('y') is known only to a live deployment\"}\n"
    );
}

#[test]
fn completions_and_man_page_are_made() {
    let folder = Folder::new("completions");
    for shell in ["bash", "zsh", "fish"] {
        let (code, text, _) = folder.run(&["completions", shell]);
        assert_eq!(code, 0);
        assert!(text.contains("archlint"), "{shell}");
    }
    let page = folder.run(&["man"]).1;
    assert!(page.starts_with(".TH archlint") || page.contains(".TH archlint"));
    assert!(page.contains(".SH ARCHLINT CHECK") && page.contains("fail\\-on"), "every command's options are on it");
    assert!(folder.run(&["completions", "bsh"]).2.contains("there are no completions for 'bsh'"));
}

#[test]
fn a_baseline_knows_by_file_resource_and_pointer_and_not_by_line() {
    let folder = Folder::new("known");
    assert_eq!(folder.run(&["baseline", "create", "known.json"]).0, 0);
    folder.write("main.json", &TEMPLATE.replace("  \"resources\"", "\n\n\n  \"resources\""));
    assert!(folder.rules(&["--baseline", "known.json"]).is_empty(), "lines above it have moved it");
    let twice = TEMPLATE.replace("\"resources\": [", &format!("\"resources\": [{},", resource("stother")));
    folder.write("main.json", &twice);
    assert_eq!(folder.rules(&["--baseline", "known.json"]).len(), 3, "an equal violation in another resource is new");
    folder.write("main.json", TEMPLATE);
    std::fs::create_dir_all(folder.0.join("other")).expect("a folder");
    folder.write("other/main.json", TEMPLATE);
    assert_eq!(folder.rules(&["--baseline", "known.json"]).len(), 3, "and so is one in another file");
    // It holds wherever the program is started.
    let (_, text, _) = folder.run(&["check", ".", "--baseline", "known.json", "--format", "concise"]);
    let output = Command::cargo_bin("archlint")
        .expect("the program")
        .current_dir(folder.0.join("other"))
        .args(["check", "../main.json", "--baseline", "../known.json", "--format", "concise"])
        .output()
        .expect("it runs");
    assert!(text.contains("3 suppressed (3 known)"), "{text}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("3 suppressed (3 known)"), "{output:?}");
}

fn resource(name: &str) -> String {
    let (_, rest) = TEMPLATE.split_once("\"resources\": [").expect("resources");
    let (resource, _) = rest.rsplit_once(']').expect("an end");
    resource.replace("stlegacy", name)
}

#[test]
fn a_baseline_takes_in_nothing_that_a_waiver_accepts() {
    let folder = Folder::new("baseline-waiver");
    folder.write(
        "archlint.json",
        r#"{"waivers":[{"rule":"storage-shared-keys","reason":"r","owner":"o","expires":"2027-01-01"}]}"#,
    );
    folder.run(&["baseline", "create", "known.json"]);
    assert!(folder.rules(&["--baseline", "known.json"]).is_empty());
    let later = folder.rules(&["--baseline", "known.json", "--now=2027-02-01"]);
    assert_eq!(later, ["expired-waiver", "storage-shared-keys"], "it returns when the waiver ends");
}

#[test]
fn what_is_new_fails_whatever_its_severity_when_asked() {
    let folder = Folder::new("new");
    folder.write("main.json", &TEMPLATE.replace("\"Allow\"", "\"Deny\""));
    folder.run(&["baseline", "create", "known.json"]);
    assert_eq!(folder.run(&["check", "--baseline", "known.json", "--fail-on-new"]).0, 0);
    folder.write("main.json", TEMPLATE);
    assert_eq!(folder.run(&["check", "--baseline", "known.json"]).0, 0, "a warning passes the default gate");
    assert_eq!(folder.run(&["check", "--baseline", "known.json", "--fail-on-new"]).0, 1);
    let (code, _, told) = folder.run(&["check", "--fail-on-new"]);
    assert_eq!(code, 2);
    assert!(told.contains("--fail-on-new needs a --baseline"), "{told}");
}

#[test]
fn what_is_shown_and_what_fails_are_two_things() {
    let folder = Folder::new("show");
    let all = ["--set", "https=true", "--show", "error"];
    assert!(folder.rules(&all).is_empty());
    let (code, text, _) =
        folder.run(&["check", "--set", "https=true", "--show", "error", "--fail-on", "warning", "--format", "concise"]);
    assert_eq!(code, 1);
    assert!(text.starts_with("2 findings not shown (--show error)\n0 errors, 2 warnings"), "{text}");
    assert_eq!(folder.run(&["check", "--exit-zero"]).0, 0);
    folder.write("main.json", "{");
    assert_eq!(folder.run(&["check", "--exit-zero"]).0, 2, "an input in error is no finding");
}

#[test]
fn every_format_ends_with_the_same_code() {
    let folder = Folder::new("same-codes");
    let codes = |arguments: &[&str]| {
        ["pretty", "concise", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown", "csv", "html", "oscal"]
            .map(|format| {
                let mut all = vec!["check", "--format", format];
                all.extend(arguments);
                folder.run(&all).0
            })
    };
    assert_eq!(codes(&[]), [1; 12]);
    assert_eq!(codes(&["--set", "https=true"]), [0; 12]);
    assert_eq!(codes(&["--pack", "none"]), [2; 12]);
    folder.write("main.json", "{}");
    assert_eq!(codes(&[]), [3; 12]);
}

#[test]
fn without_a_command_the_folder_is_checked() {
    let folder = Folder::new("bare");
    let (code, text, _) = folder.run(&[]);
    assert_eq!(code, 1);
    assert!(text.contains("1 error, 2 warnings") && text.ends_with("next: archlint explain storage-accepts-http\n"));
    folder.write("main.json", "{}");
    let (code, _, told) = folder.run(&[]);
    assert_eq!(code, 3);
    assert!(told.contains("nothing was checked") && told.contains("Usage: archlint"), "{told}");
}

#[test]
fn reports_state_no_time_unless_asked() {
    let folder = Folder::new("time");
    let page = |arguments: &[&str]| {
        let output = Command::cargo_bin("archlint")
            .expect("the program")
            .current_dir(&folder.0)
            .env_remove("SOURCE_DATE_EPOCH")
            .args(["check", "--format", "json"])
            .args(arguments)
            .output()
            .expect("it runs");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")["time"].clone()
    };
    assert!(page(&[]).is_null());
    assert_eq!(page(&["--now=2026-11-24"]), "2026-11-24T00:00:00Z");
    assert!(page(&["--now"]).is_string());
    assert_eq!(folder.run(&["check", "--now=soon"]).0, 2);
}

#[test]
fn one_rule_in_one_file_is_drawn_once() {
    let folder = Folder::new("folded");
    let many: Vec<String> = (0..9).map(|at| resource(&format!("st{at}"))).collect();
    folder.write("main.json", &TEMPLATE.replace("\"resources\": [", &format!("\"resources\": [{},", many.join(","))));
    let (_, text, _) = folder.run(&["check"]);
    assert_eq!(text.matches("\nstorage-shared-keys\n").count(), 1, "{text}");
    assert!(text.contains("and 9 more like this: 'st1' (line "), "{text}");
    let (_, text, _) = folder.run(&["check", "--all"]);
    assert_eq!(text.matches("\nstorage-shared-keys\n").count(), 10);
    assert!(text.ends_with("or begin with today's 30 findings: archlint baseline create FILE\n"), "{text}");
}

#[test]
fn a_line_written_for_machines_is_drawn_in_part() {
    let folder = Folder::new("minified");
    let document: serde_json::Value = serde_json::from_str(TEMPLATE).expect("JSON");
    let many: Vec<serde_json::Value> = vec![serde_json::json!("x".repeat(1000)); 10];
    folder.write(
        "main.json",
        &format!("{{\"metadata\":{},{}", serde_json::json!({ "x": many }), &document.to_string()[1..]),
    );
    let (_, text, _) = folder.run(&["check"]);
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(longest < 400, "a line of {longest} characters");
    assert!(text.contains("main.json:1:10"), "{text}");
}

#[test]
fn waivers_that_end_soon_are_announced() {
    let folder = Folder::new("soon");
    folder.write(
        "archlint.json",
        r#"{"waivers":[{"rule":"storage-shared-keys","reason":"r","owner":"ops","expires":"2027-01-31"}]}"#,
    );
    let told = |now: &str| folder.run(&["check", "--format", "concise", &format!("--now={now}")]).1;
    assert!(!told("2026-12-31").contains("expir"), "31 days before");
    assert!(
        told("2027-01-01")
            .contains("note[expiring-waiver] the waiver of storage-shared-keys expires on 2027-01-31 (owner: ops)")
    );
    assert!(told("2027-01-31").contains("expiring-waiver"), "it holds on its last day");
    assert!(told("2027-02-01").contains("warning[expired-waiver]"));
    let line = "\"allowSharedKeyAccess\": true,";
    let ignore = r#""archlint":{"ignore":[{"rule":"storage-shared-keys","reason":"r","expires":"2027-01-31"}]}"#;
    folder.write("archlint.json", "{}");
    folder.write("main.json", &TEMPLATE.replace(line, &format!("{line} \"metadata\":{{{ignore}}},")));
    assert!(
        told("2027-01-15")
            .contains("note[expiring-suppression] this suppression of storage-shared-keys expires on 2027-01-31")
    );
    assert!(told("2027-02-01").contains("warning[expired-suppression]"));
}

#[test]
fn several_reports_come_of_one_run() {
    let folder = Folder::new("outputs");
    let (code, text, _) =
        folder.run(&["check", "--output", "sarif=r.sarif", "--output", "html=r.html", "--output", "json=run.json"]);
    assert_eq!(code, 1);
    assert!(text.contains("storage-accepts-http"), "and the terminal's");
    for (name, start) in
        [("r.sarif", "{\n  \"$schema\""), ("r.html", "<!DOCTYPE html>"), ("run.json", "{\n  \"format\"")]
    {
        assert!(std::fs::read_to_string(folder.0.join(name)).expect(name).starts_with(start), "{name}");
    }
    let (code, _, _) =
        folder.run(&["report", "--from", "run.json", "--format", "concise", "--output", "sarif=again.sarif"]);
    assert_eq!(code, 0);
    let read = |name: &str| std::fs::read_to_string(folder.0.join(name)).expect(name);
    assert_eq!(read("r.sarif"), read("again.sarif"));
    let (code, _, told) = folder.run(&["check", "--output", "sariff=x"]);
    assert_eq!(code, 2);
    assert!(told.contains("did you mean 'sarif'?"), "{told}");
}

#[test]
fn why_tells_each_condition_and_which_way_its_value_came() {
    let folder = Folder::new("why");
    let (code, text, _) = folder.run(&["why", "main.json", "stlegacy", "storage-accepts-http"]);
    assert_eq!(code, 0);
    let (_, tree) = text.split_once("[no]  must hold\n").expect("a tree");
    assert_eq!(
        tree,
        "             [no]  $.properties.supportsHttpsTrafficOnly isTrue true: false  (main.json:11:37)\n                     from parameter default 'https' (main.json:4:62)\n"
    );
    let (_, text, _) = folder.run(&["why", "main.json", "stlegacy", "storage-open-to-all-networks"]);
    assert!(text.contains("[no]  any of\n"), "{text}");
    assert!(text.contains("networkAcls.defaultAction equals 'Deny': 'Allow'  (main.json:14:43)"), "{text}");
    let (_, text, _) = folder.run(&["why", "main.json", "stlegacy", "storage-accepts-old-tls"]);
    assert!(text.contains("[yes] must hold"), "what passes is told when it is asked for: {text}");
    for (resource, rule, wanted) in [
        ("stlegcy", "", "did you mean 'stlegacy'?"),
        ("nothing-like-it", "", "; judged are: "),
        ("stlegacy", "storage-accept-http", "did you mean 'storage-accepts-http'?"),
        (
            "stlegacy",
            "sql-not-audited",
            "'sql-not-audited' does not judge Microsoft.Storage/storageAccounts 'stlegacy'",
        ),
    ] {
        let arguments = ["why", "main.json", resource, rule];
        let (code, _, told) = folder.run(&arguments[..if rule.is_empty() { 3 } else { 4 }]);
        assert_eq!(code, 2);
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn init_finds_the_environments_and_what_it_writes_checks() {
    let folder = Folder::new("init-environments");
    let file = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#","contentVersion":"1.0.0.0","parameters":{"https":{"value":true}}}"#;
    for name in ["dev", "prod"] {
        folder.write(&format!("main.parameters.{name}.json"), file);
    }
    let (code, text, _) = folder.run(&["init"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("wrote archlint.json for 1 template, 2 parameter files and 0 exports found\n"), "{text}");
    let (_, text, _) = folder.run(&["config"]);
    assert!(text.contains(r#"deployments[0] = {"template":"main.json","environments":{"dev":"main.parameters.dev.json","prod":"main.parameters.prod.json"}}  (archlint.json:5:5)"#), "{text}");
    assert_eq!(folder.run(&["check"]).0, 0, "warnings alone pass");
}

#[test]
fn config_shows_each_row_with_the_file_it_comes_from() {
    let folder = Folder::new("origins");
    folder.write("base.json", r#"{"severity":{"storage-accepts-http":"note"},"packParameters":{"softDeleteDays":14}}"#);
    folder.write("archlint.json", r#"{"extends":"base.json","severity":{"storage-shared-keys":"off"}}"#);
    let (code, text, told) = folder.run(&["config"]);
    assert_eq!(code, 0, "{told}");
    assert!(text.contains("severity.storage-accepts-http = \"note\"  (base.json:1:37)"), "{text}");
    assert!(text.contains("severity.storage-shared-keys = \"off\"  (archlint.json:1:58)"), "{text}");
    assert!(text.contains("packParameters.softDeleteDays = 14  (base.json:1:80)"), "{text}");
    assert!(text.contains("  minimumTls = \"1.2\"  (the pack's)"), "{text}");
}

#[test]
fn paths_and_patterns_say_what_is_checked() {
    let folder = Folder::new("paths");
    for name in ["infra", "old"] {
        std::fs::create_dir_all(folder.0.join(name)).expect("a folder");
        folder.write(&format!("{name}/main.json"), TEMPLATE);
    }
    let files = |configuration: &str| {
        folder.write("archlint.json", configuration);
        let (_, text, _) = folder.run(&["check", "--format", "concise"]);
        let mut names: Vec<String> =
            text.lines().filter_map(|line| Some(line.split_once(".json:")?.0.to_owned())).collect();
        names.dedup();
        names
    };
    assert_eq!(files("{}"), ["infra/main", "main", "old/main"]);
    assert_eq!(files(r#"{"paths":["infra"]}"#), ["infra/main"]);
    assert_eq!(files(r#"{"exclude":["old"]}"#), ["infra/main", "main"]);
    assert_eq!(files(r#"{"exclude":["*/main.json"]}"#), ["main"]);
    assert_eq!(files(r#"{"exclude":["o*"]}"#), ["infra/main", "main"]);
}

/// A pack with one rule, as `rules new` writes it.
fn own_pack(folder: &Folder) {
    std::fs::create_dir_all(folder.0.join("ours")).expect("a folder");
    folder.write("ours/pack.json", r#"{"pack":"ours","version":"1.0.0","title":"Ours"}"#);
    assert_eq!(folder.run(&["rules", "new", "ours/storage/tls-too-old.json"]).0, 0);
}

fn change(folder: &Folder, name: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(folder.0.join(name)).expect("the file");
    assert!(text.contains(from), "{name} has no {from}");
    folder.write(name, &text.replace(from, to));
}

#[test]
fn a_pinned_pack_is_taken_only_as_it_was() {
    let folder = Folder::new("pinned");
    own_pack(&folder);
    folder.write("archlint.json", r#"{"packs":["./ours"]}"#);
    let (_, text, _) = folder.run(&["config"]);
    let (_, hash) = text.split_once("sha256 ").expect("a hash");
    let hash = hash.lines().next().expect("a line");
    folder.write("archlint.json", &format!(r#"{{"packs":[{{"pack":"./ours","sha256":"{hash}"}}]}}"#));
    let (code, text, _) = folder.run(&["check", "--format", "json"]);
    assert_eq!(code, 0);
    assert!(text.contains(&format!("\"sha256\": \"{hash}\"")), "the run tells it");
    assert!(text.contains("\"notTemplates\": 0"), "the pack's own files are no input");
    change(&folder, "ours/storage/tls-too-old.json", "\"warning\"", "\"note\"");
    let (code, _, told) = folder.run(&["check"]);
    assert_eq!(code, 2);
    assert!(
        told.contains("archlint.json:1:37: the pack 'ours' is not the one that was pinned: it hashes to "),
        "{told}"
    );
    let zeros = "0".repeat(64);
    folder.write("archlint.json", &format!(r#"{{"packs":[{{"pack":"azure-data","sha256":"{zeros}"}}]}}"#));
    assert_eq!(folder.run(&["check"]).0, 2, "a built-in pack can be pinned too");
}

#[test]
fn rules_in_preview_wait_and_deprecated_ones_say_what_comes_next() {
    let folder = Folder::new("lifecycle");
    own_pack(&folder);
    folder.write("main.json", &TEMPLATE.replace("TLS1_2", "TLS1_0"));
    let rule = "ours/storage/tls-too-old.json";
    let found = |arguments: &[&str]| folder.rules(arguments) == ["tls-too-old"];
    folder.write("archlint.json", r#"{"packs":["./ours"]}"#);
    assert!(found(&[]));
    change(&folder, rule, "\"severity\"", "\"lifecycle\": \"preview\", \"severity\"");
    assert!(!found(&[]) && found(&["--preview"]));
    assert!(folder.run(&["rules", "--pack", "./ours"]).1.contains("(preview)"));
    folder.write("archlint.json", r#"{"packs":["./ours"],"preview":true}"#);
    assert!(found(&[]));
    folder.write("archlint.json", r#"{"packs":["./ours"],"severity":{"tls-too-old":"note"}}"#);
    assert!(found(&[]), "naming it asks for it");
    change(&folder, rule, "\"lifecycle\": \"preview\"", "\"deprecated\": \"use storage-accepts-old-tls\"");
    let (_, _, told) = folder.run(&["check"]);
    assert_eq!(
        told,
        "warning: archlint.json:1:33: the rule 'tls-too-old' is deprecated: use storage-accepts-old-tls\n"
    );
    assert!(
        folder
            .run(&["explain", "--pack", "./ours", "tls-too-old"])
            .1
            .contains("Deprecated\nuse storage-accepts-old-tls")
    );
    change(&folder, rule, "\"deprecated\"", "\"lifecycle\": \"stabel\", \"note\"");
    assert!(folder.run(&["check"]).2.contains("unknown lifecycle 'stabel'"));
}

#[test]
fn a_type_or_property_nobody_knows_is_told() {
    let folder = Folder::new("lint");
    own_pack(&folder);
    assert_eq!(folder.run(&["rules", "lint", "--pack", "./ours"]).1, "0 remarks on 1 rule\n");
    let rule = "ours/storage/tls-too-old.json";
    change(&folder, rule, "$.properties.minimumTlsVersion", "$.properties.minimalTlsVersion");
    let (code, text, _) = folder.run(&["rules", "lint", "--pack", "./ours"]);
    assert_eq!(code, 1);
    let wanted = "'minimalTlsVersion' is no property of microsoft.storage/storageaccounts at $.properties.minimalTlsVersion; did you mean 'minimumTlsVersion'?";
    assert!(text.contains(wanted) && text.starts_with("./ours/") | text.starts_with("ours/"), "{text}");
    let (_, _, told) = folder.run(&["check", "--pack", "./ours", "main.json"]);
    assert!(told.contains(&format!("warning[unknown-property] {wanted}")), "{told}");
    change(
        &folder,
        rule,
        "\"type\": \"Microsoft.Storage/storageAccounts\"\n  }",
        "\"type\": \"Microsoft.Storage/storageAccount\"\n  }",
    );
    let (_, _, told) = folder.run(&["check", "--pack", "./ours", "main.json"]);
    assert!(told.contains("warning[unknown-type] the type 'microsoft.storage/storageaccount' is not known, and one letter away from 'Microsoft.Storage/storageAccounts': did you mean that?"), "{told}");
}

#[test]
fn no_rule_of_the_project_names_what_nobody_knows() {
    let folder = Folder::new("lint-own");
    let (_, text, _) = folder.run(&["rules", "lint"]);
    let odd: Vec<&str> = text.lines().filter(|line| line.contains("[unknown-")).collect();
    assert!(odd.is_empty(), "{odd:#?}");
}

#[test]
fn rules_are_listed_by_what_they_are() {
    let folder = Folder::new("rules");
    let ids = |arguments: &[&str]| {
        let mut all = vec!["rules", "--format", "ids"];
        all.extend(arguments);
        folder.run(&all).1.lines().count()
    };
    let all = ids(&[]);
    for filter in [
        ["--pack", "techmart"],
        ["--component", "archive"],
        ["--control", "MCSB"],
        ["--category", "security"],
        ["--service", "storage"],
        ["--severity", "error"],
    ] {
        let few = ids(&filter);
        assert!(few > 0 && few < all, "{filter:?} gives {few} of {all}");
    }
    assert_eq!(
        ids(&["--requirement", "ARC-1"]) + ids(&["--requirement", "arc-1"]),
        2 * ids(&["--requirement", "ARC-1"])
    );
    let (code, _, told) = folder.run(&["rules", "--severity", "eror"]);
    assert_eq!((code, told.as_str()), (2, "error: no rule has the severity 'eror'; did you mean 'error'?\n"));
    assert!(folder.run(&["rules", "--control", "NS-22"]).2.contains("did you mean 'NS-2'?"));
    let (code, _, told) = folder.run(&["chek"]);
    assert_eq!(code, 2);
    assert!(told.contains("'check'"), "{told}");
}

#[test]
fn what_the_command_line_names_and_nothing_has_is_refused() {
    let folder = Folder::new("names");
    let (code, _, told) = folder.run(&["check", "--set-pack", "minimumTLs=1.2"]);
    assert_eq!(
        (code, told.as_str()),
        (2, "error: the packs in use have no parameter 'minimumTLs'; did you mean 'minimumTls'?\n")
    );
    let (code, text, _) = folder.run(&["check", "--set", "htps=true", "--format", "concise"]);
    assert_eq!(code, 2);
    assert!(text.contains("command line:1:") && text.contains("the template declares no parameter 'htps'"), "{text}");
    folder.write("archlint.json", "{}");
    let (_, text, _) = folder.run(&["check", "--set", "htps=true", "--format", "concise"]);
    assert!(text.contains("command line:1:"), "it is not the configuration's fault: {text}");
    let (code, _, told) = folder.run(&["check", "--fromat", "json"]);
    assert_eq!(code, 2);
    assert!(told.contains("'--format'"), "{told}");
}

#[test]
fn output_is_the_same_whoever_looks_and_however_many_work() {
    let folder = Folder::new("same");
    let with = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = Command::cargo_bin("archlint").expect("the program");
        command.current_dir(&folder.0).env_remove("LANG").env_remove("LC_ALL").env_remove("TERM").arg("check");
        command.envs(variables.iter().copied()).args(arguments);
        let output = command.output().expect("it runs");
        assert!(output.stderr.is_empty(), "data goes to stdout, and there is nothing else to say");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let plain = with(&[], &[]);
    assert!(!plain.contains('\u{1b}') && plain.contains('╭'), "{plain}");
    assert_eq!(plain, with(&[("COLUMNS", "40")], &[]), "the width is that of a terminal only where there is one");
    assert_eq!(plain, with(&[], &["--jobs", "1"]));
    assert_eq!(plain, with(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(with(&[("CLICOLOR_FORCE", "1")], &[]).contains("\u{1b}[31m"));
    assert!(with(&[], &["--color", "always"]).contains("\u{1b}[31m"));
    assert!(!with(&[("CLICOLOR_FORCE", "1")], &[]).contains("\u{1b}]8;"), "links are for terminals");
    assert!(with(&[("TERM", "dumb")], &[]).is_ascii() && with(&[("LC_ALL", "C")], &[]).is_ascii());
    let annotated = with(&[("TF_BUILD", "True")], &[]);
    assert!(annotated.starts_with(&plain) && annotated.contains("##vso[task.logissue type=error;sourcepath=main.json"));
    assert_eq!(plain, with(&[("TF_BUILD", "False")], &[]));
    let json = with(&[("GITHUB_ACTIONS", "true")], &["--format", "json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "a format that was asked for stays alone");
}

#[test]
fn the_hook_checks_and_does_not_stand_in_the_way() {
    let folder = Folder::new("hook");
    let text = std::fs::read_to_string(".pre-commit-hooks.yaml").expect("the hook");
    let entry = text.lines().find_map(|line| line.trim().strip_prefix("entry: archlint ")).expect("an entry");
    let arguments: Vec<&str> = entry.split(' ').collect();
    assert_eq!(folder.run(&arguments).0, 1);
    folder.write("main.json", "{\"name\": \"a package\"}");
    assert_eq!(folder.run(&arguments).0, 0, "a change of other JSON passes");
    assert_eq!(folder.run(&["check"]).0, 3);
}

#[test]
fn what_nobody_may_suppress_stays() {
    let folder = Folder::new("not-waivable");
    own_pack(&folder);
    folder.write("main.json", &TEMPLATE.replace("TLS1_2", "TLS1_0"));
    change(&folder, "ours/storage/tls-too-old.json", "\"severity\"", "\"waivable\": false, \"severity\"");
    folder.write("archlint.json", r#"{"packs":["./ours"]}"#);
    folder.run(&["baseline", "create", "known.json"]);
    assert_eq!(folder.rules(&["--baseline", "known.json"]), ["tls-too-old"]);
    folder.write(
        "archlint.json",
        r#"{"packs":["./ours"],"waivers":[{"rule":"tls-too-old","reason":"r","owner":"o","expires":"2027-01-01"}]}"#,
    );
    let (code, text, _) = folder.run(&["check", "--format", "concise"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("error[not-waivable] the rule 'tls-too-old' cannot be suppressed"), "{text}");
    assert!(text.contains("warning[tls-too-old]"), "{text}");
    assert!(folder.run(&["explain", "--pack", "./ours", "tls-too-old"]).1.contains("cannot be suppressed"));
}

#[test]
fn environments_that_name_their_resources_differently_fold_as_well() {
    let folder = Folder::new("named-environments");
    let named = TEMPLATE
        .replace("\"name\": \"stlegacy\"", "\"name\": \"[parameters('name')]\"")
        .replace("\"parameters\": {", "\"parameters\": { \"name\": { \"type\": \"string\" },");
    folder.write("main.json", &named);
    for name in ["dev", "prod", "test"] {
        folder.write(
            &format!("main.parameters.{name}.json"),
            &format!(
                r#"{{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#","contentVersion":"1.0.0.0","parameters":{{"name":{{"value":"st{name}"}},"https":{{"value":{}}}}}}}"#,
                name == "prod"
            ),
        );
    }
    let (_, text, _) = folder.run(&["check", "--format", "concise"]);
    let of = |rule: &str| text.lines().filter(|line| line.contains(rule)).map(str::to_owned).collect::<Vec<String>>();
    let http = of("storage-accepts-http");
    assert!(http.len() == 1 && http[0].ends_with("(in dev, test)"), "{text}");
    let keys = of("storage-shared-keys");
    assert!(keys.len() == 1 && keys[0].ends_with("(in dev, prod, test)"), "{text}");
    // A waiver means one of the resources, not all that have the same cause.
    folder.write(
        "archlint.json",
        r#"{"waivers":[{"rule":"storage-shared-keys","resource":"stdev","reason":"r","owner":"o","expires":"2027-01-01"}]}"#,
    );
    let (_, text, _) = folder.run(&["check", "--format", "concise"]);
    let keys: Vec<&str> = text.lines().filter(|line| line.contains("storage-shared-keys")).collect();
    assert!(keys.len() == 1 && keys[0].ends_with("(in prod, test)"), "{text}");
    folder.write("archlint.json", "{}");
    folder.run(&["baseline", "create", "known.json"]);
    assert!(folder.rules(&["--baseline", "known.json"]).is_empty(), "a baseline knows each resource");
}

#[test]
fn a_suppression_that_is_none_is_told() {
    let folder = Folder::new("malformed");
    let line = "\"allowSharedKeyAccess\": true,";
    let told = |text: &str| {
        folder.write("main.json", &TEMPLATE.replace(line, &format!("{line} {text}")));
        folder.run(&["check", "--format", "concise"]).1
    };
    for (text, wanted) in [
        ("// archlint:disable storage-shared-keys", "a suppression is written 'archlint:ignore[rule-id] reason'"),
        ("// archlint: ignore[storage-shared-keys] x", "a suppression is written"),
        (r#""metadata":{"archlint":{"ignroe":[]}},"#, "unknown key 'ignroe' in a suppression; did you mean 'ignore'?"),
        (r#""metadata":{"archlint":{"ignore":[{"rul":"x","reason":"y"}]}},"#, "did you mean 'rule'?"),
        (
            r#""metadata":{"archlint":{"ignore":[{"rule":"storage-shared-keys","reason":"y","expires":"soon"}]}},"#,
            "a suppression ends on a date like 2027-01-31",
        ),
    ] {
        let text = told(text);
        assert!(text.contains("error[malformed-suppression]") && text.contains(wanted), "{text}");
        assert!(text.contains("[storage-shared-keys]"), "and the finding stays: {text}");
    }
    let both = r#""metadata":{"archlint":{"ignore":[{"rule":["storage-shared-keys","storage-open-to-all-networks"],"reason":"y"}]}},"#;
    let text = told(both);
    assert!(text.contains("2 suppressed") && !text.contains("malformed"), "{text}");
}
