//! Embeds the rule packs: every JSON file under `rules/` as `(path, text)`, sorted by path. What pages and
//! controls say stays out: it is for those who change rules and who read reports.
//! The folder is the registry, so adding a rule touches no Rust.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let rules = root.join("rules");
    println!("cargo:rerun-if-changed=rules");
    let mut files = Vec::new();
    collect(&rules, &mut files)?;
    files.retain(|file| ["sources.json", "controls.json"].iter().all(|name| *file != rules.join(name)));
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&rules).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let _ = writeln!(table, "    ({name:?}, include_str!({:?}), {:?}),", file.display(), without_tests(file)?);
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("embedded_rules.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// The file's JSON on one line, without the tests that a check does not run. What is not JSON stays as it is, and is
/// told when the rules are read.
fn without_tests(file: &Path) -> io::Result<String> {
    let text = fs::read_to_string(file)?;
    Ok(match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(mut root) => {
            if let Some(members) = root.as_object_mut() {
                members.remove("tests");
            }
            root.to_string()
        }
        Err(_) => text,
    })
}
