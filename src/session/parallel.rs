//! Work shared among threads, results in the order of the work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Stack of a worker, in bytes: evaluation recurses as deep as its named limits allow. Only what is used is committed.
const STACK: usize = 256 << 20;

/// How many threads are meant by a number of them, 0 being as many as there are processors.
pub fn threads(wanted: usize) -> usize {
    if wanted > 0 { wanted } else { std::thread::available_parallelism().map_or(1, std::num::NonZero::get) }
}

/// Runs `worker` on this thread and on as many helpers as make `threads`, each on a stack that suits deep templates.
fn on_threads(threads: usize, worker: impl Fn() + Copy + Send) {
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // A thread that cannot be started is one helper less: this thread works as well.
            if std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker).is_err() {
                break;
            }
        }
        worker();
    });
}

/// Applies `work` to every item on up to `threads` threads (0: as many as there are processors).
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = self::threads(threads).min(items.len());
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            let result = work(item);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    on_threads(threads, worker);
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Items that are worth the start of a thread.
const MANY: usize = 512;

/// Changes every item, on up to `threads` threads (0: as many as there are processors).
pub fn each<T: Send>(items: &mut [T], threads: usize, work: impl Fn(&mut T) + Sync) {
    let threads = self::threads(threads).min(items.len().div_ceil(MANY));
    let parts = Mutex::new(items.chunks_mut(MANY));
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
    on_threads(threads, || std::iter::from_fn(next).flatten().for_each(&work));
}

/// Applies `work` to what `next` gives, on up to `threads` threads, each with a state of its own, and hands the results
/// to `merge` in the order of the items. Who has a result waits while others are merged, so that results do not pile up.
pub fn ordered<T: Send, S, R: Send>(
    next: impl FnMut() -> Option<T> + Send,
    threads: usize,
    state: &(dyn Fn() -> S + Sync),
    work: &(dyn Fn(&mut S, T) -> R + Sync),
    merge: &mut (dyn FnMut(R) + Send),
) {
    struct Merging<'m, R> {
        merged: usize,
        waiting: BTreeMap<usize, R>,
        merge: &'m mut (dyn FnMut(R) + Send),
    }
    let source = Mutex::new((0usize, next));
    let merging = Mutex::new(Merging { merged: 0, waiting: BTreeMap::new(), merge });
    let worker = || {
        let mut state = state();
        loop {
            let item = {
                let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                let number = source.0;
                (source.1)().map(|item| {
                    source.0 += 1;
                    (number, item)
                })
            };
            let Some((number, item)) = item else { break };
            let result = work(&mut state, item);
            let mut merging = merging.lock().unwrap_or_else(PoisonError::into_inner);
            let held = &mut *merging;
            held.waiting.insert(number, result);
            while let Some(result) = held.waiting.remove(&held.merged) {
                (held.merge)(result);
                held.merged += 1;
            }
        }
    };
    on_threads(threads, worker);
}

/// Runs `work` on a thread whose stack suits deep templates.
pub fn on_big_stack<R: Send>(work: impl FnOnce() -> R + Send) -> std::io::Result<R> {
    std::thread::scope(|scope| {
        let handle = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        handle.join().map_err(|_| std::io::Error::other("the program has a fault and stopped"))
    })
}
