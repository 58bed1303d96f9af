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

const ROUNDS: usize = 9;

/// A row of the table: what is measured, and the shortest time of all rounds.
struct Row<'w> {
    label: String,
    work: Box<dyn FnMut() + 'w>,
    best: Duration,
}

impl<'w> Row<'w> {
    fn new(label: &str, work: impl FnMut() + 'w) -> Self {
        Row { label: label.to_owned(), work: Box::new(work), best: Duration::MAX }
    }
}

/// Measures all rows round by round, so that a machine that gets slower does so for each of them.
fn measured(rows: &mut [Row]) {
    for _ in 0..ROUNDS {
        for row in rows.iter_mut() {
            let start = Instant::now();
            (row.work)();
            row.best = row.best.min(start.elapsed());
        }
    }
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
    let found: Vec<Found> =
        files.iter().map(|path| Found { name: input::shown(path), path: path.clone(), explicit: false }).collect();
    let part = std::env::args().skip(1).find(|word| !word.starts_with("--")).unwrap_or_default();
    let mut rows = vec![Row::new("serde_json to Value, one thread", || {
        for text in &texts {
            std::hint::black_box(serde_json::from_str::<serde_json::Value>(text).ok());
        }
    })];
    if "our parser, one thread".contains(&part) {
        rows.push(Row::new("our parser, one thread", || {
            for text in &texts {
                std::hint::black_box(archlint::document::parse(archlint::source::SourceId(0), text).ok());
            }
        }));
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
        let found = &found;
        rows.push(Row::new(label, move || {
            let request = CheckRequest { found: found.clone(), threads, ..CheckRequest::default() };
            std::hint::black_box(check(&request, &packs, &Sources::new()));
        }));
    }
    measured(&mut rows);
    let base = rows[0].best;
    let ratio = |of: Duration, to: Duration| of.as_secs_f64() / to.as_secs_f64();
    for row in &rows {
        println!("{:36} {:8.1} ms   {:.2}", row.label, row.best.as_secs_f64() * 1e3, ratio(row.best, base));
    }
    let of = |label: &str| rows.iter().find(|row| row.label == label).map(|row| row.best);
    if let (Some(both), Some(one)) = (of("techmart and azure-data, 2 threads"), of("techmart, 2 threads")) {
        println!("cost of breadth: both packs over techmart alone    {:.2}", ratio(both, one));
    }
    let mut loading = [Row::new("loading all packs", || {
        std::hint::black_box(packs(&["techmart", "azure-data"]));
    })];
    measured(&mut loading);
    println!("{:36} {:8.2} ms", loading[0].label, loading[0].best.as_secs_f64() * 1e3);
}

fn main() {
    if let Err(error) = on_big_stack(measure) {
        println!("failed: {error}");
    }
}
