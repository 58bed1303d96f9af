//! archlint: architecture policy linter for Azure data platforms. Data flows one way:
//!
//! ```text
//! files ─> source ─> document ─> arm ─> estate ─> policy ─> check ─> report
//!          (text)    (spans)   (expansion) (graph)  (packs)  (findings)
//! ```

pub mod arm;
pub mod baseline;
pub mod check;
pub mod cli;
pub mod config;
pub mod document;
pub mod estate;
pub mod export;
pub mod input;
pub mod policy;
pub mod report;
pub mod secrets;
pub mod session;
pub mod source;

/// A check allocates many small values on every thread and frees them together.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
