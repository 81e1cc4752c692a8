use std::collections::{BTreeMap, BTreeSet, HashMap};

use antiphon_interaction::{InteractionId, Step};
use jiff::Timestamp;

use crate::{
    Commit, Conversation, Error, JobChange, Known, Leases, NewJob, News, OpenEntry, ProjectId, Record, Stored,
    StoredStep, SweptTree, Turn, Update,
};

const FIRST_ATTEMPT: u32 = 1;

/// Interactions, and the trees they stand in.
#[derive(Debug, Default)]
pub(super) struct Interactions {
    places: HashMap<InteractionId, Place>,
    placed: u64,
}

/// An interaction's place in its tree; it stays when the content is erased.
#[derive(Debug)]
struct Place {
    order: u64,
    project: ProjectId,
    parent: Option<InteractionId>,
    root: InteractionId,
    updated: Timestamp,
    content: Option<Content>,
}

#[derive(Debug)]
struct Content {
    record: Record,
    attempt: u32,
    input: Vec<Step>,
    steps: BTreeMap<u32, StoredStep>,
    open: BTreeMap<EntryPlace, OpenEntry>,
}

/// The attempt a commit comes from.
#[derive(Clone, Copy)]
struct Attempt {
    number: u32,
    takes_over: bool,
}

impl Attempt {
    fn may_follow(self, current: u32) -> bool {
        self.number == current || (self.takes_over && self.number > current)
    }

    /// Whether the entries of an attempt stay.
    fn keeps(self, entries_of: u32) -> bool {
        !self.takes_over || entries_of >= self.number
    }
}

/// Index, attempt, ordinal.
type EntryPlace = (u32, u32, u32);

impl Interactions {
    fn live(&self, project: &ProjectId, id: &InteractionId) -> Option<&Content> {
        self.places
            .get(id)
            .filter(|place| place.project == *project)?
            .content
            .as_ref()
    }

    pub(super) fn read(&self, project: &ProjectId, id: &InteractionId) -> Option<Stored> {
        self.live(project, id).map(Content::stored)
    }

    pub(super) fn news(&self, project: &ProjectId, id: &InteractionId, known: Known) -> Option<News> {
        self.live(project, id).map(|content| content.news(known))
    }

    /// Applies a commit; `queue` does what it does to jobs, and may still refuse.
    pub(super) fn commit(
        &mut self,
        commit: Commit,
        queue: impl FnOnce(Option<JobChange>, Vec<NewJob>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Commit {
            project,
            id,
            create,
            attempt,
            takes_over,
            open,
            steps,
            update,
            job,
            enqueue,
            patient: _,
        } = commit;
        let attempt = attempt.map(|number| Attempt { number, takes_over });
        match create {
            Some((record, input)) => {
                if self.places.contains_key(&id) {
                    return Err(Error::AlreadyExists(id.to_string()));
                }
                let root = match &record.parent {
                    Some(parent) => match self.places.get(parent).filter(|place| place.project == project) {
                        Some(place) => place.root.clone(),
                        None => return Err(Error::NotFound(parent.clone())),
                    },
                    None => id.clone(),
                };
                let parent = record.parent.clone();
                let record = Record {
                    id: id.clone(),
                    project: project.clone(),
                    ..record
                };
                let mut content = Content::new(record, input);
                content.check(attempt, &open, &steps)?;
                queue(job, enqueue)?;
                content.apply(attempt, open, steps, update);
                let updated = content.record.updated;
                self.placed += 1;
                let order = self.placed;
                self.places.insert(
                    id,
                    Place {
                        order,
                        project,
                        parent,
                        root,
                        updated,
                        content: Some(content),
                    },
                );
            }
            None => {
                let Some(place) = self.places.get_mut(&id).filter(|place| place.project == project) else {
                    return Err(Error::NotFound(id));
                };
                let Some(content) = &mut place.content else {
                    return Err(Error::NotFound(id));
                };
                if content.record.status.is_terminal() {
                    return Err(Error::Terminal {
                        id,
                        status: content.record.status.clone(),
                    });
                }
                content.check(attempt, &open, &steps)?;
                queue(job, enqueue)?;
                content.apply(attempt, open, steps, update);
                place.updated = content.record.updated;
            }
        }
        Ok(())
    }

    pub(super) fn conversation(&self, project: &ProjectId, leaf: &InteractionId) -> Conversation {
        if self.live(project, leaf).is_none() {
            return Conversation::NotFound;
        }
        let mut turns = Vec::new();
        let mut next = Some(leaf);
        while let Some((id, place)) = next.and_then(|id| self.places.get_key_value(id)) {
            match &place.content {
                Some(content) => turns.push(content.turn()),
                None => return Conversation::Erased(id.clone()),
            }
            next = place.parent.as_ref();
        }
        turns.reverse();
        Conversation::Turns(turns)
    }

    pub(super) fn erase(&mut self, project: &ProjectId, id: &InteractionId) -> bool {
        self.places
            .get_mut(id)
            .filter(|place| place.project == *project)
            .is_some_and(|place| place.content.take().is_some())
    }

    pub(super) fn orphans(&self, leases: &Leases, now: Timestamp, limit: usize) -> Vec<(ProjectId, InteractionId)> {
        let is_run = |record: &Record| record.owner.as_ref().is_some_and(|owner| leases.runs(owner, now));
        let orphaned: BTreeMap<u64, &Record> = self
            .places
            .values()
            .filter_map(|place| Some((place.order, &place.content.as_ref()?.record)))
            .filter(|(_, record)| !record.background && !record.status.is_terminal() && !is_run(record))
            .collect();
        orphaned
            .into_values()
            .take(limit)
            .map(|record| (record.project.clone(), record.id.clone()))
            .collect()
    }

    /// Takes old trees away; returns what went.
    pub(super) fn sweep(
        &mut self,
        project: Option<&ProjectId>,
        before: Timestamp,
        limit: usize,
    ) -> (BTreeSet<InteractionId>, Vec<SweptTree>) {
        let stays = |place: &Place| {
            place.updated >= before
                || place
                    .content
                    .as_ref()
                    .is_some_and(|content| !content.record.status.is_terminal())
        };
        let staying: BTreeSet<InteractionId> = self
            .places
            .values()
            .filter(|place| stays(place))
            .map(|place| place.root.clone())
            .collect();
        let going: BTreeSet<InteractionId> = self
            .places
            .values()
            .filter(|place| !staying.contains(&place.root) && project.is_none_or(|project| place.project == *project))
            .map(|place| (place.updated, place.order, place.root.clone()))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .scan(BTreeSet::new(), |trees, (_, _, root)| {
                trees.insert(root.clone());
                (trees.len() <= limit).then_some(root)
            })
            .collect();
        let gone = self.places.extract_if(|_, place| going.contains(&place.root));
        let mut ids = BTreeSet::new();
        let mut trees: BTreeMap<InteractionId, SweptTree> = BTreeMap::new();
        for (id, place) in gone {
            let tree = trees.entry(place.root.clone()).or_insert(SweptTree {
                project: place.project,
                root: place.root,
                members: 0,
            });
            tree.members += 1;
            ids.insert(id);
        }
        (ids, trees.into_values().collect())
    }

    pub(super) fn erased_tree(&self, project: &ProjectId, id: &InteractionId) -> Option<InteractionId> {
        let place = self.places.get(id).filter(|place| place.project == *project)?;
        let left = |other: &Place| other.root == place.root && other.content.is_some();
        (!self.places.values().any(left)).then(|| place.root.clone())
    }
}

impl Content {
    fn new(record: Record, input: Vec<Step>) -> Self {
        Self {
            record,
            attempt: FIRST_ATTEMPT,
            input,
            steps: BTreeMap::new(),
            open: BTreeMap::new(),
        }
    }

    /// Finds everything that could be wrong with a change, so that [`Self::apply`] cannot fail.
    fn check(&self, attempt: Option<Attempt>, open: &[OpenEntry], steps: &[StoredStep]) -> Result<(), Error> {
        if attempt.is_some_and(|attempt| !attempt.may_follow(self.attempt)) {
            return Err(Error::Superseded(self.record.id.clone()));
        }
        let stays = |place: &EntryPlace| attempt.is_none_or(|attempt| attempt.keeps(place.1));
        let mut new_entries = BTreeSet::new();
        for entry in open {
            let place = place_of(entry);
            let there = stays(&place) && self.open.contains_key(&place);
            if self.steps.contains_key(&entry.index) || there || !new_entries.insert(place) {
                return Err(self.taken(entry.index));
            }
        }
        let mut new_steps = BTreeSet::new();
        for step in steps {
            if self.steps.contains_key(&step.index) || !new_steps.insert(step.index) {
                return Err(self.taken(step.index));
            }
        }
        Ok(())
    }

    fn taken(&self, index: u32) -> Error {
        Error::AlreadyExists(format!("step {index} of {}", self.record.id))
    }

    fn apply(
        &mut self,
        attempt: Option<Attempt>,
        open: Vec<OpenEntry>,
        steps: Vec<StoredStep>,
        update: Option<Update>,
    ) {
        if let Some(attempt) = attempt {
            self.attempt = attempt.number;
            self.open.retain(|place, _| attempt.keeps(place.1));
        }
        self.open
            .extend(open.into_iter().map(|entry| (place_of(&entry), entry)));
        for step in steps {
            self.open.retain(|_, entry| entry.index != step.index);
            self.steps.insert(step.index, step);
        }
        if let Some(Update { status, updated, head }) = update {
            self.record.status = status;
            self.record.updated = updated;
            self.record.head = head;
        }
        if self.record.status.is_terminal() {
            self.open.clear();
        }
    }

    fn stored(&self) -> Stored {
        Stored {
            record: self.record.clone(),
            attempt: self.attempt,
            input: self.input.clone(),
            steps: self.steps.values().cloned().collect(),
            open: self.open.values().cloned().collect(),
        }
    }

    fn news(&self, known: Known) -> News {
        let is_known = |entry: &OpenEntry| {
            (entry.index, entry.attempt) == (known.steps, known.attempt) && entry.ordinal < known.entries
        };
        News {
            record: self.record.clone(),
            attempt: self.attempt,
            steps: self.steps.range(known.steps..).map(|(_, step)| step.clone()).collect(),
            open: self.open.values().filter(|entry| !is_known(entry)).cloned().collect(),
        }
    }

    fn turn(&self) -> Turn {
        Turn {
            id: self.record.id.clone(),
            status: self.record.status.clone(),
            input: self.input.clone(),
            output: self.steps.values().map(|step| step.step.clone()).collect(),
        }
    }
}

fn place_of(entry: &OpenEntry) -> EntryPlace {
    (entry.index, entry.attempt, entry.ordinal)
}
