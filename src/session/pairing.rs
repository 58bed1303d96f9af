//! Which parameter file belongs to which template: by name (`main.json` and `main.parameters.prod.json`), else by
//! being the only template beside it that declares all its parameters.

use crate::arm::template::{Kind, position};
use crate::document::Value;
use crate::input::Document;
use std::path::Path;

/// A template and one of its parameter files, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub template: usize,
    pub parameters: usize,
}

/// All pairs, in order of parameter file.
pub fn pairs(documents: &[Document]) -> Vec<Pair> {
    let of_kind = |kind: Kind| documents.iter().enumerate().filter(move |(_, document)| document.kind == kind);
    let mut pairs = Vec::new();
    for (parameters, file) in of_kind(Kind::Parameters) {
        let beside: Vec<(usize, &Document)> =
            of_kind(Kind::Template).filter(|(_, one)| one.path.parent() == file.path.parent()).collect();
        let by_name = beside
            .iter()
            .filter(|(_, one)| stem(&file.path).starts_with(&format!("{}.", stem(&one.path))))
            .max_by_key(|(_, one)| stem(&one.path).len());
        let by_content = || {
            let mut fitting = beside.iter().filter(|(_, one)| declares_all(one.root(), file.root()));
            fitting.next().filter(|_| fitting.next().is_none())
        };
        if let Some((template, _)) = by_name.or_else(by_content) {
            pairs.push(Pair { template: *template, parameters });
        }
    }
    pairs
}

fn declares_all(template: &Value, file: &Value) -> bool {
    let given = file.get("parameters").and_then(Value::as_object);
    given.is_some_and(|given| {
        !given.members.is_empty()
            && given.members.iter().all(|member| position(template.get("parameters"), &member.key).is_some())
    })
}

/// The file name without its last extension.
fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// The name of the environment a parameter file stands for: what its name has beyond the template's.
pub fn environment(parameters: &Path, template: &Path) -> String {
    let (whole, base) = (stem(parameters), stem(template));
    let rest = whole.strip_prefix(&base).unwrap_or(&whole);
    let words: Vec<&str> =
        rest.split(['.', '-', '_']).filter(|word| !word.is_empty() && *word != "parameters").collect();
    if words.is_empty() { whole } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_named_by_what_the_file_name_adds() {
        let of = |parameters: &str| environment(Path::new(parameters), Path::new("infra/main.json"));
        assert_eq!(of("infra/main.parameters.prod.json"), "prod");
        assert_eq!(of("infra/main.prod.parameters.json"), "prod");
        assert_eq!(of("infra/main.parameters.json"), "main.parameters");
        assert_eq!(of("infra/dev.json"), "dev");
    }
}
