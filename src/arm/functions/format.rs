//! format(), as .NET's composite formatting.
