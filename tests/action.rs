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
        let path =
            format!("{}:{}", program.parent().expect("a folder").display(), std::env::var("PATH").unwrap_or_default());
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
fn an_empty_folder_is_not_a_pass() {
    let runner = Runner::new("empty");
    std::fs::create_dir_all(runner.folder.join("temp")).expect("a folder");
    let check = runner.step("Check", &[("paths", "infra dir")]);
    assert_eq!(check.outputs["result"], "nothing", "{}", check.printed);
    assert_eq!(runner.step("Gate", &[("result", "nothing")]).code, 3);
}
