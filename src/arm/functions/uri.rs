//! URI functions.
