//! ARM templates: expressions, functions, evaluation, expansion to resources.
