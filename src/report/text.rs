//! Source texts for reports, secrets masked.

use crate::check::Run;
use crate::document::parse;
use crate::secrets;
use crate::source::{LineColumn, Location, Source, SourceId, Sources};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// The places of literal secrets in a text, as far as it can be read.
fn places(source: SourceId, text: &str) -> Vec<Location> {
    parse(source, text).map(|parsed| secrets::places(&parsed.root)).unwrap_or_default()
}

/// Texts as a report may show them.
pub struct Texts<'r> {
    sources: &'r Sources,
    /// Places that rules found to be secrets.
    told: HashMap<SourceId, Vec<Location>>,
    masked: RefCell<HashMap<SourceId, Arc<Source>>>,
}

impl<'r> Texts<'r> {
    pub fn new(run: &Run, sources: &'r Sources) -> Self {
        let mut told: HashMap<SourceId, Vec<Location>> = HashMap::new();
        for at in &run.secrets {
            told.entry(at.source).or_default().push(*at);
        }
        Texts { sources, told, masked: RefCell::default() }
    }

    /// The source with its secrets replaced by asterisks of the same length, so that spans still hold.
    pub fn get(&self, id: SourceId) -> Arc<Source> {
        let mut masked = self.masked.borrow_mut();
        let made = masked.entry(id).or_insert_with(|| {
            let source = self.sources.get(id);
            // Only texts that are shown are looked through: most of a large input never is.
            let mut secrets = places(id, &source.text);
            secrets.extend(self.told.get(&id).into_iter().flatten());
            if secrets.is_empty() {
                return source;
            }
            let mut bytes = source.text.clone().into_bytes();
            for at in secrets {
                let (start, end) = (at.span.start as usize, (at.span.end as usize).min(source.text.len()));
                if start < end {
                    // Quotes stay, so that the text still reads as JSON.
                    let quoted = end - start >= 2 && bytes[start] == b'"' && bytes[end - 1] == b'"';
                    let inner = if quoted { start + 1..end - 1 } else { start..end };
                    bytes[inner].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'*');
                }
            }
            let text = String::from_utf8(bytes).unwrap_or_default();
            Arc::new(Source::new(source.name.clone(), text))
        });
        made.clone()
    }

    /// Name, line and column of a place.
    pub fn place(&self, at: Location) -> (String, LineColumn) {
        let source = self.sources.get(at.source);
        (source.name.clone(), source.line_column(at.span.start))
    }

    /// Line and column behind the last character of a place.
    pub fn end(&self, at: Location) -> LineColumn {
        self.sources.get(at.source).line_column(at.span.end)
    }
}
