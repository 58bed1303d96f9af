//! What is known of all resources of an estate without their settings: types, ids, and the edges that ids tell.

use super::edges::{self, Edges, References};
use super::{Index, Resource};
use std::any::Any;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, Mutex, OnceLock};

/// Types, ids and edges by resource number. Ids are kept as 64-bit hashes: of a million, two have the same hash once in
/// 37 million estates.
#[derive(Debug, Default)]
pub struct Catalogue {
    pub(super) count: usize,
    /// Lower case.
    pub(super) types: Vec<String>,
    pub(super) type_of: Vec<u32>,
    pub(super) by_type: HashMap<String, Vec<Index>>,
    /// From the hash of an id to the resource that has it.
    pub(super) by_id: OnceLock<HashMap<u64, u32>>,
    /// From the hash of an id to the resources below it.
    pub(super) under: OnceLock<Edges>,
    /// From the hash of an id to the resources that extend it.
    pub(super) extensions: OnceLock<Edges>,
    pub(super) references: OnceLock<References>,
    /// From the hash of a scope to the resources deployed to it.
    pub(super) scopes: OnceLock<Edges>,
    /// The resources whose id was cut.
    pub(super) lost: OnceLock<Vec<Index>>,
    /// What was found out for the whole estate, by the name it was found under.
    pub(super) notes: Mutex<HashMap<usize, Arc<dyn Any + Send + Sync>>>,
    /// Indexes that were asked for, by the name they were asked under.
    pub(super) lookups: Mutex<HashMap<usize, Arc<Edges>>>,
}

/// What a catalogue is made from, of one resource.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Hash of its id.
    id: u64,
    /// Hashes of the ids above it.
    above: Vec<u64>,
    /// Hash of the id that it extends.
    extended: Option<u64>,
    /// Hash of the scope that it is deployed to.
    scope: u64,
    /// Hashes of each id that its text mentions and of the beginnings of that id, longest first; a mention ends with
    /// [`END`].
    mentioned: Vec<u64>,
}

/// Ends a mention.
const END: u64 = u64::MAX;

impl Identity {
    /// Of the resource with that id.
    pub fn new(id: &str) -> Self {
        Identity {
            id: id_hash(id),
            above: edges::ancestors(id).collect(),
            extended: edges::extended_id(id).map(id_hash),
            scope: id_hash(edges::scope_id(id)),
            mentioned: Vec::new(),
        }
    }

    /// Notes an id that its text mentions.
    pub fn mention(&mut self, id: &str) {
        let own = id_hash(id);
        if own != self.id {
            self.mentioned.push(own);
            self.mentioned.extend(edges::heads(id).skip(1).map(id_hash));
            self.mentioned.push(END);
        }
    }
}

/// The hash of an id, in which the case of ASCII letters does not count (Azure's ids have no others).
pub fn id_hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut buffer = [0u8; 128];
    for chunk in id.as_bytes().chunks(buffer.len()) {
        let lower = &mut buffer[..chunk.len()];
        lower.copy_from_slice(chunk);
        lower.make_ascii_lowercase();
        hasher.write(lower);
    }
    hasher.finish()
}

impl Catalogue {
    pub(super) fn of(resources: &[Resource]) -> Self {
        let mut catalogue = Catalogue::default();
        let mut numbers = HashMap::new();
        resources.iter().for_each(|one| catalogue.add(&one.type_name, &mut numbers));
        catalogue
    }

    /// Adds a resource; `numbers` are those of types.
    fn add(&mut self, type_name: &str, numbers: &mut HashMap<String, u32>) {
        let index = self.count;
        self.count += 1;
        // Resources of one type often follow each other.
        let last = self.type_of.last().copied();
        let is_last = last.is_some_and(|last| self.types[last as usize].eq_ignore_ascii_case(type_name));
        let number = last.filter(|_| is_last).unwrap_or_else(|| self.type_number(type_name, numbers));
        self.type_of.push(number);
        if let Some(list) = self.by_type.get_mut(&self.types[number as usize]) {
            list.push(index);
        }
    }

    fn type_number(&mut self, name: &str, numbers: &mut HashMap<String, u32>) -> u32 {
        if let Some(number) = numbers.get(name) {
            return *number;
        }
        let lower = name.to_ascii_lowercase();
        let number = self.types.iter().position(|own| *own == lower).unwrap_or_else(|| {
            self.types.push(lower.clone());
            self.by_type.insert(lower, Vec::new());
            self.types.len() - 1
        }) as u32;
        numbers.insert(name.to_owned(), number);
        number
    }
}

/// The resources by the hashes of their ids: of two with one id, a declared one comes before an `existing` one, else the
/// first.
pub(super) fn by_id(resources: &[Resource]) -> HashMap<u64, u32> {
    let mut found: HashMap<u64, u32> = HashMap::with_capacity(resources.len());
    for (index, one) in resources.iter().enumerate() {
        let first = found.entry(id_hash(&one.id)).or_insert(index as u32);
        if resources[*first as usize].existing && !one.existing {
            *first = index as u32;
        }
    }
    found
}

/// Makes the catalogue of an estate that is not held.
#[derive(Debug, Default)]
pub struct Builder {
    catalogue: Catalogue,
    by_id: HashMap<u64, u32>,
    numbers: HashMap<String, u32>,
    under: Vec<(u64, u32)>,
    extensions: Vec<(u64, u32)>,
    scopes: Vec<(u64, u32)>,
    /// Resource and how many of the hashes that follow are of its mentions.
    mentions: Vec<(u32, u32)>,
    mentioned: Vec<u64>,
}

impl Builder {
    /// Adds a resource. One that was added before under the same id takes it in: the number of that one is given.
    pub fn add(&mut self, one: &Identity, type_name: &str) -> Result<Index, Index> {
        if let Some(first) = self.by_id.get(&one.id) {
            return Err(*first as Index);
        }
        let index = self.catalogue.count;
        self.catalogue.add(type_name, &mut self.numbers);
        self.by_id.insert(one.id, index as u32);
        self.under.extend(one.above.iter().map(|id| (*id, index as u32)));
        self.extensions.extend(one.extended.map(|id| (id, index as u32)));
        self.scopes.push((one.scope, index as u32));
        if !one.mentioned.is_empty() {
            self.mentions.push((index as u32, one.mentioned.len() as u32));
            self.mentioned.extend(&one.mentioned);
        }
        Ok(index)
    }

    /// The catalogue, its edges resolved.
    pub fn finish(self) -> Catalogue {
        let by_id = self.by_id;
        let mut pairs: Vec<(u64, u32)> = Vec::new();
        let mut from = 0;
        for (index, count) in self.mentions {
            let hashes = &self.mentioned[from..from + count as usize];
            from += count as usize;
            let own = pairs.len();
            for mention in hashes.split(|hash| *hash == END) {
                let target = mention.iter().find_map(|hash| by_id.get(hash)).copied();
                let is_new = |other: u32| !pairs[own..].iter().any(|(_, known)| *known == other);
                if let Some(other) = target.filter(|other| *other != index && is_new(*other)) {
                    pairs.push((u64::from(index), other));
                }
            }
        }
        // What stands above a resource is no reference of it.
        let under = Edges::new(self.under);
        let mut above: Vec<(u64, u32)> = under
            .pairs()
            .filter_map(|(id, index)| by_id.get(&id).map(|ancestor| (u64::from(index), *ancestor)))
            .collect();
        above.sort_unstable();
        pairs.retain(|pair| above.binary_search(pair).is_err());
        let incoming = pairs.iter().map(|(from, to)| (u64::from(*to), *from as u32)).collect();
        let references = References { outgoing: Edges::new(pairs), incoming: Edges::new(incoming) };
        Catalogue {
            by_id: OnceLock::from(by_id),
            under: OnceLock::from(under),
            extensions: OnceLock::from(Edges::new(self.extensions)),
            scopes: OnceLock::from(Edges::new(self.scopes)),
            references: OnceLock::from(references),
            ..self.catalogue
        }
    }
}
