//! Source texts for reports, secrets masked.

use crate::check::Run;
use crate::document::{parse, parse_lines, parse_part};
use crate::secrets;
use crate::source::{LineColumn, Location, Source, SourceId, Sources, Span, Window};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// The places of literal secrets in a text; where it cannot be read, of what may be one.
fn places(source: SourceId, text: &str) -> Vec<Location> {
    match parse(source, text).ok().or_else(|| parse_lines(source, text)) {
        Some(parsed) => secrets::places(&parsed.root),
        None => suspects(source, text),
    }
}

fn suspects(source: SourceId, text: &str) -> Vec<Location> {
    secrets::spans(text).into_iter().map(|span| Location { source, span }).collect()
}

/// Texts as a report may show them.
pub struct Texts<'r> {
    sources: &'r Sources,
    /// Places that rules found to be secrets.
    told: HashMap<SourceId, Vec<Location>>,
    masked: RefCell<HashMap<SourceId, Arc<Source>>>,
    /// The texts hold no secret: they are shown as they are.
    as_they_are: bool,
}

impl<'r> Texts<'r> {
    pub fn new(run: &Run, sources: &'r Sources) -> Self {
        let mut told: HashMap<SourceId, Vec<Location>> = HashMap::new();
        for at in &run.secrets {
            told.entry(at.source).or_default().push(*at);
        }
        Texts { sources, told, masked: RefCell::default(), as_they_are: run.is_masked }
    }

    /// The source with its secrets replaced by asterisks of the same length, so that spans still hold.
    pub fn get(&self, id: SourceId) -> Arc<Source> {
        if self.as_they_are {
            return self.sources.get(id);
        }
        let mut masked = self.masked.borrow_mut();
        let made = masked.entry(id).or_insert_with(|| {
            let source = self.sources.get(id);
            // Only texts that are shown are looked through: most of a large input never is.
            let mut secrets = places(id, &source.text);
            secrets.extend(self.told.get(&id).into_iter().flatten());
            if secrets.is_empty() {
                return source;
            }
            masked_text(&source, &secrets)
        });
        made.clone()
    }

    /// What can be shown around a place, secrets replaced.
    pub fn window(&self, at: Location) -> Window {
        let window = self.sources.window(at);
        if self.sources.large_path(at.source).is_none() {
            return Window { source: self.get(at.source), ..window };
        }
        // Its items begin behind the comma or bracket that ends the one before.
        let text = &window.source.text;
        let mut secrets = Vec::new();
        let mut from = 0;
        while let Some(start) = text[from..].find('{').map(|at| from + at) {
            match parse_part(at.source, &text[start..], start as u32) {
                Ok(item) => {
                    secrets.extend(secrets::places(&item));
                    from = item.at.span.end as usize;
                }
                Err(_) => {
                    secrets.extend(suspects(at.source, text));
                    break;
                }
            }
        }
        for told in self.told.get(&at.source).into_iter().flatten() {
            let range = window.range(told.span);
            secrets.push(Location { span: Span { start: range.start as u32, end: range.end as u32 }, ..*told });
        }
        Window { source: masked_text(&window.source, &secrets), ..window }
    }
    /// Name, line and column of a place.
    pub fn place(&self, at: Location) -> (String, LineColumn) {
        let window = self.sources.window(at);
        (window.source.name.clone(), window.line_column(at.span.start))
    }

    /// Line and column behind the last character of a place.
    pub fn end(&self, at: Location) -> LineColumn {
        self.sources.window(at).line_column(at.span.end)
    }
}

/// The text with asterisks of the same length in place of secrets, so that spans still hold.
fn masked_text(source: &Arc<Source>, secrets: &[Location]) -> Arc<Source> {
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
}
