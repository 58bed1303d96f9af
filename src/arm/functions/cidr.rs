//! CIDR functions.
