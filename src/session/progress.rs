//! How far a long run is, for whoever watches it from another thread.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

/// The step at hand, and how much of it is done.
#[derive(Debug, Default)]
pub struct Progress {
    step: Mutex<&'static str>,
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Begins a step of so much work.
    pub fn begin(&self, step: &'static str, total: u64) {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = step;
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// So much more is done.
    pub fn advance(&self, more: u64) {
        self.done.fetch_add(more, Ordering::Relaxed);
    }

    /// The step and how many hundredths of it are done; nothing before the first step.
    pub fn state(&self) -> Option<(&'static str, u64)> {
        let step = *self.step.lock().unwrap_or_else(PoisonError::into_inner);
        let total = self.total.load(Ordering::Relaxed);
        (total > 0).then(|| (step, (self.done.load(Ordering::Relaxed) * 100 / total).min(100)))
    }
}
