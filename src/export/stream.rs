//! Exports that are too large to be held: their resources are found in one pass over the text, and each is read again
//! when it is asked for.

use super::envelope::TOKENS;
use super::{Conflict, Notice, lift, merge, type_of};
use crate::document::{SyntaxError, Value, parse_part};
use crate::estate::{Builder, Catalogue, Identity, Index, InputKind, Presence, Resource, Supply, ids_in, texts};
use crate::source::{Location, Marks, SourceId, Span};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are read together.
const BLOCK: usize = 4 << 20;

/// Bytes at the beginning of a file by which it is told whether it can be read so.
const HEAD: usize = 64 << 10;

/// How a file holds its resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One array, or an envelope around one, which begins here.
    Array(usize),
    /// One object after the other.
    Lines,
}

/// How a file holds resources, when its beginning is that of an export with many.
pub fn layout(path: &Path) -> Option<Layout> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(path).ok()?.take(HEAD as u64).read_to_end(&mut head).ok()?;
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte))?;
    let (layout, first) = match head[start] {
        b'[' => (Layout::Array(start + 1), start + 1),
        b'{' => match list_in_envelope(&head[start..]) {
            Some(at) => (Layout::Array(start + at), start + at),
            None => (Layout::Lines, start),
        },
        _ => return None,
    };
    let item = first + head[first..].iter().position(|byte| !byte.is_ascii_whitespace())?;
    let end = item + end_of_object(&head[item..])?;
    let (id, _) = identity(&head[item..end]);
    // A file with one object is not large for the number of its resources.
    let has_more = end < head.len() || layout != Layout::Lines;
    (has_more && id.is_some_and(is_id)).then_some(layout)
}

/// Where the items of `data` or `value` begin, when the text is that of an object around such a list.
fn list_in_envelope(text: &[u8]) -> Option<usize> {
    let mut members = Members::new(text);
    while let Some((key, value)) = members.next_key() {
        if (key == b"data" || key == b"value") && text.get(value) == Some(&b'[') {
            return Some(value + 1);
        }
        if key.eq_ignore_ascii_case(b"id") {
            return None;
        }
        members.skip_value(value)?;
    }
    None
}

fn is_id(text: &str) -> bool {
    ["/subscriptions/", "/providers/"]
        .iter()
        .any(|head| text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head)))
}

/// Where the envelope around a list says that there is more of it, and whether it is that of a query.
pub fn rest(path: &Path, layout: Layout) -> Option<(Span, bool)> {
    const TAIL: u64 = 16 << 10;
    let Layout::Array(start) = layout else { return None };
    let mut file = File::open(path).ok()?;
    let mut head = vec![0; start];
    file.read_exact(&mut head).ok()?;
    let size = file.metadata().ok()?.len();
    let from = size.saturating_sub(TAIL).max(start as u64);
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    // The envelope goes on behind the end of the list.
    let end = memchr::memrchr(b']', &tail)?;
    let is_query = memchr::memmem::find(&head, b"\"data\"").is_some();
    let parts = [(0, &head[..]), (from + end as u64, &tail[end..])];
    let found = parts.into_iter().find_map(|(base, text)| Some(base + token(text)? as u64))?;
    let start = u32::try_from(found).ok()?;
    Some((Span { start, end: start + 1 }, is_query))
}

/// Where a member stands that has a token for the rest of a list.
fn token(text: &[u8]) -> Option<usize> {
    TOKENS.iter().find_map(|name| {
        let key = format!("\"{name}\"");
        let at = memchr::memmem::find(text, key.as_bytes())?;
        let value: Vec<u8> =
            text[at + key.len()..].iter().copied().filter(|byte| !b" \n\r\t:".contains(byte)).take(2).collect();
        (value.first() == Some(&b'"') && value.get(1) != Some(&b'"')).then_some(at)
    })
}

/// Length of the object that a text begins with; nothing when its end is not in it.
fn end_of_object(text: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    loop {
        match *text.get(at)? {
            b'"' => at = end_of_string(text, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

/// What stands behind the string that begins at `at`.
fn end_of_string(text: &[u8], at: usize) -> Option<usize> {
    let mut from = at + 1;
    loop {
        let found = from + memchr::memchr2(b'"', b'\\', text.get(from..)?)?;
        match text[found] {
            b'"' => return Some(found + 1),
            _ => from = found + 2,
        }
    }
}

/// The members of an object, one after the other, without reading more than is asked for.
struct Members<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Members<'t> {
    fn new(text: &'t [u8]) -> Self {
        Members { text, at: 1 }
    }

    /// The next key, and where its value begins.
    fn next_key(&mut self) -> Option<(&'t [u8], usize)> {
        let start = self.past(b" \n\r\t,")?;
        if self.text[start] != b'"' {
            return None;
        }
        self.at = end_of_string(self.text, start)?;
        let key = &self.text[start + 1..self.at - 1];
        let value = self.past(b" \n\r\t:")?;
        Some((key, value))
    }

    fn past(&mut self, skipped: &[u8]) -> Option<usize> {
        self.at += self.text.get(self.at..)?.iter().position(|byte| !skipped.contains(byte))?;
        Some(self.at)
    }

    /// Goes behind the value that begins at `value`, and gives its text.
    fn skip_value(&mut self, value: usize) -> Option<&'t [u8]> {
        self.at = match self.text.get(value)? {
            b'"' => end_of_string(self.text, value)?,
            b'{' | b'[' => value + end_of_object(&self.text[value..])?,
            _ => value + self.text[value..].iter().position(|byte| b",}] \n\r\t".contains(byte))?,
        };
        Some(&self.text[value..self.at])
    }
}

/// The `id` and `type` of a resource's text, as far as they are plain strings.
fn identity(text: &[u8]) -> (Option<&str>, Option<&str>) {
    let (mut id, mut type_name) = (None, None);
    let mut members = Members::new(text);
    while let Some((key, value)) = members.next_key() {
        let wanted = match key {
            key if key.eq_ignore_ascii_case(b"id") => &mut id,
            key if key.eq_ignore_ascii_case(b"type") => &mut type_name,
            _ => {
                if members.skip_value(value).is_none() {
                    break;
                }
                continue;
            }
        };
        let Some(text) = members.skip_value(value) else { break };
        let inner = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
        *wanted = inner.filter(|text| !text.contains(&b'\\')).and_then(|text| std::str::from_utf8(text).ok());
        if id.is_some() && type_name.is_some() {
            break;
        }
    }
    (id, type_name)
}

/// A part of a file with whole items.
#[derive(Debug)]
pub struct Block {
    /// Where the text begins in the file.
    base: u32,
    text: Vec<u8>,
    /// The items in the text.
    items: Vec<(usize, usize)>,
}

/// Buffers of blocks that are done with: new memory costs more than reading into it.
#[derive(Clone, Debug, Default)]
pub struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    /// Takes the buffer of a block back.
    pub fn give(&self, block: Block) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(block.text);
    }

    fn take(&self) -> Vec<u8> {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        text.clear();
        text
    }
}

/// Reads a file as blocks of whole items.
#[derive(Debug)]
pub struct Blocks {
    pub spare: Spare,
    file: File,
    layout: Layout,
    /// Where `carried` begins in the file.
    base: u64,
    /// The beginning of an item whose end has not been read.
    carried: Vec<u8>,
    has_ended: bool,
    fault: Option<Broken>,
}

/// A text that does not go on as it must, with the place where that shows.
#[derive(Debug)]
pub struct Broken {
    pub message: String,
    pub at: u32,
}

impl Blocks {
    pub fn open(path: &Path, layout: Layout) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let base = match layout {
            Layout::Array(start) => start as u64,
            Layout::Lines => 0,
        };
        file.seek(SeekFrom::Start(base))?;
        Ok(Blocks { spare: Spare::default(), file, layout, base, carried: Vec::new(), has_ended: false, fault: None })
    }

    /// The next block; an error behind the last one that is whole; nothing at the end.
    pub fn next_block(&mut self) -> Option<Result<Block, Broken>> {
        while !self.has_ended {
            let mut text = self.spare.take();
            text.append(&mut self.carried);
            let before = text.len();
            text.reserve(BLOCK);
            let read = (&mut self.file).take(BLOCK as u64).read_to_end(&mut text);
            let is_last = text.len() == before;
            let mut items = Vec::new();
            let at = self.split(&text, is_last, &mut items);
            if let Err(error) = read {
                self.stop(at, format!("the file cannot be read from here on: {error}"));
            }
            self.has_ended |= is_last || self.fault.is_some();
            let base = u32::try_from(self.base + at as u64).ok().map(|end| end - at as u32);
            self.carried.extend_from_slice(&text[at..]);
            self.base += at as u64;
            match base {
                Some(base) if !items.is_empty() => return Some(Ok(Block { base, text, items })),
                Some(_) => {}
                None => {
                    self.has_ended = true;
                    self.stop(0, "the file is larger than 4 GiB".to_owned());
                }
            }
        }
        self.fault.take().map(Err)
    }

    fn stop(&mut self, at: usize, message: String) {
        self.fault = Some(Broken { message, at: u32::try_from(self.base + at as u64).unwrap_or(u32::MAX) });
    }

    /// Finds the whole items of a text, and gives where it stopped.
    fn split(&mut self, text: &[u8], is_last: bool, items: &mut Vec<(usize, usize)>) -> usize {
        let mut at = 0;
        loop {
            at += text[at..].iter().take_while(|byte| b" \n\r\t,\xef\xbb\xbf".contains(byte)).count();
            match text.get(at) {
                Some(b'{') => match end_of_object(&text[at..]) {
                    Some(length) => {
                        items.push((at, at + length));
                        at += length;
                        continue;
                    }
                    None if is_last => self.stop(at, "this object has no end".to_owned()),
                    None => {}
                },
                Some(b']') if self.layout != Layout::Lines => self.has_ended = true,
                Some(other) => {
                    let found = char::from(*other);
                    self.stop(at, format!("expected a resource, found '{found}'"));
                }
                None if is_last && self.layout != Layout::Lines => {
                    self.stop(at, "this array has no end".to_owned());
                }
                None => {}
            }
            return at;
        }
    }
}

/// One resource of a block.
#[derive(Debug)]
struct Sighted {
    start: u32,
    length: u32,
    /// Which of the resources that the item describes.
    part: u32,
    identity: Identity,
    type_name: String,
    /// Line breaks between the beginning of the block and the item.
    lines: u32,
}

/// What a block shows without its settings being read.
#[derive(Debug)]
pub struct Scanned {
    bytes: u64,
    sighted: Vec<Sighted>,
    /// What items do not say.
    notices: Vec<Notice>,
    lines: u32,
}

impl Scanned {
    /// How many resources were found.
    pub fn count(&self) -> usize {
        self.sighted.len()
    }

    /// How long the text is.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Looks through a block.
pub fn scan(block: &Block) -> Scanned {
    let bytes = block.text.len() as u64;
    let mut scanned = Scanned { bytes, sighted: Vec::with_capacity(block.items.len()), notices: Vec::new(), lines: 0 };
    let mut seen = 0;
    for &(start, end) in &block.items {
        scanned.lines += memchr::memchr_iter(b'\n', &block.text[seen..start]).count() as u32;
        seen = start;
        let text = &block.text[start..end];
        let at = block.base + start as u32;
        let lines = scanned.lines;
        let sighted = |part: usize, id: &str, type_name: &str| {
            let mut identity = Identity::new(id);
            if let Ok(text) = std::str::from_utf8(text) {
                ids_in(text, &mut |id| identity.mention(id));
            }
            let (length, part) = (text.len() as u32, part as u32);
            Sighted { start: at, length, part, identity, type_name: type_name.to_owned(), lines }
        };
        match plain(text) {
            Some((id, type_name)) => scanned.sighted.push(sighted(0, id, &type_name)),
            None => {
                // Resources inside of it, or none that is named: that takes reading it whole.
                let lifted = read(SourceId::default(), text, at).map(|value| lift(&value, None)).unwrap_or_default();
                scanned.notices.extend(lifted.notices);
                for (part, one) in lifted.resources.iter().enumerate() {
                    scanned.sighted.push(sighted(part, &one.id, &one.type_name));
                }
            }
        }
    }
    scanned.lines += memchr::memchr_iter(b'\n', &block.text[seen..]).count() as u32;
    scanned
}

/// Id and type of an item that is one resource.
fn plain(text: &[u8]) -> Option<(&str, String)> {
    let (id, stated) = identity(text);
    let id = id.filter(|id| is_id(id))?;
    let type_name = match stated.filter(|stated| stated.contains('/')) {
        Some(stated) => stated.to_owned(),
        None => type_of(&Value::default(), id)?,
    };
    (!super::shape::shape(&type_name).has_children()).then_some((id, type_name))
}

fn read(source: SourceId, text: &[u8], at: u32) -> Result<Value, SyntaxError> {
    match std::str::from_utf8(text) {
        Ok(text) => parse_part(source, text, at),
        Err(error) => {
            let start = at + error.valid_up_to() as u32;
            let span = Span { start, end: start };
            Err(SyntaxError { message: "the file is not valid UTF-8 from here on".to_owned(), span })
        }
    }
}

/// Where a resource stands.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Which file; [`HELD`] for what was read from small files, by number.
    file: u32,
    start: u32,
    length: u32,
    part: u32,
}

/// Number in place of a file's of resources that are held.
const HELD: u32 = u32::MAX;

#[derive(Debug)]
struct Stored {
    source: SourceId,
    file: File,
}

/// The resources of large exports, read when they are asked for.
#[derive(Debug, Default)]
pub struct Store {
    /// Tells stores apart, of which a process may have several.
    number: u64,
    files: Vec<Stored>,
    entries: Vec<Entry>,
    /// Further descriptions of the same resource.
    also: HashMap<Index, Vec<Entry>>,
    held: Vec<Resource>,
    /// Items that turned out not to be JSON.
    faults: Mutex<Vec<(SourceId, SyntaxError)>>,
}

impl Store {
    fn read(&self, entry: Entry) -> Option<Resource> {
        let Some(stored) = self.files.get(entry.file as usize) else {
            return self.held.get(entry.start as usize).cloned();
        };
        let value = with_text(self.number, entry, &stored.file, |text| match text {
            Ok(text) => read(stored.source, text, entry.start),
            Err(error) => {
                let span = Span { start: entry.start, end: entry.start };
                Err(SyntaxError { message: format!("the file cannot be read again: {error}"), span })
            }
        });
        match value {
            Ok(value) => lift(&value, None).resources.into_iter().nth(entry.part as usize),
            Err(error) => {
                self.faults.lock().unwrap_or_else(PoisonError::into_inner).push((stored.source, error));
                None
            }
        }
    }

    /// All descriptions of a resource.
    fn descriptions(&self, index: Index) -> Vec<Resource> {
        let more = self.also.get(&index).into_iter().flatten();
        self.entries.get(index).into_iter().chain(more).filter_map(|entry| self.read(*entry)).collect()
    }

    /// Pairs of descriptions that contradict each other.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let mut doubled: Vec<Index> = self.also.keys().copied().collect();
        doubled.sort_unstable();
        doubled.into_iter().flat_map(|index| merge(self.descriptions(index)).1).collect()
    }

    /// What was not JSON among the items that were read, in order of place.
    pub fn faults(&self) -> Vec<(SourceId, SyntaxError)> {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone();
        faults.sort_by_key(|(source, error)| (*source, error.span.start));
        faults.dedup();
        faults
    }
}

impl Supply for Store {
    fn resource(&self, index: Index) -> Resource {
        let mut descriptions = self.descriptions(index);
        if descriptions.len() > 1 {
            descriptions = merge(descriptions).0;
        }
        // What cannot be read is told as a fault; nothing is judged on it.
        descriptions.into_iter().next().unwrap_or_else(|| Resource {
            id: "".into(),
            type_name: "".into(),
            name: "".into(),
            api_version: "".into(),
            body: Value::default(),
            at: Location::default(),
            declared_as: "".into(),
            presence: Presence::Certain,
            existing: true,
            input: InputKind::Export,
            partial: None,
            change: None,
        })
    }
}

/// Bytes that are read at once: what is judged after a resource stands behind it.
const AHEAD: usize = 64 << 10;

/// What a thread read last.
#[derive(Default)]
struct Ahead {
    store: u64,
    file: u32,
    start: u64,
    text: Vec<u8>,
}

thread_local! {
    static LAST_READ: RefCell<Ahead> = RefCell::default();
}

/// Gives the text of an entry, from what was read last where that has it.
fn with_text<R>(store: u64, entry: Entry, file: &File, take: impl FnOnce(io::Result<&[u8]>) -> R) -> R {
    LAST_READ.with_borrow_mut(|ahead| {
        let (start, length) = (u64::from(entry.start), entry.length as usize);
        let is_there = (ahead.store, ahead.file) == (store, entry.file)
            && ahead.start <= start
            && start + length as u64 <= ahead.start + ahead.text.len() as u64;
        if !is_there {
            ahead.text.resize(length.max(AHEAD), 0);
            match read_at(file, &mut ahead.text, start) {
                Ok(read) if read >= length => ahead.text.truncate(read),
                Ok(_) => {
                    ahead.text.clear();
                    return take(Err(io::ErrorKind::UnexpectedEof.into()));
                }
                Err(error) => {
                    ahead.text.clear();
                    return take(Err(error));
                }
            }
            (ahead.store, ahead.file, ahead.start) = (store, entry.file, start);
        }
        let from = (start - ahead.start) as usize;
        take(Ok(&ahead.text[from..from + length]))
    })
}

/// Reads until the text is full or the file ends; gives how much.
fn read_at(file: &File, text: &mut [u8], at: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < text.len() {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(file, &mut text[done..], at + done as u64)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(file, &mut text[done..], at + done as u64)?;
        if read == 0 {
            break;
        }
        done += read;
    }
    Ok(done)
}

/// Makes a store from what blocks show, in order.
#[derive(Debug, Default)]
pub struct StoreBuilder {
    store: Store,
    catalogue: Builder,
    /// Where the items of the file at hand begin, and line breaks before them.
    marks: Marks,
    lines: u32,
    /// What items of the file at hand do not say.
    pub notices: Vec<Notice>,
}

impl StoreBuilder {
    /// Adds what a block of the file at hand shows.
    pub fn add(&mut self, scanned: Scanned) {
        let file = self.store.files.len() as u32;
        for one in &scanned.sighted {
            if one.part == 0 {
                self.marks.starts.push(one.start);
                self.marks.lines.push(self.lines + one.lines);
            }
            let entry = Entry { file, start: one.start, length: one.length, part: one.part };
            self.enter(&one.identity, &one.type_name, entry);
        }
        self.lines += scanned.lines;
        self.notices.extend(scanned.notices);
    }

    fn enter(&mut self, identity: &Identity, type_name: &str, entry: Entry) {
        match self.catalogue.add(identity, type_name) {
            Ok(_) => self.store.entries.push(entry),
            Err(first) => self.store.also.entry(first).or_default().push(entry),
        }
    }

    /// Ends a file: its number among the sources is known when its marks are.
    pub fn end_file(&mut self, file: File, add: impl FnOnce(Marks) -> SourceId) {
        self.lines = 0;
        let source = add(std::mem::take(&mut self.marks));
        self.store.files.push(Stored { source, file });
    }

    /// Adds resources that were read from small files.
    pub fn hold(&mut self, resources: Vec<Resource>) {
        for one in resources {
            let mut identity = Identity::new(&one.id);
            texts(&one.body, &mut |text| ids_in(text, &mut |id| identity.mention(id)));
            let entry = Entry { file: HELD, start: self.store.held.len() as u32, length: 0, part: 0 };
            self.enter(&identity, &one.type_name, entry);
            self.store.held.push(one);
        }
    }

    pub fn finish(mut self) -> (Arc<Store>, Arc<Catalogue>) {
        static MADE: AtomicU64 = AtomicU64::new(1);
        self.store.number = MADE.fetch_add(1, Ordering::Relaxed);
        (Arc::new(self.store), Arc::new(self.catalogue.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_end_where_their_brackets_do() {
        assert_eq!(end_of_object(br#"{"a":"}\"}","b":[{}]} tail"#), Some(21));
        assert_eq!(end_of_object(br#"{"a":"}"#), None);
    }

    #[test]
    fn identities_are_read_without_the_rest() {
        let text =
            br#"{ "properties": { "id": "no", "x": [1, "}"] }, "ID" : "/subscriptions/s", "n": 1, "type":"A/b", ..."#;
        assert_eq!(identity(text), (Some("/subscriptions/s"), Some("A/b")));
        assert_eq!(identity(br#"{"id": "a\"b"}"#), (None, None));
    }

    #[test]
    fn lists_are_found_in_envelopes() {
        let text = br#"{"count": 2, "data": [ {"id": "x"}"#;
        assert_eq!(list_in_envelope(text), Some(22));
        assert_eq!(list_in_envelope(br#"{"id": "x", "value": []}"#), None);
    }
}
