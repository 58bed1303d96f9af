//! Which resource types there are and what their properties are called, as far as the program knows: for typing errors
//! in rules. A check never reads this.

use super::reader::nearest;
use std::collections::BTreeMap;

/// One type a line: name, then names of properties, those below them in parentheses.
const LIST: &str = include_str!("types.txt");

/// Names that every resource may have, whatever its type.
const OF_ALL: [&str; 11] =
    ["id", "name", "type", "apiVersion", "location", "tags", "dependsOn", "scope", "condition", "copy", "comments"];

/// Names below a property, in lower case with their spelling.
#[derive(Debug, Default)]
pub struct Names(BTreeMap<String, (String, Names)>);

/// What is wrong with a path.
#[derive(Debug, PartialEq, Eq)]
pub struct Odd {
    /// The name that is not there.
    pub name: String,
    /// The name that is meant.
    pub near: Option<String>,
}

/// All types known.
pub fn all() -> impl Iterator<Item = &'static str> {
    LIST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next())
}

/// Whether anything is known of the provider of a type (`Microsoft.Storage`).
pub fn knows_provider(type_name: &str) -> bool {
    let provider = |name: &str| name.split('/').next().unwrap_or_default().to_ascii_lowercase();
    all().any(|known| provider(known) == provider(type_name))
}

/// The properties of a type; nothing when the type is not known.
pub fn properties(type_name: &str) -> Option<Names> {
    let line = LIST.lines().find(|line| {
        line.split(' ').next().is_some_and(|name| name.eq_ignore_ascii_case(type_name)) && !line.starts_with('#')
    })?;
    let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
    let mut names = read(&mut rest.chars().peekable());
    for name in OF_ALL {
        let any = Names(BTreeMap::from([("*".to_owned(), Default::default())]));
        names.0.entry(name.to_ascii_lowercase()).or_insert_with(|| (name.to_owned(), any));
    }
    Some(names)
}

fn read(text: &mut std::iter::Peekable<std::str::Chars>) -> Names {
    let mut names = Names::default();
    let mut name = String::new();
    loop {
        let next = text.next();
        match next {
            Some('(') => {
                let inner = read(text);
                let spelled = std::mem::take(&mut name);
                names.0.insert(spelled.to_ascii_lowercase(), (spelled, inner));
            }
            Some(' ' | ')') | None => {
                if !name.is_empty() {
                    let spelled = std::mem::take(&mut name);
                    names.0.insert(spelled.to_ascii_lowercase(), (spelled, Names::default()));
                }
                if next != Some(' ') {
                    return names;
                }
            }
            Some(letter) => name.push(letter),
        }
    }
}

impl Names {
    /// Follows names from here; the first that is not there is odd. What lies below `*` is anything. In a path, `*` is
    /// each item of a list, which is not listed, or each member.
    pub fn follow(&self, path: &[&str]) -> Result<(), Odd> {
        let Some((name, rest)) = path.split_first() else { return Ok(()) };
        if *name == "*" {
            let own = self.follow(rest);
            let below = || self.0.values().any(|(_, inner)| inner.follow(rest).is_ok());
            return if own.is_err() && below() { Ok(()) } else { own };
        }
        match (self.0.get(&name.to_ascii_lowercase()), self.0.get("*")) {
            (Some((_, inner)), _) => inner.follow(rest),
            (None, Some((_, inner))) if inner.0.is_empty() => Ok(()),
            (None, Some((_, inner))) => inner.follow(rest),
            (None, None) => {
                let near = nearest(name, self.0.values().map(|(spelled, _)| spelled.as_str()));
                Err(Odd { name: (*name).to_owned(), near: near.map(str::to_owned) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Odd, properties};

    #[test]
    fn a_wrong_name_gives_the_one_that_is_meant() {
        let storage = properties("microsoft.storage/STORAGEACCOUNTS").expect("the type");
        assert_eq!(storage.follow(&["properties", "minimumTlsVersion"]), Ok(()));
        assert_eq!(storage.follow(&["tags", "owner"]), Ok(()));
        let odd = Odd { name: "minimalTlsVersion".into(), near: Some("minimumTlsVersion".into()) };
        assert_eq!(storage.follow(&["properties", "minimalTlsVersion"]), Err(odd));
        assert!(storage.follow(&["properties", "minimumTlsVersion", "x"]).is_err());
        assert!(properties("Microsoft.Storage/storageAccount").is_none());
    }
}
