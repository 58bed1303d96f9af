//! The commands that would show a resource, with the names filled in.

use super::envelope::EVERYTHING;
use super::type_of_id;
use serde_json::{Value as Json, json};
use std::sync::OnceLock;

const FACTS: &str = include_str!("commands.json");

fn facts() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut facts: Json = serde_json::from_str(FACTS).unwrap_or_default();
        // What no command of its own lists, the API's list below the owner does.
        for (version, types) in facts["rest"].take().as_object().into_iter().flatten() {
            for name in types.as_array().into_iter().flatten().filter_map(Json::as_str) {
                let (owner, segment) = name.rsplit_once('/').unwrap_or_default();
                let az = format!("rest --method get --url {{id}}/{segment}?api-version={version}");
                facts["commands"][name] = json!({ "of": owner, "az": az });
            }
        }
        facts
    })
}

/// What is known of how a type's resources are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    facts: &'static Json,
}

/// What one run of a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// A resource group; with a type, only one that holds such resources.
    Group(Option<&'static str>),
    Subscription,
    /// Each resource of these types (lower case).
    Types(Vec<&'static str>),
}

impl Reading {
    /// How resources of a type are read, where the table says.
    pub fn of_type(type_name: &str) -> Option<Reading> {
        let facts = &facts()["commands"][type_name.to_ascii_lowercase()];
        facts.is_object().then_some(Reading { facts })
    }

    /// The commands of all types, by type in lower case.
    pub fn all() -> impl Iterator<Item = (&'static str, Reading)> {
        let commands = facts()["commands"].as_object().into_iter().flatten();
        commands.filter(|(_, facts)| facts.is_object()).map(|(name, facts)| (name.as_str(), Reading { facts }))
    }

    fn text(self, name: &str) -> Option<&'static str> {
        self.facts[name].as_str()
    }

    /// What the command runs once for.
    pub fn of(self) -> Of {
        match (self.text("of"), self.facts["of"].as_array()) {
            (Some("resourceGroup"), _) => Of::Group(self.text("holding")),
            (Some("subscription"), _) => Of::Subscription,
            (Some(name), _) => Of::Types(vec![name]),
            (None, types) => Of::Types(types.into_iter().flatten().filter_map(Json::as_str).collect()),
        }
    }

    /// The command's words after `az`, names as `{typeSegment}`, the whole id as `{id}`.
    pub fn words(self) -> Vec<&'static str> {
        self.text("az").unwrap_or_default().split(' ').collect()
    }

    /// The words that show a single resource of the type, where they are others.
    fn words_of_one(self) -> Option<Vec<&'static str>> {
        Some(self.text("one")?.split(' ').collect())
    }

    /// Whether an owner has at most one resource of the type, which the command shows.
    pub fn is_single(self) -> bool {
        let shows = |word: &&str| matches!(*word, "show" | "get");
        let verb = self.words().into_iter().take_while(|word| !word.starts_with("--")).last();
        matches!(self.of(), Of::Types(_)) && verb.as_ref().is_some_and(shows)
    }

    /// The path of the type's resources below what the command is about.
    pub fn below(self, type_name: &str) -> String {
        let last = type_name.rsplit('/').next().unwrap_or_default();
        self.text("below").unwrap_or(last).to_owned()
    }

    /// Patterns on `kind` and `sku.name` of what the command can be run for: those that must match, that must not.
    pub fn patterns(self) -> [&'static str; 3] {
        ["kind", "sku", "notSku"].map(|name| self.text(name).unwrap_or_default())
    }

    /// The extension of the CLI that has the command.
    pub fn extension(self) -> Option<&'static str> {
        self.text("extension")
    }
}

/// The commands that show the resources of a type that belong to the one with that id, or that one itself; where a
/// name is not known, the command that lists it comes first.
pub fn commands(type_name: &str, id: &str) -> Vec<String> {
    let mut all = Vec::new();
    collect(type_name, id, &mut all);
    all
}

fn collect(type_name: &str, id: &str, all: &mut Vec<String>) {
    let is_own = type_of_id(id).is_some_and(|own| own.eq_ignore_ascii_case(type_name));
    let Some(reading) = Reading::of_type(type_name) else {
        if type_name == EVERYTHING {
            let (words, _) = filled(&["resource", "list", "--resource-group", "{resourceGroups}"], id);
            all.push(format!("az {words} -o json"));
        } else if is_own && !id.contains('‹') {
            all.push(format!("az resource show --ids {} -o json", quoted(id)));
        } else if !type_name.contains('*') {
            all.push(format!("az resource list --resource-type {} -o json", quoted(type_name)));
        }
        return;
    };
    let words = match reading.words_of_one() {
        Some(words) if is_own => words,
        _ => reading.words(),
    };
    let (filled, complete) = filled(&words, id);
    // The names that are missing are listed by what lists their owners.
    if let (false, Of::Types(owners)) = (complete, reading.of())
        && let Some(owner) = owners.first()
    {
        if owner.eq_ignore_ascii_case(type_name) {
            all.push(format!("az resource list --resource-type {} -o json", quoted(type_name)));
        } else {
            collect(owner, id, all);
        }
    }
    all.push(format!("az {filled} -o json"));
}

/// The words with what an id names, and whether it names all but the resource group.
fn filled(words: &[&str], id: &str) -> (String, bool) {
    let mut complete = true;
    let mut fill = |word: &str| -> String {
        let Some((before, rest)) = word.split_once('{') else { return quoted(word) };
        let Some((name, after)) = rest.split_once('}') else { return quoted(word) };
        if name == "id" {
            return quoted(&format!("{before}{}{after}", without_holes(id)));
        }
        match segment(id, name).filter(|known| !known.is_empty() && !known.contains('‹')) {
            Some(known) => quoted(&format!("{before}{known}{after}")),
            None => {
                complete &= name == "resourceGroups";
                quoted(&format!("{before}{}{after}", stand_in(name)))
            }
        }
    };
    let text = words.iter().map(|word| fill(word)).collect::<Vec<String>>().join(" ");
    (text, complete)
}

/// What stands behind a word in an id, in any case.
fn segment<'i>(id: &'i str, word: &str) -> Option<&'i str> {
    let parts = crate::estate::segments(id);
    let at = parts.iter().position(|part| part.eq_ignore_ascii_case(word))?;
    parts.get(at + 1).copied()
}

/// What stands for a name that is not known: the word for what it names.
fn stand_in(segment: &str) -> String {
    let stated = facts()["words"].as_object().and_then(|words| {
        words.iter().find(|(own, _)| own.eq_ignore_ascii_case(segment)).and_then(|(_, word)| word.as_str())
    });
    stated.map_or_else(|| segment.strip_suffix('s').unwrap_or(segment).to_ascii_uppercase(), str::to_owned)
}

/// An id with the words for the names that are not known.
fn without_holes(id: &str) -> String {
    let parts = crate::estate::segments(id);
    let word = |at: usize| at.checked_sub(1).and_then(|before| parts.get(before)).copied().unwrap_or_default();
    let known = parts.iter().enumerate().map(|(at, part)| match part.contains('‹') {
        true => stand_in(word(at)),
        false => (*part).to_owned(),
    });
    known.collect::<Vec<String>>().join("/")
}

/// Whether the list of all that a resource group holds has the resources of a type: those that stand below no other.
pub fn stands_in_resource_list(type_name: &str) -> bool {
    match Reading::of_type(type_name).map(Reading::of) {
        None => type_name.matches('/').count() == 1,
        Some(Of::Group(holding)) => holding.is_some(),
        Some(Of::Types(owners)) => owners.iter().any(|owner| owner.eq_ignore_ascii_case(type_name)),
        Some(Of::Subscription) => false,
    }
}

/// The commands that show whether there is any resource of a type, wherever.
pub fn commands_for_any(type_name: &str) -> Vec<String> {
    if stands_in_resource_list(type_name) {
        vec![format!("az resource list --resource-type {type_name} -o json")]
    } else {
        commands(type_name, "")
    }
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./,:=".contains(&byte))
        && !word.starts_with('=');
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "/subscriptions/s/resourceGroups/my group/providers/Microsoft.Sql/servers/sql1";

    fn told(type_name: &str, id: &str) -> Vec<String> {
        commands(type_name, id)
    }

    #[test]
    fn names_are_filled_in_and_quoted() {
        let database = format!("{SERVER}/databases/orders");
        assert_eq!(
            told("Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies", &database),
            ["az sql db ltr-policy show --server sql1 --name orders --resource-group 'my group' -o json"]
        );
        assert_eq!(
            told("Microsoft.Sql/servers/databases", &database),
            ["az sql db show --server sql1 --name orders --resource-group 'my group' -o json"]
        );
        assert_eq!(
            told("Microsoft.Sql/servers/databases", SERVER),
            ["az sql db list --server sql1 --resource-group 'my group' -o json"]
        );
        assert_eq!(
            told(
                "Microsoft.Sql/servers/securityAlertPolicies",
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/sql1"
            ),
            [
                "az rest --method get --url '/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/sql1/securityAlertPolicies?api-version=2021-11-01' -o json"
            ]
        );
    }

    #[test]
    fn what_lists_a_missing_name_comes_first() {
        let account = "/subscriptions/‹subscription().subscriptionId›/resourceGroups/‹resourceGroup().name›/providers/Microsoft.Storage/storageAccounts/st";
        assert_eq!(
            told("Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies", account),
            [
                "az storage container-rm list --storage-account st --resource-group RESOURCE_GROUP -o json",
                "az storage container immutability-policy show --account-name st --container-name CONTAINER --resource-group RESOURCE_GROUP -o json"
            ]
        );
    }

    #[test]
    fn types_that_no_table_knows_have_commands_too() {
        assert_eq!(
            told("No.Such/type", "/subscriptions/s/resourceGroups/g/providers/No.Such/type/it's"),
            ["az resource show --ids '/subscriptions/s/resourceGroups/g/providers/No.Such/type/it'\\''s' -o json"]
        );
        let server = "/subscriptions/‹subscription().id›/resourceGroups/‹resourceGroup().name›/providers/Microsoft.Sql/servers/sql1";
        assert_eq!(
            told("Microsoft.Sql/servers/securityAlertPolicies", server),
            [
                "az rest --method get --url '/subscriptions/SUBSCRIPTION/resourceGroups/RESOURCE_GROUP/providers/Microsoft.Sql/servers/sql1/securityAlertPolicies?api-version=2021-11-01' -o json"
            ]
        );
        assert_eq!(
            commands_for_any("microsoft.datafactory/factories/pipelines"),
            [
                "az datafactory list --resource-group RESOURCE_GROUP -o json",
                "az datafactory pipeline list --factory-name FACTORY --resource-group RESOURCE_GROUP -o json",
            ]
        );
        assert_eq!(told("No.Such/type", SERVER), ["az resource list --resource-type No.Such/type -o json"]);
    }

    #[test]
    fn every_command_only_reads() {
        for (name, facts) in facts()["commands"].as_object().expect("a table") {
            for text in ["az", "one"].iter().filter_map(|word| facts[word].as_str()) {
                let words: Vec<&str> = text.split(' ').collect();
                let verb = words.iter().take_while(|word| !word.starts_with("--")).last();
                let reads = verb.is_some_and(|verb| ["list", "show", "get", "list-links"].contains(verb))
                    || text.starts_with("rest --method get --url {id}");
                assert!(reads, "{name}: {text}");
            }
            let reading = Reading::of_type(name).expect("a reading");
            if let Of::Types(owners) = reading.of() {
                for owner in owners.iter().filter(|owner| owner.matches('/').count() > 1) {
                    assert!(Reading::of_type(owner).is_some(), "{name}: nothing lists {owner}");
                }
            }
        }
    }
}
