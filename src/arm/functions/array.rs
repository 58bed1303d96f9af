//! Array functions.
