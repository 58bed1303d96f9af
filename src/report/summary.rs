//! Counts of a run, and the sentence that says what was checked and what was not.

use crate::check::{InputStatus, Run, Severity, Verdict};

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub passed: usize,
    pub unknown: usize,
    pub suppressed: usize,
    /// Those of them that a baseline or an earlier revision knows.
    pub known: usize,
    pub rules: usize,
    pub resources: usize,
    pub checked: usize,
    pub not_templates: usize,
    pub failed_inputs: usize,
    pub problems: usize,
    /// Of all verdicts, those that are counted and not listed.
    pub unlisted: usize,
}

impl Summary {
    pub fn of(run: &Run) -> Summary {
        let mut summary = Summary { rules: run.rules.len(), ..Summary::default() };
        for outcome in &run.outcomes {
            summary.add(outcome.verdict, outcome.suppressed.is_some(), outcome.rule.severity, 1);
            let kind = outcome.suppressed.as_ref().map(|suppressed| suppressed.kind);
            summary.known += usize::from(kind == Some("baseline"));
        }
        for one in &run.unlisted {
            summary.add(one.verdict, one.is_suppressed, one.rule.severity, one.count);
            summary.unlisted += one.count;
        }
        for input in &run.inputs {
            match &input.status {
                InputStatus::Checked { resources } => {
                    summary.checked += 1;
                    summary.resources += resources;
                }
                InputStatus::NotTemplate(_) => summary.not_templates += 1,
                InputStatus::Failed(_) => summary.failed_inputs += 1,
                InputStatus::Parameters(_) | InputStatus::Linked(_) => {}
            }
        }
        summary.problems = run.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        summary
    }

    fn add(&mut self, verdict: Verdict, is_suppressed: bool, severity: Severity, count: usize) {
        let counter = match (verdict, is_suppressed) {
            (Verdict::Fail | Verdict::Unknown, true) => &mut self.suppressed,
            (Verdict::Fail, false) => match severity {
                Severity::Error => &mut self.errors,
                Severity::Warning => &mut self.warnings,
                Severity::Note => &mut self.notes,
            },
            (Verdict::Unknown, false) => &mut self.unknown,
            (Verdict::Pass, _) => &mut self.passed,
            (Verdict::NotApplicable, _) => return,
        };
        *counter += count;
    }

    /// Findings of that severity or above.
    pub fn at_least(&self, severity: Severity) -> usize {
        match severity {
            Severity::Error => self.errors,
            Severity::Warning => self.errors + self.warnings,
            Severity::Note => self.errors + self.warnings + self.notes,
        }
    }

    /// Two lines: what was found, and over what.
    pub fn sentence(&self) -> String {
        let mut found = vec![count(self.errors, "error"), count(self.warnings, "warning")];
        if self.notes > 0 {
            found.push(count(self.notes, "note"));
        }
        found.push(format!("{} passed", self.passed));
        found.push(format!("{} could not be decided", self.unknown));
        if self.suppressed > 0 {
            let known = if self.known > 0 { format!(" ({} known)", self.known) } else { String::new() };
            found.push(format!("{} suppressed{known}", self.suppressed));
        }
        let mut over = format!(
            "checked {} in {} with {}",
            count(self.resources, "resource"),
            count(self.checked, "file"),
            count(self.rules, "rule")
        );
        if self.failed_inputs > 0 {
            over.push_str(&format!("; {} could not be read", count(self.failed_inputs, "file")));
        }
        if self.not_templates > 0 {
            over.push_str(&format!("; {} not checked", count(self.not_templates, "file")));
        }
        if self.problems > 0 {
            over.push_str(&format!("; {} in the input", count(self.problems, "problem")));
        }
        if self.unlisted > 0 {
            over.push_str(&format!("; {} verdicts are counted, not listed: the estate is large", self.unlisted));
        }
        format!("{}\n{over}", found.join(", "))
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
