//! Exports that are too large to be held: found in a pass over their texts, judged range by range, in memory that is
//! bounded by what one range looks at. What comes out does not depend on how many threads there are.

use super::parallel::{self, ordered};
use super::{Progress, Setting, conflict, noticed};
use crate::check::{
    Input, InputStatus, Members, Outcome, Place, Problem, Run, Severity, Sink, Unlisted, Verdict, accept,
    evaluate_part, members,
};
use crate::estate::{Estate, Index};
use crate::export::stream::{Block, Blocks, Broken, Layout, StoreBuilder, layout, rest, scan};
use crate::export::{Lifted, Notice, not_whole};
use crate::input::{self, Found};
use crate::policy::{CompiledRule, Rule};
use crate::source::{Location, Source, SourceId, Span};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// Bytes of input from which exports are read as a stream.
pub const STREAMED_FROM: u64 = 64 << 20;

/// Resources that are judged before what was loaded for them is let go.
const RANGE: usize = 512;

/// Most outcomes of a rule and a verdict that are listed; more are counted.
const MOST_LISTED: usize = 500;

/// A file that is read as a stream.
#[derive(Clone, Debug)]
pub struct Streamed {
    pub found: Found,
    layout: Layout,
}

/// Splits off the exports, which are to be read as a stream.
pub fn split(found: &[Found]) -> (Vec<Found>, Vec<Streamed>) {
    let (mut whole, mut streamed) = (Vec::new(), Vec::new());
    for one in found {
        match layout(&one.path).filter(|_| input::size(one) <= u64::from(u32::MAX)) {
            Some(layout) => streamed.push(Streamed { found: one.clone(), layout }),
            None => whole.push(one.clone()),
        }
    }
    (whole, streamed)
}

/// Judges the estate that large exports and `small` ones make together. What waivers and a baseline accept is marked, since
/// not every outcome is kept; gives which waivers are used.
pub fn judge(setting: &Setting, streamed: &[Streamed], small: Lifted, run: &mut Run) -> Vec<bool> {
    let mut builder = StoreBuilder::default();
    for one in streamed {
        read(setting, one, &mut builder, run);
    }
    builder.hold(small.resources);
    let (store, catalogue) = builder.finish();
    for one in store.conflicts() {
        run.problems.push(conflict(&one, setting.sources));
    }
    let estate = || Estate::supplied(store.clone(), catalogue.clone()).with_collections(small.collections.clone());
    let used = evaluate(setting, &estate, run);
    for (source, error) in store.faults() {
        let place = Location { source, span: error.span };
        run.problems.push(broken(setting, source, error.message, place));
    }
    used
}

fn broken(setting: &Setting, source: SourceId, message: String, at: Location) -> Problem {
    Problem {
        code: "invalid-json",
        severity: Severity::Error,
        message,
        place: Some(Place { at, label: "here".to_owned() }),
        input: setting.sources.name(source),
        help: None,
    }
}

/// Finds the resources of one file.
fn read(setting: &Setting, one: &Streamed, builder: &mut StoreBuilder, run: &mut Run) {
    let name = &one.found.name;
    let failed = |run: &mut Run, message: String| {
        run.inputs.push(Input { name: name.clone(), status: InputStatus::Failed(message.clone()) });
        run.problems.push(Problem {
            code: "unreadable",
            severity: Severity::Error,
            message,
            place: None,
            input: name.clone(),
            help: None,
        });
    };
    let opened =
        Blocks::open(&one.found.path, one.layout).and_then(|blocks| Ok((blocks, File::open(&one.found.path)?)));
    let (blocks, file) = match opened {
        Ok(opened) => opened,
        Err(error) => return failed(run, format!("cannot be read: {}", input::reason(&error))),
    };
    let progress = setting.request.progress.as_deref();
    let size = file.metadata().map_or(0, |data| data.len());
    if let Some(progress) = progress {
        progress.begin("reading", size);
    }
    let mut fault: Option<Broken> = None;
    let mut count = 0;
    let mut blocks = blocks;
    let spare = blocks.spare.clone();
    let work = |_: &mut (), block: Block| {
        let scanned = scan(&block);
        spare.give(block);
        scanned
    };
    let next = || match blocks.next_block()? {
        Ok(block) => Some(block),
        Err(broken) => {
            fault = Some(broken);
            None
        }
    };
    ordered(next, parallel::threads(setting.request.threads), &|| (), &work, &mut |scanned| {
        if let Some(progress) = progress {
            progress.advance(scanned.bytes());
        }
        count += scanned.count();
        builder.add(scanned);
    });
    let notices = std::mem::take(&mut builder.notices);
    let mut source = SourceId::default();
    builder.end_file(file, |marks| {
        source = setting.sources.add(Source::large(name, &one.found.path, marks));
        source
    });
    if let Some((span, is_query)) = rest(&one.found.path, one.layout) {
        run.problems.push(noticed(name, not_whole(Location { source, span }, is_query)));
    }
    run.problems.extend(notices.into_iter().map(|notice| {
        let at = Location { source, ..notice.at };
        noticed(name, Notice { at, ..notice })
    }));
    let status = match fault {
        None => InputStatus::Checked { resources: count },
        Some(fault) => {
            let at = Location { source, span: Span { start: fault.at, end: fault.at } };
            run.problems.push(broken(setting, source, fault.message.clone(), at));
            InputStatus::Failed(fault.message)
        }
    };
    run.inputs.push(Input { name: name.clone(), status });
}

/// Rules and verdicts of which no more outcomes are listed, by the address of the rule.
type Full = RwLock<HashSet<(usize, Verdict)>>;

/// What a range of resources gives.
struct Ranged<'f> {
    /// What earlier ranges have filled; nothing where waivers or a baseline must see every outcome.
    full: Option<&'f Full>,
    tally: Tally,
    outcomes: Vec<Outcome>,
    secrets: Vec<Location>,
    /// Which waivers cover something.
    used: Vec<bool>,
}

/// Counts by rule, verdict and whether it is suppressed.
type Tally = BTreeMap<(String, Verdict, bool), (Arc<Rule>, usize)>;

impl Sink for Ranged<'_> {
    fn wants(&mut self, rule: &CompiledRule, verdict: Verdict) -> bool {
        let key = (Arc::as_ptr(&rule.rule) as usize, verdict);
        let is_full = |full: &Full| full.read().unwrap_or_else(PoisonError::into_inner).contains(&key);
        let is_counted = verdict == Verdict::Pass || self.full.is_some_and(is_full);
        if is_counted {
            count(&mut self.tally, &rule.rule, verdict, false, 1);
        }
        !is_counted
    }
    fn wants_all(&self) -> bool {
        false
    }
    fn take(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }
    fn secret(&mut self, at: Location) {
        self.secrets.push(at);
    }
}

fn count(tally: &mut Tally, rule: &Arc<Rule>, verdict: Verdict, is_suppressed: bool, more: usize) {
    match tally.get_mut(&(rule.id.clone(), verdict, is_suppressed)) {
        Some((_, count)) => *count += more,
        None => {
            tally.insert((rule.id.clone(), verdict, is_suppressed), (rule.clone(), more));
        }
    }
}

fn ranges(count: usize) -> impl Iterator<Item = Range<Index>> {
    (0..count).step_by(RANGE).map(move |start| start..(start + RANGE).min(count))
}

fn evaluate(setting: &Setting, estate: &(dyn Fn() -> Estate + Sync), run: &mut Run) -> Vec<bool> {
    let threads = parallel::threads(setting.request.threads);
    let total = estate().count();
    let progress: Option<&Progress> = setting.request.progress.as_deref();
    if let Some(progress) = progress {
        progress.begin("judging", total as u64);
    }
    let found: Vec<Members> = setting
        .packs
        .packs
        .iter()
        .map(|pack| {
            let mut all = Members::new();
            if pack.components.is_empty() {
                return all;
            }
            let mut steps = ranges(total);
            let work = |estate: &mut Estate, range: Range<Index>| {
                let found = members(estate, setting.packs, pack, range);
                estate.release();
                found
            };
            ordered(|| steps.next(), threads, estate, &work, &mut |part| all.extend(part));
            all
        })
        .collect();
    let home = if total > 0 { estate().resource(0).at } else { Location::default() };
    let mut tally = Tally::new();
    let mut used = vec![false; setting.policies.map_or(0, |policies| policies.waivers.len())];
    let name_of = |id| setting.sources.name(id);
    let mut steps = ranges(total);
    let full = Full::default();
    let is_judged_by_policy =
        setting.policies.is_some_and(|policies| !policies.waivers.is_empty() || policies.baseline.is_some());
    let work = |estate: &mut Estate, range: Range<Index>| {
        let mut ranged = Ranged {
            full: (!is_judged_by_policy).then_some(&full),
            tally: Tally::new(),
            outcomes: Vec::new(),
            secrets: Vec::new(),
            used: Vec::new(),
        };
        evaluate_part(estate, setting.packs, &found, home, setting.wanted, range, &mut ranged);
        estate.release();
        if let Some(policies) = setting.policies {
            ranged.used = accept(&mut ranged.outcomes, policies, &name_of);
        }
        ranged
    };
    let mut listed: BTreeMap<(String, Verdict), usize> = BTreeMap::new();
    ordered(|| steps.next(), threads, estate, &work, &mut |ranged: Ranged| {
        if let Some(progress) = progress {
            progress.advance(RANGE as u64);
        }
        run.secrets.extend(ranged.secrets);
        used.iter_mut().zip(ranged.used).for_each(|(all, one)| *all |= one);
        for ((_, verdict, is_suppressed), (rule, more)) in ranged.tally {
            count(&mut tally, &rule, verdict, is_suppressed, more);
        }
        for outcome in ranged.outcomes {
            let listed = listed.entry((outcome.rule.id.clone(), outcome.verdict)).or_default();
            *listed += 1;
            if *listed == MOST_LISTED {
                let key = (Arc::as_ptr(&outcome.rule) as usize, outcome.verdict);
                full.write().unwrap_or_else(PoisonError::into_inner).insert(key);
            }
            if *listed <= MOST_LISTED {
                run.outcomes.push(outcome);
            } else {
                count(&mut tally, &outcome.rule, outcome.verdict, outcome.suppressed.is_some(), 1);
            }
        }
    });
    run.unlisted.extend(tally.into_iter().map(|((_, verdict, is_suppressed), (rule, count))| Unlisted {
        rule,
        verdict,
        is_suppressed,
        count,
    }));
    used
}
