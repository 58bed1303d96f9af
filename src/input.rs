//! Input files: found by path, folder or standard input, read, and told apart by content.

use crate::arm::template::{self, Kind};
use crate::document::{Parsed, Value, parse_lines, parse_noticing};
use crate::export;
use crate::secrets;
use crate::source::{Location, Source, SourceId, Sources, Span};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file that is read whole, in bytes: spans are 32 bits wide.
pub const MAX_FILE_SIZE: u64 = 1 << 30;

/// A file that was found, not yet read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// As shown: relative as given, forward slashes.
    pub name: String,
    pub path: PathBuf,
    /// Named by the user, not met in a folder.
    pub explicit: bool,
}

/// A file that cannot be used, with the place in it where that shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    pub code: &'static str,
    pub message: String,
    pub at: Option<Location>,
}

/// A read document.
#[derive(Debug)]
pub struct Document {
    pub name: String,
    pub path: PathBuf,
    pub source: SourceId,
    pub kind: Kind,
    pub parsed: Arc<Parsed>,
    pub explicit: bool,
}

impl Document {
    pub fn root(&self) -> &Value {
        &self.parsed.root
    }
}

/// All input files of the paths, in order of name, each once. Folders are walked with their ignore files respected;
/// only names that end in `.json` or `.jsonc` count there. The error names the path that cannot be opened.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    for path in paths {
        let shown = shown(path);
        let data = std::fs::metadata(path).map_err(|error| format!("cannot open {shown}: {}", reason(&error)))?;
        if !data.is_dir() {
            found.push(Found { name: shown, path: path.clone(), explicit: true });
            continue;
        }
        let walk = ignore::WalkBuilder::new(path).require_git(false).hidden(true).sort_by_file_path(Path::cmp).build();
        for entry in walk.flatten() {
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file() || kind.is_symlink());
            let extension = entry.path().extension().and_then(|text| text.to_str()).unwrap_or_default();
            let is_json =
                ["json", "jsonc", "ndjson", "jsonl"].iter().any(|known| known.eq_ignore_ascii_case(extension));
            let is_own = entry.file_name() == crate::config::FILE_NAME;
            if is_file && is_json && !is_own && entry.path().is_file() {
                found.push(Found { name: self::shown(entry.path()), path: entry.into_path(), explicit: false });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name).then(b.explicit.cmp(&a.explicit)));
    found.dedup_by(|a, b| a.name == b.name);
    Ok(found)
}

/// A path as people see it.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./").map_or(text.clone(), str::to_owned)
}

/// The absolute path of a shown name, with forward slashes: the same file has the same one wherever it is named from.
pub fn absolute(name: &str) -> String {
    let path = Path::new(name);
    let full = path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
    full.to_string_lossy().replace('\\', "/")
}

/// What the operating system says, without its numbers.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Its bytes; none where that cannot be told, which reading it will.
pub fn size(found: &Found) -> u64 {
    std::fs::metadata(&found.path).map_or(0, |data| data.len())
}

/// Reads and parses one file.
pub fn read(found: &Found, sources: &Sources) -> Result<Document, Unusable> {
    let plain = |code, message: String| Unusable { code, message, at: None };
    let unreadable = |error: std::io::Error| plain("unreadable", format!("cannot be read: {}", reason(&error)));
    let mut file = File::open(&found.path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size > MAX_FILE_SIZE {
        let message = format!("the file has {size} bytes; files of more than {MAX_FILE_SIZE} are not read");
        return Err(plain("file-too-large", message));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    document(found, bytes, sources)
}

/// Parses the bytes of one file.
pub fn document(found: &Found, bytes: Vec<u8>, sources: &Sources) -> Result<Document, Unusable> {
    let text = decoded(bytes).map_err(|(message, text, at)| {
        let source = sources.add(Source::new(&*found.name, text));
        let span = Span { start: at, end: at };
        Unusable { code: "invalid-encoding", message, at: Some(Location { source, span }) }
    })?;
    let source = sources.add(Source::new(&*found.name, text));
    let held = sources.get(source);
    let parsed = parse_noticing(source, &held.text, secrets::may_be_told)
        .or_else(|error| parse_lines(source, &held.text).ok_or(error));
    let parsed = parsed.map_err(|error| Unusable {
        code: "invalid-json",
        message: error.message,
        at: Some(Location { source, span: error.span }),
    })?;
    let kind = match template::recognise(&parsed.root) {
        Kind::Neither if export::is_export(&parsed.root) => Kind::Export,
        kind => kind,
    };
    Ok(Document {
        name: found.name.clone(),
        path: found.path.clone(),
        source,
        kind,
        parsed: Arc::new(parsed),
        explicit: found.explicit,
    })
}

/// UTF-8, or UTF-16 with a byte order mark (what PowerShell 5 writes). The error has the valid beginning and its length.
fn decoded(bytes: Vec<u8>) -> Result<String, (String, String, u32)> {
    let wide = |convert: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| convert([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map_err(|_| ("the file is not valid UTF-16".to_owned(), String::new(), 0))
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => return wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => return wide(u16::from_be_bytes),
        _ => {}
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        ("the file is not valid UTF-8 from here on".to_owned(), text, valid as u32)
    })
}

/// Reads a template that another links by relative path.
pub fn read_linked(base: &Path, relative: &str, sources: &Sources) -> Option<Result<Document, String>> {
    let path = base.parent()?.join(relative);
    if !path.is_file() {
        return None;
    }
    let found = Found { name: shown(&path), path, explicit: false };
    let unusable = |one: Unusable| format!("the linked file '{}' cannot be used: {}", found.name, one.message);
    Some(read(&found, sources).map_err(unusable))
}
