//! Base64, JSON and data URI functions.
