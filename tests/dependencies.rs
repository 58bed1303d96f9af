//! The dependency tree stays free of `syn`, but for the build-time macros of `jsonpath-rust`.

use std::process::Command;

#[test]
fn only_the_macros_of_jsonpath_rust_need_syn() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal,build", "--invert", "syn", "--prefix", "depth"])
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Depth 1: what uses syn itself. Whatever leads from there to archlint passes through jsonpath-rust.
    let mut path: Vec<String> = Vec::new();
    let mut ways = 0;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        let depth: usize = line[..digits].parse().expect("a depth");
        let name = line[digits..].split(' ').next().unwrap_or_default().to_owned();
        path.truncate(depth);
        path.push(name.clone());
        if name == "archlint" {
            ways += 1;
            assert!(path.contains(&"jsonpath-rust".to_owned()), "syn comes by {}", path.join(" <- "));
        }
    }
    assert!(ways > 0, "the tree was not understood:\n{text}");
}

#[test]
fn no_source_file_uses_a_derive_crate() {
    let manifest = std::fs::read_to_string("Cargo.toml").expect("the manifest");
    for name in ["serde_derive", "thiserror", "clap_derive", "derive_more", "strum", "features = [\"derive\""] {
        assert!(!manifest.contains(name), "Cargo.toml names {name}");
    }
}
