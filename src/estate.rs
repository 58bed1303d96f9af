//! All resources of one evaluation, indexed by type and id, with parent, child, extension and reference edges.
//! Input: expanded [`Resource`]s of templates or exports. Output: [`Estate`]. Knows nothing of what rules mean.

mod edges;

use crate::document::Value;
use crate::source::Location;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// Whether a resource is certainly there.
#[derive(Clone, Debug)]
pub enum Presence {
    Certain,
    /// Its `condition` (or copy count) is not known: it is checked as if deployed.
    Undecided(Value),
}

/// What kind of input a resource comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    Template,
    Export,
}

/// One resource, in the form its REST API gives: `id`, `name`, `type`, `apiVersion`, `location`, `tags`, `sku`,
/// `kind`, `properties` and so on are members of `body`.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Full resource id; unknown parts are holes `‹…›`, so equal text means the same resource.
    pub id: Arc<str>,
    /// Full type, as spelled (`Microsoft.Sql/servers/databases`).
    pub type_name: Arc<str>,
    /// Full name, segments joined by `/`; unknown parts are holes.
    pub name: Arc<str>,
    /// Empty when the input does not say.
    pub api_version: Arc<str>,
    pub body: Value,
    /// Where the resource stands: its object's place in the text.
    pub at: Location,
    /// The symbolic name or deployment path under which the text declares it, for people.
    pub declared_as: Arc<str>,
    pub presence: Presence,
    /// Declared with `existing`: only its identity is stated here.
    pub existing: bool,
    pub input: InputKind,
    /// Properties that the input leaves out although the resource may have them (`az resource list`):
    /// the command that would give them. Absence then decides nothing.
    pub partial: Option<Arc<str>>,
    /// Of a what-if result: whether the change brings it in.
    pub change: Option<&'static str>,
}

impl Resource {
    /// The name people know it by: its last segment.
    pub fn short_name(&self) -> &str {
        last_segment(&self.name)
    }
}

/// What stands after the last `/` outside holes.
pub fn last_segment(text: &str) -> &str {
    let mut depth = 0i32;
    for (index, character) in text.char_indices().rev() {
        match character {
            '›' => depth += 1,
            '‹' => depth -= 1,
            '/' if depth == 0 => return &text[index + 1..],
            _ => {}
        }
    }
    text
}

/// The parts of a text between `/` outside holes.
pub fn segments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = 0i32;
    let mut start = 0;
    for (index, character) in text.char_indices() {
        match character {
            '‹' => depth += 1,
            '›' => depth -= 1,
            '/' if depth <= 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Number of a resource in its estate.
pub type Index = usize;

/// The resources of one evaluation and how they relate.
#[derive(Debug, Default)]
pub struct Estate {
    pub resources: Vec<Resource>,
    /// Parts of the platform that the input surely has but does not show, in words.
    pub gaps: Vec<String>,
    /// Collections that exports show whole, perhaps empty: lower-case type and id of the resource they belong to.
    pub collections: HashSet<(String, String)>,
    by_type: HashMap<String, Vec<Index>>,
    by_id: HashMap<String, Index>,
    by_sorted_id: OnceLock<Vec<(String, Index)>>,
    extensions: OnceLock<HashMap<Index, Vec<Index>>>,
    references: OnceLock<edges::References>,
}

impl Estate {
    /// Indexes the resources. Of two with one id, a declared one comes before an `existing` one, else the first.
    pub fn new(resources: Vec<Resource>) -> Self {
        let mut by_type: HashMap<String, Vec<Index>> = HashMap::new();
        let mut by_id: HashMap<String, Index> = HashMap::with_capacity(resources.len());
        for (index, resource) in resources.iter().enumerate() {
            by_type.entry(resource.type_name.to_ascii_lowercase()).or_default().push(index);
            let key = resource.id.to_lowercase();
            match by_id.get(&key) {
                Some(&other) if !resources[other].existing || resource.existing => {}
                _ => {
                    by_id.insert(key, index);
                }
            }
        }
        Estate { resources, by_type, by_id, ..Estate::default() }
    }

    /// The same with collections that exports show whole.
    pub fn with_collections(mut self, collections: HashSet<(String, String)>) -> Self {
        self.collections = collections;
        self
    }

    /// The same with parts of the platform that the input does not show, in words.
    pub fn with_gaps(mut self, gaps: Vec<String>) -> Self {
        self.gaps = gaps;
        self
    }

    /// The resources of a type, in any case, in written order.
    pub fn of_type(&self, type_name: &str) -> &[Index] {
        self.by_type.get(&type_name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The types present (lower case) with their resources.
    pub fn types(&self) -> impl Iterator<Item = (&str, &[Index])> {
        self.by_type.iter().map(|(name, list)| (name.as_str(), list.as_slice()))
    }

    /// The resource with that id, in any case.
    pub fn by_id(&self, id: &str) -> Option<Index> {
        self.by_id.get(&id.to_lowercase()).copied()
    }

    /// The id one level up; nothing for a resource without parent.
    pub fn parent_id(&self, of: Index) -> Option<&str> {
        edges::parent_id(&self.resources[of].id)
    }

    /// The resource one level up, when the estate has it.
    pub fn parent(&self, of: Index) -> Option<Index> {
        self.parent_id(of).and_then(|id| self.by_id(id))
    }

    /// All resources below an id at any depth, in order of id, wherever the text declares them. What stands between
    /// need not be in the estate. Extension resources are not below.
    pub fn below(&self, id: &str) -> Vec<Index> {
        let sorted = self.by_sorted_id.get_or_init(|| {
            let mut ids: Vec<(String, Index)> =
                self.resources.iter().enumerate().map(|(index, one)| (one.id.to_lowercase(), index)).collect();
            ids.sort_unstable();
            ids
        });
        let head = format!("{}/", id.to_lowercase());
        let start = sorted.partition_point(|(id, _)| *id < head);
        sorted[start..]
            .iter()
            .take_while(|(id, _)| id.starts_with(&head))
            .filter(|(id, _)| !id[head.len()..].contains("providers/"))
            .map(|(_, index)| *index)
            .collect()
    }

    /// The resources above an id, nearest first. What stands between need not be in the estate.
    pub fn above(&self, id: &str) -> Vec<Index> {
        std::iter::successors(edges::parent_id(id), |id| edges::parent_id(id)).filter_map(|id| self.by_id(id)).collect()
    }

    /// Extension resources (locks, diagnostic settings, role assignments) whose scope is this resource.
    pub fn extensions(&self, of: Index) -> &[Index] {
        let map = self.extensions.get_or_init(|| edges::extensions(self));
        map.get(&of).map_or(&[], Vec::as_slice)
    }

    /// The resources whose ids this one's values contain, itself, ancestors and `dependsOn` left out.
    pub fn references(&self, of: Index) -> &[Index] {
        let map = self.references.get_or_init(|| edges::references(self));
        map.outgoing.get(&of).map_or(&[], Vec::as_slice)
    }

    /// The resources that reference this one.
    pub fn referenced_by(&self, of: Index) -> &[Index] {
        let map = self.references.get_or_init(|| edges::references(self));
        map.incoming.get(&of).map_or(&[], Vec::as_slice)
    }
}
