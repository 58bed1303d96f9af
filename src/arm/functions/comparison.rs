//! Comparison functions.
