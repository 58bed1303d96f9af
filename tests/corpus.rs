//! Every template of the corpus expands, without a crash and without an unknown that is archlint's own fault.

use archlint::arm::expand::{Expansion, Request, expand};
use archlint::arm::template::Kind;
use archlint::document::{Kind as ValueKind, UnknownReason, Value};
use archlint::input::{self, Found};
use archlint::session::on_big_stack;
use archlint::source::{SourceId, Sources};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the corpus gives today. A change in one of these counts is a change in what archlint can read.
const TEMPLATES: usize = 1075;
const NOT_JSON: usize = 15;
/// Templates with nothing unknown for want of a feature of ours.
const NOTHING_UNSUPPORTED: usize = 1075;
/// Templates in which Azure would refuse something as well (undeclared parameters, functions that do not exist).
const WITH_FAULTS: usize = 84;

fn is_unsupported(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Unknown(unknown) => matches!(unknown.reason, UnknownReason::Unsupported(_)),
        ValueKind::Array(items) => items.iter().any(is_unsupported),
        ValueKind::Object(object) => object.members.iter().any(|member| is_unsupported(&member.value)),
        _ => false,
    }
}

/// Faults that name a function we lack, though Azure has it. `mylistUDF` is a user function called without namespace.
fn lacks_function(expansion: &Expansion) -> bool {
    expansion
        .faults
        .iter()
        .any(|fault| fault.message.contains("does not exist in templates") && !fault.message.contains("'mylistUDF'"))
}

#[test]
fn the_whole_corpus_expands() {
    let Ok(index) = std::fs::read_to_string("../shared/corpus/INDEX.csv") else {
        eprintln!("skipped: ../shared/corpus is not here");
        return;
    };
    let files: Vec<PathBuf> = index
        .lines()
        .skip(1)
        .filter(|line| line.split(',').nth(7) == Some("template"))
        .filter_map(|line| line.split(',').next().map(|path| PathBuf::from("../shared/corpus").join(path)))
        .collect();
    let (counts, told) = on_big_stack(|| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut told = Vec::new();
        for path in &files {
            let sources = Sources::new();
            let found = Found { name: input::shown(path), path: path.clone(), explicit: true };
            let document = match input::read(&found, &sources) {
                Ok(document) => document,
                Err(unusable) => {
                    assert!(unusable.at.is_some(), "{} has an error without a place", found.name);
                    *counts.entry("not json").or_default() += 1;
                    continue;
                }
            };
            if document.kind != Kind::Template {
                told.push(format!("{} is not recognised as a template", found.name));
                continue;
            }
            *counts.entry("templates").or_default() += 1;
            let linked = |_: SourceId, relative: &str| {
                input::read_linked(path, relative, &sources).map(|read| read.map(|file| file.root().clone()))
            };
            let request = Request {
                template: document.root(),
                given: Vec::new(),
                linked: &linked,
                trial: &[],
                facts: None,
                noticed: None,
            };
            let expansion = expand(request);
            if expansion.resources.iter().any(|resource| is_unsupported(&resource.body)) || lacks_function(&expansion) {
                told.push(format!("{}: something is not supported", found.name));
            } else {
                *counts.entry("nothing unsupported").or_default() += 1;
            }
            if !expansion.faults.is_empty() {
                *counts.entry("with faults").or_default() += 1;
            }
            for resource in &expansion.resources {
                assert!(!resource.type_name.is_empty() && !resource.id.is_empty(), "{}", found.name);
            }
        }
        (counts, told)
    })
    .expect("a thread");
    let expected = BTreeMap::from([
        ("not json", NOT_JSON),
        ("nothing unsupported", NOTHING_UNSUPPORTED),
        ("templates", TEMPLATES),
        ("with faults", WITH_FAULTS),
    ]);
    assert_eq!(counts, expected, "{}", told.join("\n"));
}
