//! Date functions.
