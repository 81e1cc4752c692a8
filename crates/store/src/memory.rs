//! The in-memory store: the reference for what [`Store`] promises, without its durability.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use antiphon_interaction::{InteractionId, Step};
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use jiff::Timestamp;

use crate::{
    ApiKey, Commit, Conversation, Error, KeyHash, NewApiKey, OpenEntry, ProjectId, Record, Store, Stored, StoredStep,
    Turn, Update,
};

const FIRST_ATTEMPT: u32 = 1;

/// Keeps everything in memory; what it holds ends with its last clone. Clones share one state.
///
/// Every operation is done when it is called: its future is ready at once.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        // A state is changed only after every check, so a panic elsewhere never leaves it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<(), Error>> {
        ready(self.state().commit(commit)).boxed()
    }

    fn read(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<Option<Stored>, Error>> {
        ready(Ok(self.state().live(&project, &id).map(Content::stored))).boxed()
    }

    fn conversation(&self, project: ProjectId, leaf: InteractionId) -> BoxFuture<'static, Result<Conversation, Error>> {
        ready(Ok(self.state().conversation(&project, &leaf))).boxed()
    }

    fn erase(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<bool, Error>> {
        ready(Ok(self.state().erase(&project, &id))).boxed()
    }

    fn unfinished(&self) -> BoxFuture<'static, Result<Vec<(ProjectId, InteractionId)>, Error>> {
        ready(Ok(self.state().unfinished())).boxed()
    }

    fn sweep(&self, before: Timestamp, limit: usize) -> BoxFuture<'static, Result<u64, Error>> {
        ready(Ok(self.state().sweep(before, limit))).boxed()
    }

    fn add_key(&self, key: NewApiKey) -> BoxFuture<'static, Result<(), Error>> {
        ready(self.state().add_key(key)).boxed()
    }

    fn keys(&self) -> BoxFuture<'static, Result<Vec<ApiKey>, Error>> {
        ready(Ok(self.state().keys.iter().map(|new| new.key.clone()).collect())).boxed()
    }

    fn revoke_key(&self, id: String) -> BoxFuture<'static, Result<bool, Error>> {
        let mut state = self.state();
        let before = state.keys.len();
        state.keys.retain(|new| new.key.id != id);
        ready(Ok(state.keys.len() < before)).boxed()
    }

    fn find_key(&self, hash: KeyHash) -> BoxFuture<'static, Result<Option<ApiKey>, Error>> {
        ready(Ok(self
            .state()
            .keys
            .iter()
            .find(|new| new.hash == hash)
            .map(|new| new.key.clone())))
        .boxed()
    }

    fn secret(&self, name: &'static str, candidate: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        ready(Ok(self.state().secrets.entry(name).or_insert(candidate).clone())).boxed()
    }

    fn check(&self) -> BoxFuture<'static, Result<(), Error>> {
        ready(Ok(())).boxed()
    }
}

#[derive(Debug, Default)]
struct State {
    places: HashMap<InteractionId, Place>,
    placed: u64,
    keys: Vec<NewApiKey>,
    secrets: HashMap<&'static str, Vec<u8>>,
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

/// Index, attempt, ordinal.
type EntryPlace = (u32, u32, u32);

impl State {
    fn live(&self, project: &ProjectId, id: &InteractionId) -> Option<&Content> {
        self.places
            .get(id)
            .filter(|place| place.project == *project)?
            .content
            .as_ref()
    }

    fn commit(&mut self, commit: Commit) -> Result<(), Error> {
        let Commit {
            project,
            id,
            create,
            attempt,
            open,
            steps,
            update,
            patient: _,
        } = commit;
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
                content.apply(open, steps, update);
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
                content.apply(open, steps, update);
                place.updated = content.record.updated;
            }
        }
        Ok(())
    }

    fn conversation(&self, project: &ProjectId, leaf: &InteractionId) -> Conversation {
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

    fn erase(&mut self, project: &ProjectId, id: &InteractionId) -> bool {
        self.places
            .get_mut(id)
            .filter(|place| place.project == *project)
            .is_some_and(|place| place.content.take().is_some())
    }

    fn unfinished(&self) -> Vec<(ProjectId, InteractionId)> {
        let running: BTreeMap<u64, &Content> = self
            .places
            .values()
            .filter_map(|place| Some((place.order, place.content.as_ref()?)))
            .filter(|(_, content)| !content.record.status.is_terminal())
            .collect();
        running
            .into_values()
            .map(|content| (content.record.project.clone(), content.record.id.clone()))
            .collect()
    }

    fn sweep(&mut self, before: Timestamp, limit: usize) -> u64 {
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
            .filter(|place| !staying.contains(&place.root))
            .map(|place| (place.updated, place.order, place.root.clone()))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .scan(BTreeSet::new(), |trees, (_, _, root)| {
                trees.insert(root.clone());
                (trees.len() <= limit).then_some(root)
            })
            .collect();
        let count = self.places.len();
        self.places.retain(|_, place| !going.contains(&place.root));
        (count - self.places.len()) as u64
    }

    fn add_key(&mut self, new: NewApiKey) -> Result<(), Error> {
        if self
            .keys
            .iter()
            .any(|known| known.key.id == new.key.id || known.hash == new.hash)
        {
            return Err(Error::AlreadyExists(new.key.id));
        }
        self.keys.push(new);
        Ok(())
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
    fn check(&self, attempt: Option<u32>, open: &[OpenEntry], steps: &[StoredStep]) -> Result<(), Error> {
        if attempt.is_some_and(|attempt| attempt != self.attempt) {
            return Err(Error::Superseded(self.record.id.clone()));
        }
        let mut new_entries = BTreeSet::new();
        for entry in open {
            let place = place_of(entry);
            if self.steps.contains_key(&entry.index) || self.open.contains_key(&place) || !new_entries.insert(place) {
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

    fn apply(&mut self, open: Vec<OpenEntry>, steps: Vec<StoredStep>, update: Option<Update>) {
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
            input: self.input.clone(),
            steps: self.steps.values().cloned().collect(),
            open: self.open.values().cloned().collect(),
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

#[cfg(test)]
mod tests {
    use super::MemoryStore;
    use crate::conformance::Fixture;

    struct InMemory(MemoryStore);

    impl Fixture for InMemory {
        type Store = MemoryStore;

        async fn fresh() -> Self {
            Self(MemoryStore::default())
        }

        fn store(&self) -> &MemoryStore {
            &self.0
        }
    }

    crate::conformance_suite!(InMemory);
}
