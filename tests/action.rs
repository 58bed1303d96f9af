//! The steps of `action.yml`, run as the runner would: with its environment files, one step after the other.

#![cfg(unix)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A runner's files in a folder of their own.
struct Runner {
    folder: PathBuf,
    action: PathBuf,
}

struct Step {
    code: i32,
    printed: String,
    outputs: HashMap<String, String>,
    summary: String,
}

impl Runner {
    fn new(name: &str) -> Runner {
        let folder = std::env::temp_dir().join(format!("archlint action {name} {}", std::process::id()));
        std::fs::create_dir_all(folder.join("work place/infra dir")).expect("a folder");
        for file in ["output", "summary", "path"] {
            std::fs::write(folder.join(file), "").expect("a file");
        }
        Runner { folder, action: std::env::current_dir().expect("the project") }
    }

    fn workspace(&self) -> PathBuf {
        self.folder.join("work place")
    }

    /// Runs the step of that name with the defaults of `action.yml` and `inputs` over them.
    fn step(&self, name: &str, inputs: &[(&str, &str)]) -> Step {
        let text = std::fs::read_to_string(self.action.join("action.yml")).expect("action.yml");
        let step = text.split("    - name: ").find(|step| step.starts_with(name)).expect("the step");
        let run = step.lines().find_map(|line| line.trim().strip_prefix("run: ")).expect("a run line");
        let mut command = Command::new("bash");
        command.args(["-c", run]).current_dir(self.workspace());
        for line in step.lines().filter(|line| line.contains("${{ inputs.")) {
            let (variable, expression) = line.trim().split_once(": ").expect("a mapping");
            let input = expression.trim_start_matches("${{ inputs.").trim_end_matches(" }}");
            let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| (*value).to_owned());
            command.env(variable, given.unwrap_or_else(|| default_of(&text, input)));
        }
        if step.contains("steps.check.outputs.result") {
            command.env("RESULT", inputs.iter().find(|(name, _)| *name == "result").map_or("", |(_, value)| value));
        }
        let program = PathBuf::from(env!("CARGO_BIN_EXE_archlint"));
        // What the test puts into `tools` goes before the system's.
        let path = format!(
            "{}:{}:{}",
            self.folder.join("tools").display(),
            program.parent().expect("a folder").display(),
            std::env::var("PATH").unwrap_or_default()
        );
        for (name, value) in inputs.iter().filter(|(name, _)| name.starts_with("GITHUB_")) {
            command.env(name, value);
        }
        let output = command
            .env("PATH", path)
            .env("RUNNER_TEMP", self.folder.join("temp"))
            .env("GITHUB_ACTION_PATH", &self.action)
            .env("GITHUB_OUTPUT", self.folder.join("output"))
            .env("GITHUB_STEP_SUMMARY", self.folder.join("summary"))
            .env("GITHUB_PATH", self.folder.join("path"))
            .output()
            .expect("bash runs");
        let read = |name: &str| std::fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        let outputs = read("output");
        Step {
            code: output.status.code().unwrap_or(-1),
            printed: String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
            outputs: outputs
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(a, b)| (a.into(), b.into()))
                .collect(),
            summary: read("summary"),
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The default of an input in `action.yml`.
fn default_of(text: &str, input: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{input}: {{"))).expect("the input");
    let (_, default) = line.split_once("default: \"").expect("a default");
    default.split('"').next().unwrap_or_default().to_owned()
}

fn copy(from: &str, to: &Path) {
    std::fs::copy(from, to).expect("copied");
}

#[test]
fn findings_are_written_everywhere_before_the_gate_fails() {
    let runner = Runner::new("findings");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    copy("examples/lab/main.json", &runner.workspace().join("infra dir/main.json"));
    let inputs = [("paths", "infra dir\n"), ("packs", "azure-data\n")];
    let check = runner.step("Check", &inputs);
    assert_eq!(check.code, 0, "the gate is a step of its own:\n{}", check.printed);
    assert_eq!(check.outputs["result"], "findings");
    assert_eq!(check.outputs["errors"], "3");
    assert_eq!(check.outputs["not-checked"], "0");
    assert!(check.printed.contains("::error file=infra dir/main.json,line=60,"), "{}", check.printed);
    assert!(check.summary.starts_with("# archlint\n\n**3 errors, "), "{}", check.summary);
    let sarif = std::fs::read_to_string(runner.workspace().join(&check.outputs["sarif-file"])).expect("SARIF");
    assert!(sarif.contains("\"uri\": \"infra%20dir/main.json\""));
    assert_eq!(runner.step("Gate", &[("result", "findings")]).code, 1);
}

#[test]
fn a_clean_folder_passes() {
    let runner = Runner::new("clean");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    for file in ["main.json", "main.parameters.prod.json", "governance.json", "archlint.json"] {
        copy(&format!("examples/techmart/{file}"), &runner.workspace().join("infra dir").join(file));
    }
    let check = runner.step("Check", &[("paths", "infra dir"), ("fail-on", "note"), ("strict", "true")]);
    assert_eq!(check.outputs["result"], "passed", "{}", check.printed);
    assert_eq!(check.outputs["errors"], "0");
    assert_eq!(runner.step("Gate", &[("result", "passed")]).code, 0);
}

#[test]
fn a_broken_file_is_told_and_fails_the_gate() {
    let runner = Runner::new("broken");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    std::fs::write(runner.workspace().join("infra dir/main.json"), "{ \"resources\": [").expect("written");
    let check = runner.step("Check", &[("paths", "infra dir")]);
    assert_eq!(check.outputs["result"], "wrong", "{}", check.printed);
    assert_eq!(check.outputs["not-checked"], "1");
    assert!(check.printed.contains("::error file=infra dir/main.json,line=1,"), "{}", check.printed);
    assert_eq!(runner.step("Gate", &[("result", "wrong")]).code, 2);
}

#[test]
fn a_wrong_configuration_leaves_no_file_of_an_earlier_run() {
    let runner = Runner::new("configuration");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    copy("examples/lab/main.json", &runner.workspace().join("infra dir/main.json"));
    assert_ne!(runner.step("Check", &[("paths", "infra dir")]).outputs["sarif-file"], "");
    std::fs::write(runner.workspace().join("infra dir/archlint.json"), "{\"pack\": []}").expect("written");
    let check = runner.step("Check", &[("paths", "infra dir")]);
    assert_eq!(check.outputs["result"], "wrong", "{}", check.printed);
    for name in ["sarif-file", "report-file", "run-file"] {
        assert_eq!(check.outputs[name], "", "{name}");
    }
    assert!(check.printed.contains("did you mean 'packs'?"), "{}", check.printed);
    assert!(check.summary.ends_with("The check could not run: the log of this step says why.\n"), "{}", check.summary);
}

#[test]
fn an_empty_folder_is_not_a_pass() {
    let runner = Runner::new("empty");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    let check = runner.step("Check", &[("paths", "infra dir")]);
    assert_eq!(check.outputs["result"], "nothing", "{}", check.printed);
    assert_eq!(runner.step("Gate", &[("result", "nothing")]).code, 3);
}

/// A `curl` that gives a file of the test, and writes down what it was asked for.
fn fake_curl(runner: &Runner) -> String {
    use std::os::unix::fs::PermissionsExt;
    let tools = runner.folder.join("tools");
    std::fs::create_dir_all(&tools).expect("a folder");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    std::fs::write(runner.folder.join("archlint"), "#!/bin/sh\necho released\n").expect("written");
    let executable = || std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(runner.folder.join("archlint"), executable()).expect("executable");
    let packed = Command::new("tar")
        .current_dir(&runner.folder)
        .args(["-czf", "released.tar.gz", "archlint"])
        .status()
        .expect("tar runs");
    assert!(packed.success());
    let script = format!(
        "#!/usr/bin/env bash\nout=\"\"\nwhile [ $# -gt 0 ]; do case $1 in --output) out=$2; shift ;; http*) echo \"$1\" >> '{0}/asked' ;; esac; shift; done\ncp '{0}/released.tar.gz' \"$out\"\n",
        runner.folder.display()
    );
    std::fs::write(tools.join("curl"), script).expect("written");
    std::fs::set_permissions(tools.join("curl"), executable()).expect("executable");
    let sum = Command::new("sha256sum").arg(runner.folder.join("released.tar.gz")).output().expect("sha256sum runs");
    String::from_utf8_lossy(&sum.stdout).split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn a_released_binary_is_installed_by_its_checksum() {
    let runner = Runner::new("install");
    let sum = fake_curl(&runner);
    let install = runner.step("Install", &[("version", "0.1.0"), ("sha256", &sum)]);
    assert_eq!(install.code, 0, "{}", install.printed);
    let asked = std::fs::read_to_string(runner.folder.join("asked")).expect("curl ran");
    assert!(asked.starts_with("https://github.com/archlint/archlint/releases/download/v0.1.0/archlint-"), "{asked}");
    let path = std::fs::read_to_string(runner.folder.join("path")).expect("the file");
    let installed = PathBuf::from(path.trim()).join("archlint");
    let output = Command::new(installed).output().expect("it runs from the path of the later steps");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "released\n");
}

#[test]
fn without_a_version_it_is_built_from_the_actions_source() {
    use std::os::unix::fs::PermissionsExt;
    let runner = Runner::new("source");
    let tools = runner.folder.join("tools");
    std::fs::create_dir_all(&tools).expect("a folder");
    // A compiler that takes no minute: it must be told the action's own manifest.
    let script = "#!/usr/bin/env bash\nset -e\nwhile [ $# -gt 0 ]; do case $1 in --manifest-path) manifest=$2 ;; --target-dir) target=$2 ;; esac; shift; done\ngrep -q '^name = \"archlint\"' \"$manifest\"\nmkdir -p \"$target/release\"\nprintf '#!/bin/sh\\necho built\\n' > \"$target/release/archlint\"\nchmod +x \"$target/release/archlint\"\n";
    std::fs::write(tools.join("cargo"), script).expect("written");
    std::fs::set_permissions(tools.join("cargo"), std::fs::Permissions::from_mode(0o755)).expect("executable");
    let install = runner.step("Install", &[]);
    assert_eq!(install.code, 0, "{}", install.printed);
    let path = std::fs::read_to_string(runner.folder.join("path")).expect("the file");
    let output = Command::new(PathBuf::from(path.trim()).join("archlint")).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "built\n");
}

#[test]
fn a_wrong_checksum_installs_nothing() {
    let runner = Runner::new("checksum");
    fake_curl(&runner);
    let zeros = "0".repeat(64);
    for sha256 in ["", zeros.as_str()] {
        let install = runner.step("Install", &[("version", "0.1.0"), ("sha256", sha256)]);
        assert_eq!(install.code, 2, "{}", install.printed);
        assert!(install.printed.contains("::error title=archlint::"), "{}", install.printed);
    }
    assert!(!runner.folder.join("temp/archlint-bin/archlint").exists());
    assert_eq!(std::fs::read_to_string(runner.folder.join("path")).expect("the file"), "");
}

#[test]
fn a_pull_request_is_told_what_it_brings_in() {
    let runner = Runner::new("changed");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    copy("examples/lab/main.json", &runner.workspace().join("infra dir/main.json"));
    let git = |arguments: &[&str]| {
        let done = Command::new("git").arg("-C").arg(runner.workspace()).args(arguments).output().expect("git runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "first"]);
    git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let text = std::fs::read_to_string("examples/lab/main.json").expect("the lab");
    let changed = text.replace("\"allowBlobPublicAccess\": true", "\"allowBlobPublicAccess\": false");
    let changed = changed.replacen("\"minimumTlsVersion\": \"TLS1_0\"", "\"supportsHttpsTrafficOnly\": false", 1);
    std::fs::write(runner.workspace().join("infra dir/main.json"), changed).expect("written");
    let inputs = [("paths", "infra dir"), ("packs", "azure-data"), ("changed-only", "true")];
    let mut with_base = inputs.to_vec();
    with_base.push(("GITHUB_BASE_REF", "main"));
    let check = runner.step("Check", &with_base);
    assert_eq!(check.outputs["new"], "2", "{}", check.printed);
    assert!(check.printed.contains("storage-accepts-http"), "{}", check.printed);
    let all: usize = check.outputs["total"].parse().expect("a number");
    assert!(all > 10, "known findings are counted: {all}");
    let runner = Runner::new("pushed");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    copy("examples/lab/main.json", &runner.workspace().join("infra dir/main.json"));
    let check = runner.step("Check", &inputs);
    assert!(check.printed.contains("changed-only holds in pull requests"), "{}", check.printed);
    assert_eq!(check.outputs["new"], check.outputs["total"]);
}

#[test]
fn more_arguments_and_files_of_a_run_are_passed_on() {
    let runner = Runner::new("arguments");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    copy("examples/lab/main.json", &runner.workspace().join("infra dir/main.json"));
    let inputs = [("paths", "infra dir"), ("args", "--exit-zero\n--show\nerror\n"), ("sarif", "out put.sarif")];
    let check = runner.step("Check", &inputs);
    assert_eq!(check.outputs["result"], "passed", "{}", check.printed);
    assert_eq!(check.outputs["sarif-file"], "out put.sarif");
    assert!(runner.workspace().join("out put.sarif").is_file());
    let page = std::fs::read_to_string(&check.outputs["report-file"]).expect("the report");
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(Path::new(&check.outputs["run-file"]).is_file());
    let wrong = runner.step("Check", &[("paths", "infra dir"), ("args", "--no-such-option")]);
    assert_eq!(wrong.outputs["result"], "wrong");
}

#[test]
fn actions_of_others_are_pinned() {
    let text = std::fs::read_to_string("action.yml").expect("action.yml");
    for line in text.lines().filter(|line| line.trim().starts_with("uses:")) {
        let (_, revision) = line.split_once('@').expect("a revision");
        let hash = revision.split(' ').next().unwrap_or_default();
        assert!(hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
        assert!(revision.contains("# v"), "{line} says no version");
    }
    let (upload, gate) = (text.find("- name: Upload SARIF"), text.find("- name: Gate"));
    assert!(upload < gate, "the gate comes last");
}
