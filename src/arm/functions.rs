//! Template functions by family. Each family's `call` takes the lower-case name and evaluated arguments and
//! gives nothing when the name is not its own, else the value or the error as Azure words it.
//! Arguments may be unknown; each function decides how far an unknown spreads.

pub mod arguments;
pub mod array;
pub mod cidr;
pub mod comparison;
pub mod date;
pub mod encode;
pub mod format;
pub mod format_number;
pub mod hash;
pub mod json;
pub mod numeric;
pub mod object;
pub mod string;
pub mod uri;
