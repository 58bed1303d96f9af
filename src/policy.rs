//! Rule packs: format, validation, compiled rules, components, parameters. Input: pack files. Output: [`Rule`]s.
//! Knows nothing of reports.

mod rule;

pub use rule::{Alternative, Fix, Rule};
