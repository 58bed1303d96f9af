//! Numeric functions.
