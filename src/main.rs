//! The `archlint` program: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    archlint::cli::main()
}
