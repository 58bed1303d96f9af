//! How long a check takes, as ratios to what `serde_json` needs to parse the same bytes, both measured in this run.
//!
//! `cargo bench --bench speed`; reads the AVM part of `../shared/corpus`. `-- PART` measures only the rows whose label
//! contains PART (for a profiler), and the base.

use archlint::input::{self, Found};
use archlint::policy::{Overrides, Packs, embedded, load};
use archlint::session::{CheckRequest, check, on_big_stack};
use archlint::source::Sources;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;

/// The shortest of several rounds.
fn shortest(mut work: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed());
    }
    best
}

fn packs(wanted: &[&str]) -> (Packs, Sources) {
    let sources = Sources::new();
    let packs = load(&embedded(), &|name| wanted.contains(&name), &Overrides::default(), &sources);
    (packs, sources)
}

fn templates(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            templates(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            into.push(path);
        }
    }
}

fn measure() {
    let mut files = Vec::new();
    templates(Path::new("../shared/corpus/avm"), &mut files);
    files.sort();
    if files.is_empty() {
        println!("skipped: ../shared/corpus/avm is not here");
        return;
    }
    let texts: Vec<String> = files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} files, {:.1} MB, {} rounds each, shortest counts", files.len(), bytes as f64 / 1e6, ROUNDS);
    let base = shortest(|| {
        for text in &texts {
            std::hint::black_box(serde_json::from_str::<serde_json::Value>(text).ok());
        }
    });
    println!("serde_json to Value, one thread      {:8.1} ms   1.00", base.as_secs_f64() * 1e3);
    let found: Vec<Found> =
        files.iter().map(|path| Found { name: input::shown(path), path: path.clone(), explicit: false }).collect();
    let part = std::env::args().skip(1).find(|word| !word.starts_with("--")).unwrap_or_default();
    let report = |label: &str, took: Duration| {
        println!("{label:36} {:8.1} ms   {:.2}", took.as_secs_f64() * 1e3, took.as_secs_f64() / base.as_secs_f64());
    };
    if "our parser, one thread".contains(&part) {
        report(
            "our parser, one thread",
            shortest(|| {
                for text in &texts {
                    std::hint::black_box(archlint::document::parse(archlint::source::SourceId(0), text).ok());
                }
            }),
        );
    }
    for (label, names, threads) in [
        ("expansion, no rules, 1 thread", &[][..], 1),
        ("expansion, no rules, 2 threads", &[][..], 2),
        ("techmart and azure-data, 1 thread", &["techmart", "azure-data"][..], 1),
        ("techmart, 2 threads", &["techmart"][..], 2),
        ("azure-data, 2 threads", &["azure-data"][..], 2),
        ("techmart and azure-data, 2 threads", &["techmart", "azure-data"][..], 2),
    ] {
        if !label.contains(&part) {
            continue;
        }
        let (packs, _) = packs(names);
        let took = shortest(|| {
            let request = CheckRequest { found: found.clone(), threads, ..CheckRequest::default() };
            std::hint::black_box(check(&request, &packs, &Sources::new()));
        });
        report(label, took);
    }
    let load_time = shortest(|| {
        std::hint::black_box(packs(&["techmart", "azure-data"]));
    });
    println!("loading all packs                    {:8.2} ms", load_time.as_secs_f64() * 1e3);
}

fn main() {
    if let Err(error) = on_big_stack(measure) {
        println!("failed: {error}");
    }
}
