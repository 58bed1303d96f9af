//! ARM templates as Azure reads them: expressions, functions, parameter files, copy, nested deployments.
//! Input: [`crate::document::Value`]s. Output: expanded resources. Knows nothing of rules.

pub mod case;
pub mod declarations;
mod declare;
mod deployment;
pub mod evaluate;
pub mod expand;
pub mod expression;
pub mod functions;
mod identity;
mod lambda;
pub mod parameters;
pub mod scope;
pub mod template;

pub use declare::{MAX_DEPLOYMENT_DEPTH, MAX_RESOURCES};
pub use deployment::{Fault, Linked};
