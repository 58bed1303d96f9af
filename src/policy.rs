//! Rule packs: format, validation, compiled rules, components, parameters. Input: pack files. Output: [`Packs`].
//! Knows nothing of reports.

mod compile;
mod condition;
mod controls;
mod defaults;
mod known;
pub mod lint;
mod needs;
mod pack;
mod quantity;
mod reader;
mod rule;
mod types;

pub use condition::{
    Amount, ApiVersion, Base, Bounds, Chain, Comparison, Condition, ConditionKind, Demand, Items, ItemsDemand, Join,
    Operand, Operator, Quantifier, Related, Relation, Test,
};
pub use controls::control_title;
pub use defaults::{Default, Defaults};
pub use pack::{
    Component, Match, Overrides, Pack, PackFile, Packs, default_packs, embedded, embedded_to_run, hash, load,
    pack_names, read_folder, read_rules,
};
pub use quantity::{Quantity, duration, time_of_day};
pub use reader::{PackError, nearest};
pub use rule::{Alternative, CompiledRule, Fix, Lifecycle, Rule, Subjects};
pub use types::types_of;
