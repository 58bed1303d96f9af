//! guid() and uniqueString().
