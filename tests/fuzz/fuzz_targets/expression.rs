//! Any text as a template expression, evaluated without names. No input may crash it or take long.
#![no_main]

use archlint::arm::case::evaluate_case;
use archlint::document::{Member, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let expression = Value::string(format!("[{text}]"));
    let member = Member { key: "expression".into(), key_at: Default::default(), value: expression };
    evaluate_case(&Value::object(vec![member]));
});
