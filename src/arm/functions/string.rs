//! String functions.
