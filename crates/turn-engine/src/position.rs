//! Where an event is in its stream, and the text that names the place.
//!
//! An `event_id` is the view (`p` for a POST's stream, `g` for a GET's, which also counts the input steps), the attempt,
//! and the place: `a` created, `b` status, `i2.1` the stop of input step 2, `s3.17` the 17th event of step 3,
//! `y` the error, `z` the end. Clients treat it as opaque.

/// Whose numbering a stream has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// What the POST produced.
    Post,
    /// The whole timeline, input steps first.
    Get,
}

/// A place in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Created,
    StatusUpdate,
    /// Ordinal 0 is the start, 1 the stop.
    Input {
        index: u32,
        ordinal: u32,
    },
    /// Ordinal 0 is the start, then the deltas, then the stop. The input is not counted in the index.
    Step {
        index: u32,
        ordinal: u32,
    },
    Error,
    Completed,
}

/// A place, and the attempt that made the event there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) attempt: u32,
    pub(crate) place: Place,
}

impl Position {
    /// The `event_id` of this place, where `inputs` input steps come first in the GET view.
    pub(crate) fn event_id(self, view: View, inputs: u32) -> String {
        let letter = match view {
            View::Post => 'p',
            View::Get => 'g',
        };
        let attempt = self.attempt;
        match self.place {
            Place::Created => format!("{letter}{attempt}.a"),
            Place::StatusUpdate => format!("{letter}{attempt}.b"),
            Place::Input { index, ordinal } => format!("{letter}{attempt}.i{index}.{ordinal}"),
            Place::Step { index, ordinal } => {
                let index = match view {
                    View::Post => index,
                    View::Get => index + inputs,
                };
                format!("{letter}{attempt}.s{index}.{ordinal}")
            }
            Place::Error => format!("{letter}{attempt}.y"),
            Place::Completed => format!("{letter}{attempt}.z"),
        }
    }

    /// The view and the place that an `event_id` names; `None` when it is none of ours.
    pub(crate) fn parse(event_id: &str, inputs: u32) -> Option<(View, Self)> {
        let view = match event_id.chars().next()? {
            'p' => View::Post,
            'g' => View::Get,
            _ => return None,
        };
        let (attempt, place) = event_id[1..].split_once('.')?;
        let attempt = attempt.parse().ok()?;
        let numbers = |text: &str| {
            let (index, ordinal) = text.split_once('.')?;
            Some((index.parse::<u32>().ok()?, ordinal.parse::<u32>().ok()?))
        };
        let place = match place.split_at_checked(1)? {
            ("a", "") => Place::Created,
            ("b", "") => Place::StatusUpdate,
            ("y", "") => Place::Error,
            ("z", "") => Place::Completed,
            ("i", rest) => {
                let (index, ordinal) = numbers(rest)?;
                Place::Input { index, ordinal }
            }
            ("s", rest) => {
                let (index, ordinal) = numbers(rest)?;
                let before = match view {
                    View::Post => 0,
                    View::Get => inputs,
                };
                Place::Step {
                    index: index.checked_sub(before)?,
                    ordinal,
                }
            }
            _ => return None,
        };
        Some((view, Self { attempt, place }))
    }
}

#[cfg(test)]
#[path = "position_tests.rs"]
mod tests;
