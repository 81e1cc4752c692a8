//! Writes a turn's steps: one is open at a time, and every change of it is an action.

use std::sync::Arc;

use antiphon_interaction::{
    Annotation, Content, ModelOutput, Step, StepDelta, StepFold, TextAnnotationDelta, TextDelta, Thought,
    ThoughtSignatureDelta, ThoughtSummaryDelta,
};
use antiphon_store::{ProjectId, StoredStep};
use antiphon_tools::citation::{CitationReader, Piece};

use super::Action;
use crate::continuation::Issuer;
use crate::marks::Marks;
use crate::seal::Sealer;

pub(super) struct StepWriter {
    project: ProjectId,
    sealer: Arc<Sealer>,
    attempt: u32,
    index: u32,
    open: Option<OpenStep>,
    /// What has been written, where nobody else keeps it.
    kept: Option<Vec<Step>>,
}

struct OpenStep {
    fold: StepFold,
    marks: Marks,
    ordinal: u32,
    /// What a thought step seals.
    reasoning: String,
    /// Reads the marks of citations out of the text, where there is something to cite.
    citations: Option<CitationReader>,
}

impl StepWriter {
    /// Writes steps from `index` on; keeps them when `keeps` is set.
    pub(super) fn new(project: ProjectId, sealer: Arc<Sealer>, attempt: u32, index: u32, keeps: bool) -> Self {
        Self {
            project,
            sealer,
            attempt,
            index,
            open: None,
            kept: keeps.then(Vec::new),
        }
    }

    /// A token for going on from what has been written.
    pub(super) fn token(&self, issuer: &Issuer, tokens_left: u64, initial_input_tokens: u64) -> String {
        let said = self.kept.as_deref().unwrap_or_default();
        issuer.token(&self.sealer, &self.project, tokens_left, initial_input_tokens, said)
    }

    /// Whether the open step is a `model_output`.
    pub(super) fn in_output(&self) -> bool {
        matches!(self.current(), Some(Step::ModelOutput(_)))
    }

    fn current(&self) -> Option<&Step> {
        self.open.as_ref().map(|open| open.fold.step())
    }

    /// Adds to the open thought, or begins one.
    pub(super) fn think(&mut self, text: &str, summaries: bool, actions: &mut Vec<Action>) {
        if !matches!(self.current(), Some(Step::Thought(_))) {
            self.close(actions);
            self.begin(Step::Thought(Thought::default()), actions);
        }
        if let Some(open) = &mut self.open {
            open.reasoning.push_str(text);
        }
        if summaries {
            let content = Some(Content::text(text));
            self.grow(StepDelta::ThoughtSummary(ThoughtSummaryDelta { content }), actions);
        }
    }

    /// Adds to the open answer, or begins one; marks of `sources` become annotations.
    pub(super) fn say(&mut self, text: &str, sources: &[(String, String)], actions: &mut Vec<Action>) {
        if !self.in_output() {
            self.close(actions);
            self.begin(Step::ModelOutput(ModelOutput::default()), actions);
            if let Some(open) = &mut self.open {
                open.citations = (!sources.is_empty()).then(|| CitationReader::new(sources.to_vec()));
            }
        }
        match self.open.as_mut().and_then(|open| open.citations.as_mut()) {
            Some(citations) => {
                let piece = citations.push(text);
                self.say_piece(piece, actions);
            }
            None => self.grow(StepDelta::Text(TextDelta { text: text.to_owned() }), actions),
        }
    }

    fn say_piece(&mut self, piece: Piece, actions: &mut Vec<Action>) {
        let Piece { text, mut annotations } = piece;
        // A number whose source the client's history does not have any more.
        annotations.retain(|annotation| {
            !matches!(annotation, Annotation::UrlCitation(citation) if citation.url.as_deref() == Some(""))
        });
        if !text.is_empty() {
            self.grow(StepDelta::Text(TextDelta { text }), actions);
        }
        if !annotations.is_empty() {
            self.grow(StepDelta::TextAnnotation(TextAnnotationDelta { annotations }), actions);
        }
    }

    /// Writes a whole step that begins as `start`.
    pub(super) fn write(
        &mut self,
        start: Step,
        deltas: impl IntoIterator<Item = StepDelta>,
        actions: &mut Vec<Action>,
    ) {
        self.close(actions);
        self.begin(start, actions);
        for delta in deltas {
            self.grow(delta, actions);
        }
        self.close(actions);
    }

    /// Writes a step of a server-side tool, its signature sealing `content`.
    pub(super) fn write_sealed(&mut self, step: Step, content: &str, actions: &mut Vec<Action>) {
        let signature = self.sealer.seal_step(&self.project, &step, content);
        let step = step.with_server_signature(Some(signature));
        if let Some((start, delta)) = step.server_delta() {
            self.write(start, [delta], actions);
        }
    }

    fn begin(&mut self, step: Step, actions: &mut Vec<Action>) {
        actions.push(Action::Open {
            index: self.index,
            step: step.clone(),
        });
        self.open = Some(OpenStep {
            fold: StepFold::start(step),
            marks: Marks::default(),
            ordinal: 0,
            reasoning: String::new(),
            citations: None,
        });
    }

    fn grow(&mut self, delta: StepDelta, actions: &mut Vec<Action>) {
        if let Some(open) = &mut self.open {
            open.ordinal += 1;
            open.marks.push(&delta);
            // The turn made both the step and the delta, so they fit.
            if let Err(error) = open.fold.apply(&delta) {
                tracing::error!(%error, "a delta does not fit its step");
            }
            actions.push(Action::Grow {
                index: self.index,
                ordinal: open.ordinal,
                delta,
            });
        }
    }

    pub(super) fn close(&mut self, actions: &mut Vec<Action>) {
        let Some(open) = &mut self.open else { return };
        if let Some(citations) = open.citations.take() {
            let piece = citations.finish();
            self.say_piece(piece, actions);
        } else if let Step::Thought(thought) = open.fold.step() {
            let signature = self.sealer.seal(&self.project, thought, &open.reasoning);
            self.grow(
                StepDelta::ThoughtSignature(ThoughtSignatureDelta { signature }),
                actions,
            );
        }
        let Some(open) = self.open.take() else { return };
        let ordinal = open.ordinal + 1;
        let so_far = open.fold.step().clone();
        let step = open.fold.finish().unwrap_or_else(|error| {
            tracing::error!(%error, "a step cannot be finished");
            so_far
        });
        if let Some(kept) = &mut self.kept {
            kept.push(step.clone());
        }
        let step = StoredStep {
            index: self.index,
            attempt: self.attempt,
            step,
            marks: open.marks.into_bytes(),
        };
        actions.push(Action::Close { step, ordinal });
        self.index += 1;
    }
}
