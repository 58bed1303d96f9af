//! How long the export of a large estate takes to check, and how much memory, as ratios to what `serde_json` needs to
//! parse the whole file.
//!
//! `cargo bench --bench estate`, or `-- COUNT` for another number of resources than 500,000; `-- write COUNT FILE` only
//! writes an estate (as lines when the name ends in `.ndjson`). Peak memory is that of a
//! process of its own, as Linux tells it.

mod generate;

use generate::Form;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const COUNT: usize = 500_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [mode, file] = words.as_slice()
        && mode == "serde"
    {
        return whole(Path::new(file));
    }
    if let [mode, count, file] = words.as_slice()
        && mode == "write"
    {
        let form = if file.ends_with(".ndjson") { Form::Lines } else { Form::Array };
        let written = File::create(file)
            .and_then(|out| generate::write(count.parse().unwrap_or(COUNT), form, &mut BufWriter::new(out)));
        return written.unwrap_or_else(|error| println!("failed: {error}"));
    }
    let count = words.first().and_then(|word| word.parse().ok()).unwrap_or(COUNT);
    let folder = std::env::temp_dir().join(format!("archlint-estate-{}", std::process::id()));
    if let Err(error) = measure(count, &folder) {
        println!("failed: {error}");
    }
    // Hundreds of megabytes: nothing is left behind.
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        println!("{} is left: {error}", folder.display());
    }
}

/// Parses the whole file with `serde_json`.
fn whole(file: &Path) {
    let text = std::fs::read(file).unwrap_or_default();
    let values = serde_json::Deserializer::from_slice(&text).into_iter::<serde_json::Value>();
    let values: Vec<_> = values.map_while(Result::ok).collect();
    // As a program that exits does: nothing is taken apart.
    std::mem::forget(std::hint::black_box(values));
}

fn measure(count: usize, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let own = std::env::current_exe()?;
    let archlint = env!("CARGO_BIN_EXE_archlint");
    for (name, form) in [("array.json", Form::Array), ("lines.ndjson", Form::Lines)] {
        let file = folder.join(name);
        let mut out = BufWriter::new(File::create(&file)?);
        generate::write(count, form, &mut out)?;
        drop(out);
        let size = std::fs::metadata(&file)?.len();
        println!("{name}: {count} resources, {:.0} MB", size as f64 / 1e6);
        let base = timed(Command::new(&own).arg("serde").arg(&file))?;
        println!("  serde_json to Value, one thread   {}   1.00", base.shown());
        for threads in ["1", "2"] {
            let check = timed(
                Command::new(archlint)
                    .args(["check", "--no-config", "--fail-on", "never", "--jobs", threads])
                    .arg(&file),
            )?;
            let ratio = check.wall.as_secs_f64() / base.wall.as_secs_f64();
            println!("  archlint check, {threads} threads          {}   {ratio:.2}", check.shown());
        }
        std::fs::remove_file(&file)?;
    }
    Ok(())
}

struct Took {
    wall: Duration,
    /// Peak resident memory in KiB; 0 where the system does not tell.
    peak: u64,
}

impl Took {
    fn shown(&self) -> String {
        format!("{:7.2} s {:7.0} MiB", self.wall.as_secs_f64(), self.peak as f64 / 1024.0)
    }
}

/// Runs a command to its end, watching its memory.
fn timed(command: &mut Command) -> std::io::Result<Took> {
    let start = Instant::now();
    let mut child = command.stdout(std::process::Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default());
        if child.try_wait()?.is_some() {
            return Ok(Took { wall: start.elapsed(), peak });
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
