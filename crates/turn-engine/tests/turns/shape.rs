//! What every stream of events looks like.

use std::collections::HashSet;

use antiphon_interaction::{InteractionEvent, Status, StepFold};

/// Created, the status, whole steps in order, an error if it failed, the end; and each event with an id of its own.
pub fn check(events: &[InteractionEvent], with_ids: bool) -> Result<(), String> {
    let [
        InteractionEvent::Created(created),
        InteractionEvent::StatusUpdate(update),
        middle @ ..,
        InteractionEvent::Completed(end),
    ] = events
    else {
        return Err("it does not begin and end as it should".to_owned());
    };
    let id = &created.interaction.id;
    if created.interaction.status != Status::InProgress || update.status != Status::InProgress {
        return Err("it does not begin in progress".to_owned());
    }
    if update.interaction_id != *id || end.interaction.id != *id {
        return Err("the ids of the interaction differ".to_owned());
    }
    if created.interaction.steps.is_some() || end.interaction.steps.is_some() {
        return Err("an event carries all steps".to_owned());
    }
    let broken_off = matches!(end.interaction.status, Status::Failed | Status::Cancelled);
    if !end.interaction.status.is_terminal() || (end.interaction.usage.is_none() && !broken_off) {
        return Err("the end is none, or says no usage".to_owned());
    }
    steps(middle, end.interaction.status == Status::Failed)?;
    let ids: Vec<&str> = events.iter().filter_map(InteractionEvent::event_id).collect();
    if ids.len() != if with_ids { events.len() } else { 0 } {
        return Err(format!("{} events and {} event ids", events.len(), ids.len()));
    }
    if ids.iter().collect::<HashSet<_>>().len() != ids.len() {
        return Err("an event id came twice".to_owned());
    }
    Ok(())
}

fn steps(events: &[InteractionEvent], failed: bool) -> Result<(), String> {
    let (events, error) = match events {
        [steps @ .., InteractionEvent::Error(_)] => (steps, true),
        steps => (steps, false),
    };
    if error != failed {
        return Err("an error without a failure, or a failure without an error".to_owned());
    }
    let mut next = 0;
    let mut open: Option<StepFold> = None;
    for event in events {
        match event {
            InteractionEvent::StepStart(start) if open.is_none() && start.index == next => {
                open = Some(StepFold::start(start.step.clone()));
            }
            InteractionEvent::StepDelta(delta) if delta.index == next => match &mut open {
                Some(step) => step.apply(&delta.delta).map_err(|error| error.to_string())?,
                None => return Err(format!("a delta outside of a step: {delta:?}")),
            },
            InteractionEvent::StepStop(stop) if stop.index == next => match open.take() {
                Some(step) => {
                    step.finish().map_err(|error| error.to_string())?;
                    next += 1;
                }
                None => return Err(format!("a stop outside of a step: {stop:?}")),
            },
            out_of_place => return Err(format!("out of place: {out_of_place:?}")),
        }
    }
    if open.is_some() {
        Err("the last step has no stop".to_owned())
    } else {
        Ok(())
    }
}
