//! JSON and JSONC as a tree in which every key and value knows its place.
//! Input: one source text. Output: [`Value`]s. Knows nothing of ARM.

mod parse;
mod query;
mod value;

pub use parse::{
    DuplicateKey, MAX_NESTING, Notice, Parsed, SyntaxError, parse, parse_lines, parse_noticing, parse_part,
};
pub use query::{CompiledPath, Selected};
pub use value::{Kind, Member, Object, Role, Trace, Unknown, UnknownReason, Value};
