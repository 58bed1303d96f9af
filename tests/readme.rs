//! The README shows what the program prints: each `console` block is a command with its output.

use assert_cmd::Command;

#[test]
fn the_console_blocks_are_true() {
    let text = std::fs::read_to_string("README.md").expect("the README");
    let mut made = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut blocks = 0;
    while let Some((before, after)) = rest.split_once("```console\n$ ") {
        let (block, tail) = after.split_once("```").expect("the block has an end");
        let command = block.lines().next().unwrap_or_default();
        let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
        assert!(command.starts_with("archlint "), "{command}");
        let output = Command::cargo_bin("archlint").expect("the program").args(&arguments).output().expect("it runs");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        made.push_str(before);
        made.push_str(&format!("```console\n$ {command}\n{}```", String::from_utf8_lossy(&output.stdout)));
        rest = tail;
        blocks += 1;
    }
    made.push_str(rest);
    assert!(blocks >= 2, "only {blocks} blocks");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write("README.md", &made).expect("written");
    } else {
        assert!(text == made, "the README is stale: UPDATE_SNAPSHOTS=1 cargo test --test readme makes it anew");
    }
}
