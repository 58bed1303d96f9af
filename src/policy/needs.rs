//! What a rule on declarations surely needs of one, told before it is made: a big template declares thousands of
//! parameters, and nearly none of them is of a rule's kind.

use super::condition::{Base, Condition, ConditionKind, Operand, Operator, Quantifier, Test};
use crate::arm::declarations::Sketch;
use regex::Regex;

/// Conditions that all must hold, as far as a sketch can tell.
#[derive(Debug, Default)]
pub struct Needs {
    secret: Option<bool>,
    secure: Option<bool>,
    names: Vec<Regex>,
}

impl Needs {
    /// What a filter needs; nothing where it does not say so plainly.
    pub fn of(filter: Option<&Condition>) -> Needs {
        let mut needs = Needs::default();
        filter.into_iter().for_each(|filter| needs.add(filter));
        needs
    }

    fn add(&mut self, condition: &Condition) {
        let test = match &condition.kind {
            ConditionKind::All(parts) => return parts.iter().for_each(|part| self.add(part)),
            ConditionKind::Test(test) => test,
            _ => return,
        };
        let Test { base: Base::Own, path, operator, operand, quantifier: Quantifier::Every, capture: None, .. } =
            &**test
        else {
            return;
        };
        let flag = match (operator, operand) {
            (Operator::IsTrue, Operand::Literal(value)) => value.as_bool(),
            _ => None,
        };
        match (path.text(), operand) {
            ("$.hasSecret", _) if flag.is_some() => self.secret = flag,
            ("$.isSecure", _) if flag.is_some() => self.secure = flag,
            ("$.name", Operand::Pattern(pattern)) if *operator == Operator::Matches => self.names.push(pattern.clone()),
            _ => {}
        }
    }

    /// Whether a declaration may have all of it.
    pub fn are_met(&self, sketch: &Sketch) -> bool {
        self.secret.is_none_or(|secret| secret == sketch.has_secret)
            && self.secure.is_none_or(|secure| secure == sketch.is_secure)
            && self.names.iter().all(|name| name.is_match(sketch.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Overrides, embedded, load};
    use crate::source::Sources;

    #[test]
    fn a_declaration_that_lacks_what_a_filter_needs_is_not_made() {
        let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
        let may_apply = |id: &str, name: &str, is_secure: bool, has_secret: bool| {
            let mut rules = packs.packs.iter().flat_map(|pack| &pack.rules);
            let rule = rules.find(|rule| rule.rule.id == id).expect("a rule");
            rule.may_apply(&Sketch { name, is_secure, has_secret })
        };
        assert!(may_apply("secret-parameter-not-secure", "adminPassword", false, false));
        assert!(!may_apply("secret-parameter-not-secure", "location", false, false));
        assert!(!may_apply("secret-parameter-not-secure", "adminPassword", false, true));
        assert!(may_apply("secure-parameter-has-default", "location", true, false));
        assert!(!may_apply("secure-parameter-has-default", "location", false, false));
        // A rule without such a condition takes all.
        assert!(may_apply("storage-accepts-http", "x", false, false));
    }
}
