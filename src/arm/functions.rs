//! Template functions by family. Each family's `call` takes the lower-case name and evaluated arguments and
//! gives nothing when the name is not its own, else the value or the error as Azure words it.
//! Arguments may be unknown; each function decides how far an unknown spreads.

pub mod arguments;
pub mod array;
pub mod cidr;
pub mod comparison;
pub mod date;
pub mod encode;
pub mod environment;
pub mod format;
pub mod format_number;
pub mod hash;
pub mod json;
pub mod logical;
pub mod numeric;
pub mod object;
pub mod resource_id;
pub mod string;
pub mod uri;

use crate::document::Value;

type Family = fn(&str, &[Value]) -> Option<Result<Value, String>>;

/// A function that depends on its arguments alone, by lower-case name; nothing for other names.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    const FAMILIES: [Family; 12] = [
        string::call,
        format::call,
        array::call,
        object::call,
        comparison::call,
        logical::call,
        numeric::call,
        encode::call,
        hash::call,
        date::call,
        uri::call,
        cidr::call,
    ];
    FAMILIES.iter().find_map(|family| family(name, args)).or_else(|| environment::call(name, args))
}
