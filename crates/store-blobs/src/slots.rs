//! Where in a commit, and in what is read, large bytes can be.

use antiphon_interaction::{Content, FunctionResult, InteractionId, Json, Step, StepDelta};
use antiphon_store::{Commit, Conversation, News, OpenEvent, Stored};

/// A place that can hold large bytes.
pub enum Slot<'a> {
    /// Any text.
    Text(&'a mut String),
    /// Any JSON value.
    Value(&'a mut Json),
    /// A JSON object: a variant that this build does not know.
    Object(&'a mut Json),
}

impl Slot<'_> {
    /// What it holds.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Value(json) | Self::Object(json) => json.text(),
        }
    }

    /// Puts `text` into it; what was there comes back.
    pub fn replace(self, text: String) -> Result<String, Unfit> {
        match self {
            Self::Text(old) => Ok(std::mem::replace(old, text)),
            Self::Value(old) | Self::Object(old) => {
                let new = Json::parse(text).map_err(|_| Unfit)?;
                Ok(std::mem::replace(old, new).text().to_owned())
            }
        }
    }
}

/// The text is not JSON, and has to be.
#[derive(Debug)]
pub struct Unfit;

/// What is done with each slot.
pub type Visit<'a> = &'a mut dyn FnMut(&InteractionId, Slot<'_>);

/// Something that steps are in.
pub trait Slots {
    /// Visits every slot, with the interaction that it belongs to.
    fn visit(&mut self, visit: Visit<'_>);
}

impl Slots for Commit {
    fn visit(&mut self, visit: Visit<'_>) {
        let id = &self.id;
        let mut here = |slot: Slot<'_>| visit(id, slot);
        for of_input in self.create.iter_mut().flat_map(|(_, input)| input) {
            step(of_input, &mut here);
        }
        for stored in &mut self.steps {
            step(&mut stored.step, &mut here);
        }
        for entry in &mut self.open {
            event(&mut entry.event, &mut here);
        }
    }
}

impl Slots for Stored {
    fn visit(&mut self, visit: Visit<'_>) {
        let id = &self.record.id;
        let mut here = |slot: Slot<'_>| visit(id, slot);
        for of_input in &mut self.input {
            step(of_input, &mut here);
        }
        for stored in &mut self.steps {
            step(&mut stored.step, &mut here);
        }
        for entry in &mut self.open {
            event(&mut entry.event, &mut here);
        }
    }
}

impl Slots for News {
    fn visit(&mut self, visit: Visit<'_>) {
        let id = &self.record.id;
        let mut here = |slot: Slot<'_>| visit(id, slot);
        for stored in &mut self.steps {
            step(&mut stored.step, &mut here);
        }
        for entry in &mut self.open {
            event(&mut entry.event, &mut here);
        }
    }
}

impl Slots for Conversation {
    fn visit(&mut self, visit: Visit<'_>) {
        match self {
            Self::NotFound | Self::Erased(_) => {}
            Self::Turns(turns) => {
                for turn in turns {
                    for of_turn in turn.input.iter_mut().chain(&mut turn.output) {
                        step(of_turn, &mut |slot| visit(&turn.id, slot));
                    }
                }
            }
        }
    }
}

impl<T: Slots> Slots for Option<T> {
    fn visit(&mut self, visit: Visit<'_>) {
        if let Some(inside) = self {
            inside.visit(visit);
        }
    }
}

fn event(event: &mut OpenEvent, visit: &mut dyn FnMut(Slot<'_>)) {
    match event {
        OpenEvent::Start(started) => step(started, visit),
        OpenEvent::Delta(added) => delta(added, visit),
    }
}

fn step(step: &mut Step, visit: &mut dyn FnMut(Slot<'_>)) {
    match step {
        Step::UserInput(said) => contents(&mut said.content, visit),
        Step::ModelOutput(said) => contents(&mut said.content, visit),
        Step::Thought(thought) => contents(&mut thought.summary, visit),
        Step::FunctionCall(call) => visit(Slot::Value(&mut call.arguments)),
        Step::McpServerToolCall(call) => value(&mut call.arguments, visit),
        Step::FunctionResult(FunctionResult { result, .. }) => visit(Slot::Value(result)),
        Step::CodeExecutionResult(given) => value(&mut given.result, visit),
        Step::McpServerToolResult(given) => value(&mut given.result, visit),
        Step::UrlContextResult(given)
        | Step::GoogleSearchResult(given)
        | Step::GoogleMapsResult(given)
        | Step::FileSearchResult(given)
        | Step::RetrievalResult(given)
        | Step::ToolSearchResult(given)
        | Step::ProcessingResult(given) => value(&mut given.result, visit),
        Step::CodeExecutionCall(call) => {
            text(
                call.arguments.as_mut().and_then(|arguments| arguments.code.as_mut()),
                visit,
            );
        }
        // What these hold is short.
        Step::UrlContextCall(_)
        | Step::GoogleSearchCall(_)
        | Step::GoogleMapsCall(_)
        | Step::FileSearchCall(_)
        | Step::RetrievalCall(_)
        | Step::ToolSearchCall(_)
        | Step::ProcessingCall(_) => {}
        Step::Unknown(raw) => visit(Slot::Object(raw)),
    }
}

fn delta(delta: &mut StepDelta, visit: &mut dyn FnMut(Slot<'_>)) {
    match delta {
        StepDelta::Text(added) => visit(Slot::Text(&mut added.text)),
        StepDelta::Image(image) => text(image.data.as_mut(), visit),
        StepDelta::Audio(audio) => text(audio.data.as_mut(), visit),
        StepDelta::Document(document) => text(document.data.as_mut(), visit),
        StepDelta::Video(video) => text(video.data.as_mut(), visit),
        StepDelta::ThoughtSummary(summary) => contents(summary.content.as_mut_slice(), visit),
        StepDelta::Arguments(added) => visit(Slot::Text(&mut added.arguments)),
        StepDelta::CodeExecutionCall(call) => {
            text(
                call.arguments.as_mut().and_then(|arguments| arguments.code.as_mut()),
                visit,
            );
        }
        StepDelta::McpServerToolCall(call) => value(&mut call.arguments, visit),
        StepDelta::FunctionResult(given)
        | StepDelta::CodeExecutionResult(given)
        | StepDelta::UrlContextResult(given)
        | StepDelta::GoogleSearchResult(given)
        | StepDelta::GoogleMapsResult(given)
        | StepDelta::FileSearchResult(given)
        | StepDelta::McpServerToolResult(given)
        | StepDelta::ToolSearchResult(given)
        | StepDelta::RetrievalResult(given)
        | StepDelta::ProcessingResult(given) => value(&mut given.result, visit),
        // What these hold is short.
        StepDelta::TextAnnotation(_)
        | StepDelta::ThoughtSignature(_)
        | StepDelta::UrlContextCall(_)
        | StepDelta::GoogleSearchCall(_)
        | StepDelta::GoogleMapsCall(_)
        | StepDelta::FileSearchCall(_)
        | StepDelta::ToolSearchCall(_)
        | StepDelta::RetrievalCall(_)
        | StepDelta::ProcessingCall(_) => {}
        StepDelta::Unknown(raw) => visit(Slot::Object(raw)),
    }
}

fn contents(contents: &mut [Content], visit: &mut dyn FnMut(Slot<'_>)) {
    for content in contents {
        match content {
            Content::Text(block) => visit(Slot::Text(&mut block.text)),
            Content::Image(block) => text(block.data.as_mut(), visit),
            Content::Audio(block) => text(block.data.as_mut(), visit),
            Content::Document(block) => text(block.data.as_mut(), visit),
            Content::Video(block) => text(block.data.as_mut(), visit),
            Content::Unknown(raw) => visit(Slot::Object(raw)),
        }
    }
}

fn text(text: Option<&mut String>, visit: &mut dyn FnMut(Slot<'_>)) {
    if let Some(text) = text {
        visit(Slot::Text(text));
    }
}

fn value(value: &mut Option<Json>, visit: &mut dyn FnMut(Slot<'_>)) {
    if let Some(value) = value {
        visit(Slot::Value(value));
    }
}
