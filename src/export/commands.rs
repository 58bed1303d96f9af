//! The command that would show a resource, with the names filled in.

use serde_json::Value as Json;
use std::sync::OnceLock;

const FACTS: &str = include_str!("commands.json");

fn facts() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(FACTS).unwrap_or_default())
}

/// The command that lists resources of a type that belong to the one with that id; nothing for types without.
pub fn command(type_name: &str, owner: &str) -> Option<String> {
    let template = facts()["commands"][type_name.to_ascii_lowercase()].as_str()?;
    let parts: Vec<&str> = owner.split('/').collect();
    let after = |word: &str| {
        parts.iter().position(|part| part.eq_ignore_ascii_case(word)).and_then(|at| parts.get(at + 1)).copied()
    };
    let name = parts.last().copied().unwrap_or_default();
    let parent = parts.len().checked_sub(3).and_then(|at| parts.get(at)).copied().unwrap_or_default();
    let filled = template
        .replace("{name}", &quoted(name))
        .replace("{parent}", &quoted(parent))
        .replace("{group}", &quoted(after("resourceGroups").unwrap_or("GROUP")))
        .replace("{id}", &quoted(owner));
    Some(filled)
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_quoted() {
        let database = "/subscriptions/s/resourceGroups/my group/providers/Microsoft.Sql/servers/sql1/databases/orders";
        assert_eq!(
            command("Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies", database).as_deref(),
            Some("az sql db ltr-policy show --server sql1 --name orders --resource-group 'my group' -o json")
        );
        assert_eq!(command("No.Such/type", database), None);
    }
}
