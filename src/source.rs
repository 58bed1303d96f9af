//! Source texts by number, and byte offset to line and column.
//! Input: names and UTF-8 text. Output: [`Sources`]. Knows nothing of JSON.

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
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into().replace('\\', "/"), text: text.into(), line_starts: OnceLock::new(), path: None }
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
        let Some(path) = &source.path else { return source };
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

    /// The name of the text with that number, without reading it again.
    pub fn name(&self, id: SourceId) -> String {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        list.get(id.0 as usize).map(|source| source.name.clone()).unwrap_or_default()
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
            });
        }
    }
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
