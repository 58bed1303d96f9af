//! ARM templates as Azure reads them: expressions, functions, parameter files, copy, nested deployments.
//! Input: [`crate::document::Value`]s. Output: expanded resources. Knows nothing of rules.

pub mod case;
pub mod evaluate;
pub mod expression;
pub mod functions;
mod lambda;
pub mod scope;
