use std::collections::{BTreeMap, HashMap};

use antiphon_interaction::InteractionId;
use jiff::Timestamp;

use crate::{
    Candidate, Claim, Error, Job, JobChange, JobMark, Leases, NewJob, ProjectId, QueueDepth, Settlement, WorkerId,
    share_out,
};

/// Jobs by the order in which they were enqueued.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    queued: i64,
    jobs: BTreeMap<i64, Queued>,
}

#[derive(Debug, Clone)]
struct Queued {
    job: Job,
    due: Timestamp,
    priority: i16,
    worker: Option<WorkerId>,
}

impl Queued {
    fn new(new: NewJob) -> Self {
        let NewJob {
            id,
            project,
            kind,
            payload,
            interaction,
            due,
            priority,
            worker,
            limit: _,
        } = new;
        let claims = u32::from(worker.is_some());
        let job = Job {
            id,
            project,
            kind,
            payload,
            interaction,
            fence: claims,
            tries: claims,
            silent_for: None,
        };
        Self {
            job,
            due,
            priority,
            worker,
        }
    }

    fn is_held(&self, leases: &Leases, now: Timestamp) -> bool {
        self.worker.as_ref().is_some_and(|worker| leases.runs(worker, now))
    }
}

impl Jobs {
    /// What a commit does to jobs, whole or not at all.
    pub(super) fn change(&mut self, change: Option<JobChange>, enqueue: Vec<NewJob>) -> Result<(), Error> {
        let mut undo = None;
        if let Some(JobChange { id, fence, mark }) = change {
            let order = self.claimed(&id, fence).ok_or(Error::Fenced(id))?;
            undo = self.jobs.get(&order).map(|queued| (order, queued.clone()));
            match mark {
                JobMark::Progressed => {
                    if let Some(queued) = self.jobs.get_mut(&order) {
                        queued.job.tries = 0;
                    }
                }
                JobMark::Done => {
                    self.jobs.remove(&order);
                }
            }
        }
        let enqueued = self.enqueue(enqueue);
        if enqueued.is_err() {
            self.jobs.extend(undo);
        }
        enqueued
    }

    /// Adds jobs, all or none.
    pub(super) fn enqueue(&mut self, new: Vec<NewJob>) -> Result<(), Error> {
        let before = self.queued;
        for new in new {
            if let Err(error) = self.enqueue_one(new) {
                drop(self.jobs.split_off(&(before + 1)));
                return Err(error);
            }
        }
        Ok(())
    }

    fn enqueue_one(&mut self, new: NewJob) -> Result<(), Error> {
        if self.jobs.values().any(|queued| queued.job.id == new.id) {
            return Ok(());
        }
        if let Some(limit) = new.limit {
            let of_kind = |queued: &&Queued| queued.job.project == new.project && queued.job.kind == new.kind;
            if self.jobs.values().filter(of_kind).count() as u64 >= u64::from(limit) {
                return Err(Error::QueueFull {
                    project: new.project,
                    kind: new.kind,
                    limit,
                });
            }
        }
        self.queued += 1;
        self.jobs.insert(self.queued, Queued::new(new));
        Ok(())
    }

    pub(super) fn claim(&mut self, claim: Claim, leases: &Leases) -> Vec<Job> {
        let Claim {
            worker,
            kinds,
            now,
            limit,
            per_project,
        } = claim;
        if !leases.runs(&worker, now) {
            return Vec::new();
        }
        let mut held: HashMap<ProjectId, u64> = HashMap::new();
        let mut candidates = Vec::new();
        for (&order, queued) in self.jobs.iter().filter(|(_, queued)| kinds.contains(&queued.job.kind)) {
            let project = queued.job.project.clone();
            if queued.is_held(leases, now) {
                *held.entry(project).or_default() += 1;
            } else if queued.due <= now {
                candidates.push(Candidate {
                    project,
                    priority: queued.priority,
                    due: queued.due,
                    order,
                });
            }
        }
        let mut claimed = Vec::new();
        for order in share_out(candidates, held, per_project, limit) {
            let Some(queued) = self.jobs.get_mut(&order) else {
                continue;
            };
            let before = queued.worker.replace(worker.clone());
            let taken = before.and_then(|before| leases.take_over(&before, now));
            queued.job.silent_for = taken.and_then(|taken| taken.silent_for);
            queued.job.fence += 1;
            queued.job.tries += 1;
            claimed.push(queued.job.clone());
        }
        claimed
    }

    pub(super) fn held(&self, worker: &WorkerId) -> Vec<(String, u32)> {
        let held = self
            .jobs
            .values()
            .filter(|queued| queued.worker.as_ref() == Some(worker));
        held.map(|queued| (queued.job.id.clone(), queued.job.fence)).collect()
    }

    pub(super) fn settle(&mut self, id: &str, fence: u32, settlement: Settlement) -> Result<bool, Error> {
        let Some(order) = self.claimed(id, fence) else {
            return Ok(false);
        };
        match settlement {
            Settlement::Done { enqueue } => {
                let change = JobChange {
                    id: id.to_owned(),
                    fence,
                    mark: JobMark::Done,
                };
                self.change(Some(change), enqueue)?;
            }
            Settlement::Later { due, payload } => {
                if let Some(queued) = self.jobs.get_mut(&order) {
                    queued.worker = None;
                    queued.due = due;
                    queued.job.payload = payload;
                }
            }
            Settlement::HandedBack => {
                if let Some(queued) = self.jobs.get_mut(&order) {
                    queued.worker = None;
                    queued.job.tries = queued.job.tries.saturating_sub(1);
                }
            }
        }
        Ok(true)
    }

    pub(super) fn depths(&self, leases: &Leases, now: Timestamp) -> Vec<QueueDepth> {
        let mut depths: BTreeMap<&str, QueueDepth> = BTreeMap::new();
        for queued in self.jobs.values() {
            let depth = depths.entry(&queued.job.kind).or_insert_with(|| QueueDepth {
                kind: queued.job.kind.clone(),
                waiting: 0,
                held: 0,
                abandoned: 0,
                oldest_due: None,
            });
            if queued.is_held(leases, now) {
                depth.held += 1;
            } else if queued.worker.is_some() {
                depth.abandoned += 1;
            } else {
                depth.waiting += 1;
                if queued.due <= now {
                    depth.oldest_due = Some(depth.oldest_due.map_or(queued.due, |oldest| oldest.min(queued.due)));
                }
            }
        }
        depths.into_values().collect()
    }

    /// Forgets the jobs of interactions that are gone.
    pub(super) fn drop_those_of(&mut self, gone: impl Fn(&InteractionId) -> bool) {
        self.jobs
            .retain(|_, queued| !queued.job.interaction.as_ref().is_some_and(&gone));
    }

    /// The job that is claimed under this token.
    fn claimed(&self, id: &str, fence: u32) -> Option<i64> {
        let claimed = |queued: &Queued| queued.job.id == id && queued.job.fence == fence && queued.worker.is_some();
        self.jobs
            .iter()
            .find_map(|(order, queued)| claimed(queued).then_some(*order))
    }
}
