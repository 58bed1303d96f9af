//! Any bytes as a document: parsed, and expanded where they are a template. No input may crash it.
#![no_main]

use archlint::arm::expand::{Request, expand};
use archlint::arm::template::{Kind, recognise};
use archlint::document::parse;
use archlint::source::SourceId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(parsed) = parse(SourceId(0), text) else { return };
    if recognise(&parsed.root) == Kind::Template {
        let linked = |_: SourceId, _: &str| None;
        expand(Request { template: &parsed.root, given: Vec::new(), linked: &linked, trial: &[], facts: None, noticed: None });
    }
});
