//! What is known of the shapes in which the CLI prints resources, made ready once: each of very many resources asks.

use serde_json::Value as Json;
use std::sync::OnceLock;

const FACTS: &str = include_str!("shapes.json");

/// The table as written.
pub fn facts() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(FACTS).unwrap_or_default())
}

/// Names of members, in any case.
#[derive(Debug, Default)]
pub struct Names(Vec<&'static str>);

impl Names {
    fn of(list: &'static Json) -> Names {
        Names(list.as_array().into_iter().flatten().filter_map(Json::as_str).collect())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// The names that lead to a member (`a`, `b[]`, `c`).
pub type Path = Vec<&'static str>;

fn path(text: &'static Json) -> Path {
    text.as_str().unwrap_or_default().split('.').collect()
}

/// What holds for resources of every type.
#[derive(Debug)]
pub struct General {
    /// What stands beside `properties`.
    pub own: Names,
    /// What the CLI adds, at any depth.
    pub added: Names,
    /// What `az resource list` states beside the resource itself.
    pub of_lists: Names,
}

/// What holds for resources of every type.
pub fn general() -> &'static General {
    static MADE: OnceLock<General> = OnceLock::new();
    let names = |word: &str| Names::of(&facts()[word]);
    MADE.get_or_init(|| General { own: names("resource"), added: names("added"), of_lists: names("ofLists") })
}

/// What holds for resources of one type.
#[derive(Debug)]
pub struct Shape {
    /// What belongs to `properties` though its name is one of those beside it.
    pub inner: Names,
    /// Members that hold resources.
    pub children: Names,
    /// Members that the CLI names otherwise, with the API's names.
    pub renames: Vec<(Path, &'static str)>,
    /// What the CLI leaves outside where it dissolves `typeProperties`.
    pub dissolved: Option<Names>,
    /// Where it dissolves `properties` of a part, and what it leaves outside.
    pub parts: Vec<(Path, Names)>,
    pub items: Option<Items>,
}

/// A list of whose items the CLI dissolves `typeProperties`.
#[derive(Debug)]
pub struct Items {
    pub list: &'static str,
    pub kept: Names,
    /// Where items hold such items.
    pub inside: Vec<Path>,
}

impl Shape {
    fn of(type_name: &str) -> Shape {
        let of = |word: &str| &facts()[word][type_name];
        let each = |word: &str| of(word).as_array().into_iter().flatten();
        let items = of("dissolvedItems");
        Shape {
            inner: Names::of(of("belongsToProperties")),
            children: Names::of(of("children")),
            renames: each("renames").map(|one| (path(&one["from"]), one["to"].as_str().unwrap_or_default())).collect(),
            dissolved: of("dissolved").is_array().then(|| Names::of(of("dissolved"))),
            parts: each("dissolvedParts").map(|one| (path(&one["at"]), Names::of(&one["kept"]))).collect(),
            items: items["list"].as_str().map(|list| Items {
                list,
                kept: Names::of(&items["kept"]),
                inside: items["inside"].as_array().into_iter().flatten().map(path).collect(),
            }),
        }
    }

    /// Whether its resources may hold others.
    pub fn has_children(&self) -> bool {
        !self.children.0.is_empty()
    }
}

/// What holds for resources of a type, in any case.
pub fn shape(type_name: &str) -> &'static Shape {
    static MADE: OnceLock<(Vec<(&'static str, Shape)>, Shape)> = OnceLock::new();
    let (known, other) = MADE.get_or_init(|| {
        let tables = ["belongsToProperties", "children", "renames", "dissolved", "dissolvedParts", "dissolvedItems"];
        let types = tables.into_iter().filter_map(|table| facts()[table].as_object()).flat_map(|table| table.keys());
        let types: std::collections::BTreeSet<&str> = types.map(String::as_str).collect();
        (types.into_iter().map(|name| (name, Shape::of(name))).collect(), Shape::of(""))
    });
    known.iter().find(|(name, _)| name.eq_ignore_ascii_case(type_name)).map_or(other, |(_, shape)| shape)
}
