//! Object functions.
