//! All resources of one evaluation, indexed by type and id, with parent, child, extension and reference edges.
//! Input: expanded [`Resource`]s of templates or exports. Output: [`Estate`]. Knows nothing of what rules mean.

mod catalogue;
mod edges;

pub use catalogue::{Builder, Catalogue, Identity, id_hash};
pub use edges::{Edges, References, ids_in, owner_id, parent_id, texts};

use crate::document::Value;
use crate::source::Location;
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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

    /// The name of the resource that this one is a child of; its own where it is no child.
    pub fn parent_name(&self) -> &str {
        let own = self.short_name();
        self.name.strip_suffix(own).and_then(|above| above.strip_suffix('/')).map_or(own, last_segment)
    }
}

/// What stands after the last `/` outside holes.
pub fn last_segment(text: &str) -> &str {
    edges::from_end(text).next().unwrap_or(text)
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

/// Gives resources of an estate that is too large to be held: each is made anew when it is asked for.
pub trait Supply: Debug + Send + Sync {
    /// The resource with that number.
    fn resource(&self, index: Index) -> Resource;
}

/// Where the resources are.
#[derive(Debug)]
enum Bodies {
    Held(Vec<Resource>),
    Supplied {
        supply: Arc<dyn Supply>,
        loaded: Vec<OnceLock<Box<Resource>>>,
        /// Those that are loaded.
        touched: Mutex<Vec<Index>>,
    },
}

impl Default for Bodies {
    fn default() -> Self {
        Bodies::Held(Vec::new())
    }
}

/// The resources of one evaluation and how they relate.
#[derive(Debug, Default)]
pub struct Estate {
    bodies: Bodies,
    /// Parts of the platform that the input surely has but does not show, in words.
    pub gaps: Vec<String>,
    /// Collections that exports show whole, perhaps empty: lower-case type and id of the resource they belong to.
    pub collections: HashSet<(String, String)>,
    catalogue: Arc<Catalogue>,
}

impl Estate {
    /// Indexes the resources. Of two with one id, a declared one comes before an `existing` one, else the first.
    pub fn new(resources: Vec<Resource>) -> Self {
        let catalogue = Arc::new(Catalogue::of(&resources));
        Estate { bodies: Bodies::Held(resources), catalogue, ..Estate::default() }
    }

    /// An estate whose resources are made when they are asked for, with what is known of them all.
    pub fn supplied(supply: Arc<dyn Supply>, catalogue: Arc<Catalogue>) -> Self {
        let loaded = (0..catalogue.count).map(|_| OnceLock::new()).collect();
        let bodies = Bodies::Supplied { supply, loaded, touched: Mutex::default() };
        Estate { bodies, catalogue, ..Estate::default() }
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

    /// The resources back; nothing where they are supplied.
    pub fn into_resources(self) -> Vec<Resource> {
        match self.bodies {
            Bodies::Held(resources) => resources,
            Bodies::Supplied { .. } => Vec::new(),
        }
    }

    /// How many resources there are.
    pub fn count(&self) -> usize {
        self.catalogue.count
    }

    /// The resource with that number.
    pub fn resource(&self, index: Index) -> &Resource {
        match &self.bodies {
            Bodies::Held(resources) => &resources[index],
            Bodies::Supplied { supply, loaded, touched } => loaded[index].get_or_init(|| {
                touched.lock().unwrap_or_else(PoisonError::into_inner).push(index);
                Box::new(supply.resource(index))
            }),
        }
    }

    /// Lets supplied resources go, so that memory is bounded by what one step of the work looks at.
    pub fn release(&mut self) {
        if let Bodies::Supplied { loaded, touched, .. } = &mut self.bodies {
            for index in touched.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
                loaded[index] = OnceLock::new();
            }
        }
    }

    /// Whether resources are supplied one by one: then all of them should not be looked through.
    pub fn is_supplied(&self) -> bool {
        matches!(self.bodies, Bodies::Supplied { .. })
    }

    /// The resource's type in lower case, told without loading it.
    pub fn type_of(&self, index: Index) -> &str {
        &self.catalogue.types[self.catalogue.type_of[index] as usize]
    }

    /// The same with nothing loaded; what is held is not copied: the copy is empty.
    pub fn fork(&self) -> Estate {
        match &self.bodies {
            Bodies::Held(_) => Estate::default(),
            Bodies::Supplied { supply, .. } => Estate::supplied(supply.clone(), self.catalogue.clone())
                .with_collections(self.collections.clone())
                .with_gaps(self.gaps.clone()),
        }
    }

    /// What was found out once and holds for the whole estate, kept under a `name`.
    pub fn remembered<T: Send + Sync + 'static>(&self, name: usize, find: impl FnOnce() -> T) -> Arc<T> {
        let notes = || self.catalogue.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = notes().get(&name).cloned().and_then(|note| note.downcast().ok());
        known.unwrap_or_else(|| {
            let found = Arc::new(find());
            notes().insert(name, found.clone());
            found
        })
    }

    /// An index of resources by keys that are read from each, made once under a `name` and kept.
    pub fn lookup(&self, name: usize, of: &dyn Fn() -> Vec<Index>, keys: &dyn Fn(&Resource) -> Vec<u64>) -> Arc<Edges> {
        let known = |lookups: &HashMap<usize, Arc<Edges>>| lookups.get(&name).cloned();
        let mut lookups = self.catalogue.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        known(&lookups).unwrap_or_else(|| {
            // Read past what is loaded, so that memory does not grow with the index's sources.
            let read = |index: Index| match &self.bodies {
                Bodies::Held(resources) => keys(&resources[index]),
                Bodies::Supplied { supply, .. } => keys(&supply.resource(index)),
            };
            let pairs = of().into_iter().flat_map(|index| read(index).into_iter().map(move |key| (key, index as u32)));
            let edges = Arc::new(Edges::new(pairs.collect()));
            lookups.insert(name, edges.clone());
            edges
        })
    }

    /// The resources of a type, in any case, in written order.
    pub fn of_type(&self, type_name: &str) -> &[Index] {
        let by_type = &self.catalogue.by_type;
        // Rules name types in lower case.
        let found = match type_name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            false => by_type.get(type_name),
            true => by_type.get(&type_name.to_ascii_lowercase()),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// The types present (lower case) with their resources.
    pub fn types(&self) -> impl Iterator<Item = (&str, &[Index])> {
        self.catalogue.by_type.iter().map(|(name, list)| (name.as_str(), list.as_slice()))
    }

    /// The resource with that id, in any case.
    pub fn by_id(&self, id: &str) -> Option<Index> {
        let by_id = self.catalogue.by_id.get_or_init(|| catalogue::by_id(self.held()));
        by_id.get(&id_hash(id)).map(|index| *index as Index)
    }

    /// The id one level up; nothing for a resource without parent.
    pub fn parent_id(&self, of: Index) -> Option<&str> {
        edges::parent_id(&self.resource(of).id)
    }

    /// Those whose id was too long and was cut, so that their parent is not found by it. Only templates make such ids.
    pub fn lost(&self) -> &[Index] {
        self.catalogue.lost.get_or_init(|| {
            let cut = |index: &Index| self.held()[*index].id.contains('…') && self.parent(*index).is_none();
            (0..self.held().len()).filter(cut).collect()
        })
    }

    /// The resource one level up, when the estate has it.
    pub fn parent(&self, of: Index) -> Option<Index> {
        self.parent_id(of).and_then(|id| self.by_id(id))
    }

    /// All resources below an id at any depth, in written order, wherever the text declares them. What stands between
    /// need not be in the estate. Extension resources are not below.
    pub fn below(&self, id: &str) -> Vec<Index> {
        let edges = self.catalogue.under.get_or_init(|| {
            let ids = self.held().iter().enumerate();
            Edges::new(
                ids.flat_map(|(index, one)| edges::ancestors(&one.id).map(move |id| (id, index as u32))).collect(),
            )
        });
        edges.of(id_hash(id)).collect()
    }

    /// The resources above an id, nearest first. What stands between need not be in the estate.
    pub fn above(&self, id: &str) -> Vec<Index> {
        std::iter::successors(edges::parent_id(id), |id| edges::parent_id(id)).filter_map(|id| self.by_id(id)).collect()
    }

    /// Extension resources (locks, diagnostic settings, role assignments) whose scope is this resource.
    pub fn extensions(&self, of: Index) -> Vec<Index> {
        self.extensions_at(&self.resource(of).id)
    }

    /// Extension resources whose scope is that id, whether or not the estate has what they extend.
    pub fn extensions_at(&self, id: &str) -> Vec<Index> {
        let edges = self.catalogue.extensions.get_or_init(|| {
            let ids = self.held().iter().enumerate();
            let extended = ids.filter_map(|(index, one)| Some((edges::extended_id(&one.id)?, index as u32)));
            Edges::new(extended.map(|(id, index)| (id_hash(id), index)).collect())
        });
        edges.of(id_hash(id)).collect()
    }

    /// The resources that are deployed to the same resource group, subscription or other scope, itself among them.
    pub fn in_scope_of(&self, of: Index) -> Vec<Index> {
        self.in_scope(edges::scope_id(&self.resource(of).id))
    }

    /// The same with those of the scopes around it: of a resource group its subscription. To which management group a
    /// subscription belongs, ids do not tell.
    pub fn in_scopes_around(&self, of: Index) -> Vec<Index> {
        let scope = edges::scope_id(&self.resource(of).id);
        let around = edges::scope_around(scope);
        std::iter::once(scope).chain(around).flat_map(|scope| self.in_scope(scope)).collect()
    }

    fn in_scope(&self, scope: &str) -> Vec<Index> {
        let edges = self.catalogue.scopes.get_or_init(|| {
            let ids = self.held().iter().enumerate();
            Edges::new(ids.map(|(index, one)| (id_hash(edges::scope_id(&one.id)), index as u32)).collect())
        });
        edges.of(id_hash(scope)).collect()
    }

    /// The resources whose ids this one's values contain, itself, ancestors and `dependsOn` left out.
    pub fn references(&self, of: Index) -> Vec<Index> {
        self.reference_edges().outgoing.of(of as u64).collect()
    }

    /// The resources that reference this one.
    pub fn referenced_by(&self, of: Index) -> Vec<Index> {
        self.reference_edges().incoming.of(of as u64).collect()
    }

    fn reference_edges(&self) -> &References {
        self.catalogue.references.get_or_init(|| edges::references(self, self.held()))
    }

    /// What edges are read from when they were not given with the catalogue.
    fn held(&self) -> &[Resource] {
        match &self.bodies {
            Bodies::Held(resources) => resources,
            Bodies::Supplied { .. } => &[],
        }
    }
}
