//! Conditions of the rule language, compiled: paths parsed, patterns built, pack parameters filled in.

use super::quantity::Quantity;
use crate::document::{CompiledPath, Value};
use crate::estate::InputKind;
use regex::Regex;
use std::borrow::Cow;
use std::sync::Arc;

/// A condition with the message that tells its failure, where it has one of its own.
#[derive(Debug)]
pub struct Condition {
    pub kind: ConditionKind,
    pub message: Option<Arc<str>>,
    /// What a reader of the pass should know all the same.
    pub note: Option<Arc<str>>,
}

#[derive(Debug)]
pub enum ConditionKind {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// Holds when the first does not, or both do.
    Implies(Box<Condition>, Box<Condition>),
    Input(InputKind),
    /// What no input of this kind can decide, with the reason.
    Unknown(Arc<str>),
    /// What the table of API versions says of the resource's type and version.
    ApiVersion(ApiVersion),
    /// Of how many exclusive components the resource is one.
    Components(Bounds),
    Test(Box<Test>),
    Items(Box<Items>),
    Related(Box<Related>),
    Comparison(Box<Comparison>),
    /// Some chain of items meets the conditions one after another, each in an item of its own.
    Through(Box<Chain>, Vec<Condition>),
}

/// A quantity and the bounds it must keep.
#[derive(Debug)]
pub struct Comparison {
    pub amount: Amount,
    pub at_least: Option<Amount>,
    pub at_most: Option<Amount>,
}

/// A quantity computed from values. Durations and times of day count in seconds.
#[derive(Debug)]
pub enum Amount {
    Fixed(Quantity),
    /// The value at a path, the greatest of several.
    Path {
        base: Base,
        path: CompiledPath,
        default: Option<Quantity>,
        /// Of a text only what the first group of this pattern matches counts.
        capture: Option<Regex>,
    },
    Sum(Vec<Amount>),
    Product(Vec<Amount>),
    /// The amount of the first case whose condition holds, else the last.
    Choose(Vec<(Condition, Amount)>, Box<Amount>),
    /// At least this much; how much more no input tells, for that reason.
    Open(Box<Amount>, Arc<str>),
    /// The greatest over related resources.
    Greatest(Box<Related>, Box<Amount>),
    /// The greatest sum of weights along a chain of items.
    LongestChain(Box<Chain>, Box<Amount>),
    /// In a weight: the longest chain of other items, chained and weighed the same way.
    Again(Vec<CompiledPath>),
}

/// Items of a resource that come one after another.
#[derive(Debug)]
pub struct Chain {
    pub base: Base,
    pub items: CompiledPath,
    /// What others call an item.
    pub name: CompiledPath,
    /// Names of the items that an item comes after.
    pub after: CompiledPath,
    /// Items that stand inside an item.
    pub inside: Vec<CompiledPath>,
}

/// A question to the table of API versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiVersion {
    /// Whether the table has the type.
    Listed,
    /// Whether the version has every property that the resource sets.
    Supports,
}

/// A condition on each of the values that a path selects; paths inside it start at the value.
#[derive(Debug)]
pub struct Items {
    pub base: Base,
    pub path: CompiledPath,
    /// The items are what the first group of this pattern matches in the texts, each time.
    pub capture: Option<Regex>,
    /// Values that count.
    pub filter: Option<Condition>,
    pub demand: ItemsDemand,
}

/// What must hold for the values that count.
#[derive(Debug)]
pub enum ItemsDemand {
    Every(Condition),
    Some(Condition),
    None(Condition),
    Count(Bounds),
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The resource, or the value at hand inside `items`.
    Own,
    /// The resource, inside `items` as well.
    Resource,
    Parent,
    /// Where the relation that leads here starts: its resource, or the value at hand there.
    Origin,
    /// The name under which the value at hand stands inside `items`.
    Key,
    /// The resource that the rule is about, also where a condition is on another one.
    Subject,
}

/// How many of the selected values must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    Every,
    Some,
    None,
}

/// Inclusive bounds of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub at_least: i64,
    pub at_most: i64,
}

impl Bounds {
    pub fn hold(self, count: i64) -> bool {
        (self.at_least..=self.at_most).contains(&count)
    }

    /// In words, for messages.
    pub fn describe(self) -> String {
        match (self.at_least, self.at_most) {
            (least, i64::MAX) => format!("at least {least}"),
            (i64::MIN | 0, most) => format!("at most {most}"),
            (least, most) if least == most => least.to_string(),
            (least, most) => format!("{least} to {most}"),
        }
    }
}

/// One path with one operator.
#[derive(Debug)]
pub struct Test {
    pub base: Base,
    pub path: CompiledPath,
    pub operator: Operator,
    pub operand: Operand,
    pub quantifier: Quantifier,
    /// What an absent property means, where the shared defaults do not say.
    pub default: Option<Value>,
    pub exact_case: bool,
    /// The test is on what the first group of this pattern matches in the text.
    pub capture: Option<Regex>,
}

/// What an operator compares with.
#[derive(Debug)]
pub enum Operand {
    /// Written in the rule, or a pack parameter's value.
    Literal(Value),
    /// The value at a path; of a text only what the first group of the pattern matches.
    Path(Base, CompiledPath, Option<Regex>),
    Pattern(Regex),
    Bounds(Bounds),
}

/// The operators of the language. `Count` judges how many values a path selects, all others single values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equals,
    NotEquals,
    In,
    NotIn,
    Exists,
    Matches,
    Contains,
    StartsWith,
    EndsWith,
    AtLeast,
    AtMost,
    Between,
    Length,
    Unique,
    IsTrue,
    IsFalse,
    IsEmpty,
    DurationAtLeast,
    DurationAtMost,
    VersionAtLeast,
    WithinCidr,
    TimeAtMost,
    Secret,
    NoDeployedSecret,
    SecureSource,
    NotMadeBy,
    Count,
}

impl Operator {
    /// Every operator with its spelling in rules.
    pub const ALL: [(&'static str, Operator); 27] = [
        ("equals", Operator::Equals),
        ("notEquals", Operator::NotEquals),
        ("in", Operator::In),
        ("notIn", Operator::NotIn),
        ("exists", Operator::Exists),
        ("matches", Operator::Matches),
        ("contains", Operator::Contains),
        ("startsWith", Operator::StartsWith),
        ("endsWith", Operator::EndsWith),
        ("atLeast", Operator::AtLeast),
        ("atMost", Operator::AtMost),
        ("between", Operator::Between),
        ("length", Operator::Length),
        ("unique", Operator::Unique),
        ("isTrue", Operator::IsTrue),
        ("isFalse", Operator::IsFalse),
        ("isEmpty", Operator::IsEmpty),
        ("durationAtLeast", Operator::DurationAtLeast),
        ("durationAtMost", Operator::DurationAtMost),
        ("versionAtLeast", Operator::VersionAtLeast),
        ("withinCidr", Operator::WithinCidr),
        ("timeAtMost", Operator::TimeAtMost),
        ("secret", Operator::Secret),
        ("noDeployedSecret", Operator::NoDeployedSecret),
        ("secureSource", Operator::SecureSource),
        ("notMadeBy", Operator::NotMadeBy),
        ("count", Operator::Count),
    ];

    pub fn parse(name: &str) -> Option<Operator> {
        Operator::ALL.iter().find(|(spelling, _)| *spelling == name).map(|(_, operator)| *operator)
    }

    /// In words, before the operand ("at least 7").
    pub fn words(self) -> &'static str {
        match self {
            Operator::Equals | Operator::IsTrue | Operator::IsFalse | Operator::Count | Operator::Length => "",
            Operator::NotEquals => "not ",
            Operator::In => "one of ",
            Operator::NotIn => "none of ",
            Operator::Exists => "present: ",
            Operator::Matches => "text that matches ",
            Operator::Contains => "something that contains ",
            Operator::StartsWith => "text that starts with ",
            Operator::EndsWith => "text that ends with ",
            Operator::AtLeast | Operator::DurationAtLeast | Operator::VersionAtLeast => "at least ",
            Operator::AtMost | Operator::DurationAtMost | Operator::TimeAtMost => "at most ",
            Operator::Between => "between ",
            Operator::Unique => "no value twice",
            Operator::IsEmpty => "empty: ",
            Operator::WithinCidr => "within ",
            Operator::Secret => "no secret in clear",
            Operator::NoDeployedSecret => "no secret in the deployment",
            Operator::SecureSource => "a value from a secure source",
            Operator::NotMadeBy => "no value made by ",
        }
    }
}

/// From one resource to others.
#[derive(Debug)]
pub struct Related {
    pub relation: Relation,
    /// Of `extends`: what is extended is not the resource but this one below it (`databases/master`), which the input
    /// need not declare.
    pub below: Option<String>,
    /// Lower-case types; empty means any.
    pub types: Vec<String>,
    pub component: Option<Arc<str>>,
    pub filter: Option<Condition>,
    /// Whether the filter's answer depends on where the relation starts.
    pub looks_back: bool,
    /// Equal values on both sides, of each of these.
    pub on: Vec<Join>,
    /// Values that must differ.
    pub differ: Option<Join>,
    /// That no resource is meant decides nothing: the other one may be in another deployment.
    pub missing_is_unknown: bool,
    pub demand: Demand,
}

impl Related {
    /// The id at which the relation of a resource starts: its own, or that of what stands below it.
    pub fn start<'i>(&self, id: &'i str) -> Cow<'i, str> {
        match &self.below {
            None => Cow::Borrowed(id),
            Some(path) => Cow::Owned(format!("{id}/{path}")),
        }
    }
}

/// A comparison of values on both sides of a relation.
#[derive(Debug)]
pub struct Join {
    pub theirs: CompiledPath,
    pub base: Base,
    pub mine: CompiledPath,
    /// Of mine only what the first group matches counts, each time.
    pub capture: Option<Regex>,
    /// Of theirs only what the first group matches counts, each time.
    pub theirs_capture: Option<Regex>,
}

/// The edges a relation follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Parent,
    /// Below at any depth.
    Child,
    /// One level below: a site's, not its slots'.
    DirectChild,
    Sibling,
    Ancestor,
    References,
    ReferencedBy,
    Extends,
    SameScope,
    /// Deployed to the scope of the resource or to one around it, whose locks and role assignments reach down to it.
    AtOrAboveScope,
    Anywhere,
    /// The resource itself: joins values that stand in different places of it.
    Itself,
}

impl Relation {
    pub const ALL: [(&'static str, Relation); 12] = [
        ("parent", Relation::Parent),
        ("child", Relation::Child),
        ("directChild", Relation::DirectChild),
        ("sibling", Relation::Sibling),
        ("ancestor", Relation::Ancestor),
        ("references", Relation::References),
        ("referencedBy", Relation::ReferencedBy),
        ("extends", Relation::Extends),
        ("sameScope", Relation::SameScope),
        ("atOrAboveScope", Relation::AtOrAboveScope),
        ("anywhere", Relation::Anywhere),
        ("itself", Relation::Itself),
    ];

    pub fn parse(name: &str) -> Option<Relation> {
        Relation::ALL.iter().find(|(spelling, _)| *spelling == name).map(|(_, relation)| *relation)
    }
}

/// What must hold for the resources a relation finds.
#[derive(Debug)]
pub enum Demand {
    Exists,
    Absent,
    Every(Condition),
    /// One at least; where none does, the first that fails is told.
    Some(Condition),
    Count(Bounds),
}
