//! Source texts by number, and byte offset to line and column.
//! Input: names and UTF-8 text. Output: [`Sources`]. Knows nothing of JSON.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// Number of a source text in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SourceId(pub u32);

/// A half-open byte range in one source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

/// A place in a source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Location {
    pub source: SourceId,
    pub span: Span,
}

/// Line and column, both from 1; the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: usize,
    pub column: usize,
}

/// One text with the name it is shown by (forward slashes).
#[derive(Debug)]
pub struct Source {
    pub name: String,
    pub text: String,
    line_starts: OnceLock<Vec<u32>>,
    /// Where the text can be read again after it was let go.
    path: Option<PathBuf>,
    /// Of a text that is never held whole.
    marks: Option<Marks>,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into().replace('\\', "/"),
            text: text.into(),
            line_starts: OnceLock::new(),
            path: None,
            marks: None,
        }
    }

    /// A text that is too large to hold: parts of it are read when they are asked for.
    pub fn large(name: impl Into<String>, path: &Path, marks: Marks) -> Self {
        Self { path: Some(path.to_owned()), marks: Some(marks), ..Self::new(name, "") }
    }

    /// Byte offsets at which lines start; built on first use, since most files have no finding.
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let mut starts = vec![0];
            starts.extend(memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1));
            starts
        })
    }

    /// Line and column of a byte offset; an offset past the end gives the end.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let offset = (offset as usize).min(self.text.len());
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= offset);
        let start = starts[line - 1] as usize;
        let column = self.text.get(start..offset).map_or(offset - start, |text| text.chars().count());
        LineColumn { line, column: column + 1 }
    }

    /// The text of a span; empty where the span does not lie in the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// Where the items of a text too large to hold begin, and how many line breaks stand before each.
#[derive(Debug, Default)]
pub struct Marks {
    pub starts: Vec<u32>,
    pub lines: Vec<u32>,
}

/// A part of a text around a place: all of it, or one item of a large one.
#[derive(Clone, Debug)]
pub struct Window {
    pub source: Arc<Source>,
    /// Where the part begins in the text; always at the beginning of a line.
    pub offset: u32,
    /// Line breaks before it.
    pub line: usize,
}

impl Window {
    /// Line and column of an offset in the whole text.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let at = self.source.line_column(offset.saturating_sub(self.offset));
        LineColumn { line: at.line + self.line, column: at.column }
    }

    /// A place in the whole text as a range in this part.
    pub fn range(&self, span: Span) -> std::ops::Range<usize> {
        span.start.saturating_sub(self.offset) as usize..span.end.saturating_sub(self.offset) as usize
    }
}

/// All source texts of a run. Adding is thread-safe; a number, once given, stays valid.
#[derive(Debug, Default)]
pub struct Sources {
    list: RwLock<Vec<Arc<Source>>>,
    /// The text that was read again last: reports go through places file by file.
    reread: Mutex<Option<(SourceId, Arc<Source>)>>,
}

impl Sources {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and gives its number.
    pub fn add(&self, source: Source) -> SourceId {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        list.push(Arc::new(source));
        SourceId(list.len() as u32 - 1)
    }

    /// The numbers of all texts.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> {
        let count = self.list.read().unwrap_or_else(PoisonError::into_inner).len();
        (0..count as u32).map(SourceId)
    }

    /// The text with that number; an empty, nameless one where there is none.
    pub fn get(&self, id: SourceId) -> Arc<Source> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let Some(source) = list.get(id.0 as usize).cloned() else { return Arc::new(Source::new("", "")) };
        drop(list);
        let (Some(path), None) = (&source.path, &source.marks) else { return source };
        let mut reread = self.reread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((last, text)) = &*reread
            && *last == id
        {
            return text.clone();
        }
        // A file that has gone since shows no lines; its findings stay.
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let read = Arc::new(Source::new(source.name.clone(), text));
        *reread = Some((id, read.clone()));
        read
    }

    /// What can be shown around a place.
    pub fn window(&self, at: Location) -> Window {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let large = list.get(at.source.0 as usize).filter(|source| source.marks.is_some()).cloned();
        drop(list);
        match large.as_ref().and_then(|source| window(source, at.span.start)) {
            Some(window) => window,
            None => Window { source: self.get(at.source), offset: 0, line: 0 },
        }
    }

    /// Where the text with that number can be read, when it is too large to hold.
    pub fn large_path(&self, id: SourceId) -> Option<PathBuf> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        list.get(id.0 as usize).filter(|source| source.marks.is_some()).and_then(|source| source.path.clone())
    }

    /// The name of the text with that number, without reading it again.
    pub fn name(&self, id: SourceId) -> String {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        list.get(id.0 as usize).map(|source| source.name.clone()).unwrap_or_default()
    }

    /// For each source its rank among all in the order of their names; those with one name have one rank.
    pub fn ranks(&self) -> Vec<usize> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let mut order: Vec<usize> = (0..list.len()).collect();
        order.sort_by(|&a, &b| list[a].name.cmp(&list[b].name));
        let mut ranks = vec![0; list.len()];
        for pair in order.windows(2) {
            let is_next = list[pair[0]].name != list[pair[1]].name;
            ranks[pair[1]] = ranks[pair[0]] + usize::from(is_next);
        }
        ranks
    }

    /// Lets a text go that can be read again from `path`, so that memory does not grow with the number of files.
    pub fn release(&self, id: SourceId, path: &Path) {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = list.get_mut(id.0 as usize) {
            let name = source.name.clone();
            *source = Arc::new(Source {
                name,
                text: String::new(),
                line_starts: OnceLock::new(),
                path: Some(path.to_owned()),
                marks: None,
            });
        }
    }
}

/// Bytes before an item in which the beginning of its line is looked for.
const LINE_HEAD: u64 = 4096;

/// The item of a large text in which an offset lies, from the beginning of its first line.
fn window(source: &Source, offset: u32) -> Option<Window> {
    let (marks, path) = (source.marks.as_ref()?, source.path.as_ref()?);
    let item = marks.starts.partition_point(|start| *start <= offset).checked_sub(1)?;
    let start = u64::from(marks.starts[item]);
    let head = start.saturating_sub(LINE_HEAD);
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(head)).ok()?;
    let mut bytes = Vec::new();
    match marks.starts.get(item + 1) {
        Some(next) => file.take(u64::from(*next) - head).read_to_end(&mut bytes).ok()?,
        None => file.read_to_end(&mut bytes).ok()?,
    };
    let before = (start - head) as usize;
    let line = memchr::memrchr(b'\n', bytes.get(..before)?).map_or(0, |found| found + 1);
    let text = String::from_utf8_lossy(&bytes[line..]).into_owned();
    let source = Arc::new(Source::new(source.name.clone(), text));
    Some(Window { source, offset: head as u32 + line as u32, line: marks.lines[item] as usize })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_and_column_count_from_one_and_in_characters() {
        let source = Source::new("a\\b.json", "ä\n\"x\"");
        assert_eq!(source.name, "a/b.json");
        assert_eq!(source.line_column(0), LineColumn { line: 1, column: 1 });
        assert_eq!(source.line_column(2), LineColumn { line: 1, column: 2 });
        assert_eq!(source.line_column(3), LineColumn { line: 2, column: 1 });
        assert_eq!(source.line_column(99), LineColumn { line: 2, column: 4 });
    }
}
