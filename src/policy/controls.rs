//! What the controls of known frameworks are about, from `rules/controls.json`.

use serde_json::Value as Json;
use std::sync::OnceLock;

const FACTS: &str = include_str!("../../rules/controls.json");

/// What a control of a framework is about, in a few words; nothing for those that the list does not have.
pub fn control_title(framework: &str, control: &str) -> Option<&'static str> {
    static READ: OnceLock<Json> = OnceLock::new();
    let facts = READ.get_or_init(|| serde_json::from_str(FACTS).unwrap_or_default());
    facts["frameworks"][framework]["controls"][control].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_known_by_framework_and_number() {
        assert_eq!(control_title("ISO/IEC 27001:2022", "A.5.15"), Some("access control"));
        assert_eq!(control_title("ISO/IEC 27001:2022", "A.99"), None);
        assert_eq!(control_title("our own", "1"), None);
    }
}
