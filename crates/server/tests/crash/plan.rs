use serde::{Deserialize, Serialize};

/// What the model says in one answer.
pub(crate) const PIECES: usize = 8;
/// How many tool results there are when an answer begins; the last answer has no calls.
const RESULTS: [usize; 4] = [0, 1, 3, 4];
/// The calls of each answer of a run with tools.
const CALLS: [&[&str]; 3] = [&["a"], &["b", "c"], &["d"]];

/// One run: how it is asked for and where it stops. It travels as the text of the request, so that every server of the test
/// knows it also after the program has forgotten everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Names the run.
    pub(crate) key: String,
    pub(crate) background: bool,
    pub(crate) stream: bool,
    /// Whether the model calls the counting tool.
    pub(crate) tool: bool,
    pub(crate) stop: Stop,
}

/// Where a run waits for the test, the first time it comes there.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nowhere.
    Never,
    /// In an answer of the model, before a piece of it.
    Answer { round: usize, piece: usize },
    /// In the tool's server, before the effect.
    BeforeEffect { call: String },
    /// In the tool's server, between the effect and the answer.
    AfterEffect { call: String },
}

impl Plan {
    /// A run of a mix that has everything; `stops` says whether it is to stop somewhere.
    pub(crate) fn nth(number: usize, stops: bool, rng: &mut fastrand::Rng) -> Self {
        // Of eight runs five are in the background, and five use the tool.
        let background = !matches!(number % 8, 0 | 3 | 6);
        let tool = !matches!(number % 8, 0..=2);
        let stream = rng.bool();
        let stop = match (stops, tool, rng.u8(0..4)) {
            (false, ..) => Stop::Never,
            (true, true, 0) => Stop::BeforeEffect { call: call(rng) },
            (true, true, 1) => Stop::AfterEffect { call: call(rng) },
            (true, tool, _) => Stop::Answer {
                round: if tool { rng.usize(0..=CALLS.len()) } else { 0 },
                // The first piece has been said, so a streamed run has been announced.
                piece: rng.usize(1..PIECES),
            },
        };
        Self {
            key: format!("run-{number}"),
            background,
            stream,
            tool,
            stop,
        }
    }

    /// Which answer of the model comes after that many tool results.
    pub(crate) fn round(results: usize) -> usize {
        RESULTS
            .iter()
            .position(|count| *count == results)
            .unwrap_or(RESULTS.len())
    }

    /// The tool's calls that an answer ends with, by their names within the run.
    pub(crate) fn calls(&self, round: usize) -> &'static [&'static str] {
        if self.tool {
            CALLS.get(round).copied().unwrap_or_default()
        } else {
            &[]
        }
    }

    /// The name of an effect.
    pub(crate) fn effect(&self, call: &str) -> String {
        format!("{}/{call}", self.key)
    }

    /// Whether whoever asks learns the id before the run is over.
    pub(crate) fn is_named(&self) -> bool {
        self.background || self.stream
    }
}

fn call(rng: &mut fastrand::Rng) -> String {
    let all = CALLS.concat();
    all[rng.usize(..all.len())].to_owned()
}
