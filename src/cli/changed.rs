//! `--changed-since REF`: what stands in the working tree and not at a git revision.

use super::Refused;
use crate::baseline;
use crate::check::{Known, Run, Suppression, matches_pattern};
use crate::input::{self, Found};
use crate::policy::Packs;
use crate::session::{CheckRequest, check};
use crate::source::Sources;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Checks the working tree; findings that the revision has as well are marked as known.
pub fn check_since(reference: &str, request: CheckRequest, packs: &Packs, sources: &Sources) -> Result<Run, Refused> {
    let mut run = check(&request, packs, sources);
    let folder = Extracted::new()?;
    let Before { found, top, renamed } = before(reference, &request.found, &folder.0)?;
    let earlier = CheckRequest { found, today: None, ..request };
    let old = Sources::new();
    let then = check(&earlier, packs, &old);
    // The files of the revision stand in a folder of their own; by their place in the repository they are the same.
    let extracted = input::absolute(&folder.0.to_string_lossy());
    let top = input::absolute(&top.to_string_lossy());
    let known = baseline::of(&then, &|id| {
        let file = input::absolute(&old.name(id));
        let Some(rest) = file.strip_prefix(&extracted) else { return file };
        let name = rest.trim_start_matches('/');
        let now = renamed.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new);
        format!("{top}/{now}")
    });
    let file = |id| input::absolute(&sources.name(id));
    for outcome in run.outcomes.iter_mut().filter(|outcome| outcome.suppressed.is_none()) {
        if known.contains(&Known::by(outcome, file(outcome.subject.at.source))) {
            outcome.suppressed = Some(Suppression {
                kind: "baseline",
                reason: format!("was there at {reference}"),
                owner: None,
                ticket: None,
                expires: None,
            });
        }
    }
    Ok(run)
}

/// A folder of our own that is removed at the end.
struct Extracted(PathBuf);

impl Extracted {
    fn new() -> Result<Self, Refused> {
        let path = std::env::temp_dir().join(format!("archlint-since-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| format!("cannot make {}: {error}", path.display()))?;
        Ok(Extracted(path))
    }
}

impl Drop for Extracted {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, Refused> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(Refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(output.stdout)
}

/// The files of a run as they were at a revision.
#[derive(Default)]
struct Before {
    found: Vec<Found>,
    /// The repository's root.
    top: PathBuf,
    /// Old and new names, from the root.
    renamed: Vec<(String, String)>,
}

/// Files that have another name now.
fn renames(reference: &str, top: &Path) -> Result<Vec<(String, String)>, Refused> {
    let listed =
        git(top, &["diff", "--name-status", "-z", "--find-renames", "--diff-filter=R", "--end-of-options", reference])?;
    let words: Vec<String> =
        listed.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    // How alike they are, the old name, the new one.
    Ok(words.chunks_exact(3).map(|three| (three[1].clone(), three[2].clone())).collect())
}

/// The files of a revision, all from one process.
fn contents(reference: &str, top: &Path, names: &[&str]) -> Result<Vec<Vec<u8>>, Refused> {
    let wrong = |error: std::io::Error| Refused(format!("git cannot be run: {error}"));
    let mut git = Command::new("git")
        .arg("-C")
        .arg(top)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(wrong)?;
    let asked: String = names.iter().map(|name| format!("{reference}:{name}\n")).collect();
    let stdin = git.stdin.take();
    // Asked from a thread of its own: what git answers must be read meanwhile.
    let asking = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(asked.as_bytes())));
    let answered = git.wait_with_output().map_err(wrong)?.stdout;
    // A git that stopped reading has told nothing for the rest, and that is met below.
    let _ = asking.join();
    let mut rest = answered.as_slice();
    let mut files = Vec::with_capacity(names.len());
    for name in names {
        // `<hash> blob <size>`, the bytes, a line end.
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size = head.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok());
        let start = (end + 1).min(rest.len());
        let file = size.and_then(|size| rest.get(start..start + size));
        let file = file.ok_or_else(|| Refused(format!("git has no {reference}:{name}: {head}")))?;
        files.push(file.to_vec());
        rest = rest.get(start + file.len() + 1..).unwrap_or_default();
    }
    Ok(files)
}

/// The same files as they were, with all JSON beside them (linked templates, parameter files), below `target`.
fn before(reference: &str, found: &[Found], target: &Path) -> Result<Before, Refused> {
    let Some(first) = found.first() else { return Ok(Before::default()) };
    let beside = first.path.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let top = String::from_utf8_lossy(&git(beside, &["rev-parse", "--show-toplevel"])?).trim().to_owned();
    let top = Path::new(&top);
    let listed = git(top, &["ls-tree", "-r", "-z", "--name-only", "--end-of-options", reference])?;
    let names: Vec<String> =
        listed.split(|byte| *byte == 0).map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let renamed = renames(reference, top)?;
    let mut wanted: Vec<PathBuf> = found
        .iter()
        .filter_map(|one| one.path.canonicalize().ok()?.strip_prefix(top).ok().map(Path::to_owned))
        .collect();
    let old_names = renamed.iter().filter(|(_, new)| wanted.iter().any(|one| one == Path::new(new)));
    let old_names: Vec<PathBuf> = old_names.map(|(old, _)| PathBuf::from(old)).collect();
    wanted.extend(old_names);
    let folders: Vec<&Path> = wanted.iter().filter_map(|path| path.parent()).collect();
    // git is asked for one name a line.
    let is_json =
        |name: &&String| (matches_pattern("*.json", name) || matches_pattern("*.jsonc", name)) && !name.contains('\n');
    let near = |name: &&String| folders.iter().any(|folder| Path::new(name.as_str()).starts_with(folder));
    let needed: Vec<&str> = names.iter().filter(is_json).filter(near).map(String::as_str).collect();
    let mut earlier = Vec::new();
    for (name, bytes) in needed.iter().zip(contents(reference, top, &needed)?) {
        let path = Path::new(name);
        let file = target.join(path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        }
        std::fs::write(&file, bytes).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        if wanted.iter().any(|one| one == path) {
            earlier.push(Found { name: input::shown(&file), path: file, explicit: false });
        }
    }
    Ok(Before { found: earlier, top: top.to_owned(), renamed })
}
