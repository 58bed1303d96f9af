//! Any bytes as an export that is too large to be held: split into blocks, scanned and judged as a stream. No input may
//! crash it.
#![no_main]

use archlint::input::Found;
use archlint::policy::{Overrides, Packs, embedded, load};
use archlint::session::{CheckRequest, check};
use archlint::source::Sources;
use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;
use std::sync::OnceLock;

fuzz_target!(|data: &[u8]| {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    let packs = PACKS.get_or_init(|| load(&embedded(), &|_| true, &Overrides::default(), &Sources::new()));
    let path: PathBuf = std::env::temp_dir().join(format!("archlint-fuzz-{}.json", std::process::id()));
    if std::fs::write(&path, data).is_err() {
        return;
    }
    let found = vec![Found { name: "export.json".to_owned(), path, explicit: true }];
    check(&CheckRequest { found, threads: 1, streamed_from: Some(0), ..CheckRequest::default() }, packs, &Sources::new());
});
