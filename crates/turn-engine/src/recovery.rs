//! What a run leaves when its process dies.

use antiphon_interaction::{Step, StepDelta, StepFold, Thought, ThoughtSignatureDelta};
use antiphon_store::{OpenEntry, OpenEvent, StoredStep};

use crate::marks::Marks;

/// The step that was being made, closed where it was last committed, so that every event that was shown stays one; a thought
/// gets its seal. `None` when no step was open.
pub(crate) fn close(open: Vec<OpenEntry>, seal: impl FnOnce(&Thought) -> String) -> Option<StoredStep> {
    let mut entries = open.into_iter();
    let OpenEntry {
        index,
        attempt,
        ordinal: _,
        event: OpenEvent::Start(start),
    } = entries.next()?
    else {
        return None;
    };
    let mut fold = StepFold::start(start);
    let mut marks = Marks::default();
    for entry in entries {
        let OpenEvent::Delta(delta) = entry.event else {
            return None;
        };
        fold.apply(&delta).ok()?;
        marks.push(&delta);
    }
    if let Step::Thought(thought) = fold.step() {
        let delta = StepDelta::ThoughtSignature(ThoughtSignatureDelta {
            signature: seal(thought),
        });
        fold.apply(&delta).ok()?;
        marks.push(&delta);
    }
    Some(StoredStep {
        index,
        attempt,
        step: fold.finish().ok()?,
        marks: marks.into_bytes(),
    })
}
