//! How far a long run is, on the terminal of whoever waits for it: on standard error only, after a second, and gone when
//! the run ends.

use crate::session::Progress;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a run is left alone before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often what is shown is brought up to date.
const PACE: Duration = Duration::from_millis(200);

/// Shows progress until it is dropped.
#[derive(Debug)]
pub struct Watch {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Watches `progress` where a person looks at standard error; nothing elsewhere.
pub fn watch(progress: &Arc<Progress>) -> Watch {
    let is_dumb = std::env::var("TERM").as_deref() == Ok("dumb");
    if !std::io::stderr().is_terminal() || is_dumb {
        return Watch { end: None, thread: None };
    }
    let (end, ended) = channel();
    let progress = progress.clone();
    // A run whose progress cannot be shown runs all the same.
    let thread = std::thread::Builder::new().spawn(move || show(&progress, &ended)).ok();
    Watch { end: Some(end), thread }
}

fn show(progress: &Progress, ended: &Receiver<()>) {
    let mut pause = PATIENCE;
    let mut is_shown = false;
    while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        pause = PACE;
        if let Some((step, hundredths)) = progress.state() {
            let mut out = std::io::stderr().lock();
            is_shown |= write!(out, "\r{step} {hundredths:3} %\x1b[K").and_then(|()| out.flush()).is_ok();
        }
    }
    if is_shown {
        let mut out = std::io::stderr().lock();
        // Nobody is left to tell when standard error is gone.
        let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // Whatever became of the display, the run is what counts.
            let _ = thread.join();
        }
    }
}
