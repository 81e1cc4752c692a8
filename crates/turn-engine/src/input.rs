//! A request's input as steps, each with its place in the request, so that an error names what the client wrote.

use antiphon_interaction::{Content, Input, InputItem, Step};

/// Where a step stands in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a stored turn, not in the request.
    Stored,
    /// `input` is the step.
    Whole,
    /// `input` is the only block of the step, or its text.
    OnlyBlock,
    /// `input[…]` is the step.
    Item(usize),
    /// `input[…]` is the first block of the step, and its further blocks follow.
    Blocks(usize),
}

impl Place {
    /// The step.
    pub(crate) fn path(self) -> String {
        match self {
            Self::Stored => "previous_interaction_id".to_owned(),
            Self::Whole | Self::OnlyBlock => "input".to_owned(),
            Self::Item(index) | Self::Blocks(index) => format!("input[{index}]"),
        }
    }

    /// A field of the step.
    pub(crate) fn field(self, name: &str) -> String {
        format!("{}.{name}", self.path())
    }

    /// A block of the step's content.
    pub(crate) fn block(self, index: usize) -> String {
        match self {
            Self::Stored | Self::OnlyBlock => self.path(),
            Self::Whole | Self::Item(_) => format!("{}.content[{index}]", self.path()),
            Self::Blocks(first) => format!("input[{}]", first + index),
        }
    }
}

/// The steps of an input. Neighbouring content blocks make one `user_input`.
#[derive(Default)]
pub(crate) struct PlacedSteps {
    steps: Vec<Step>,
    places: Vec<Place>,
}

impl PlacedSteps {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Step, Place)> {
        self.steps.iter().zip(self.places.iter().copied())
    }

    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    fn push(&mut self, step: Step, place: Place) {
        self.steps.push(step);
        self.places.push(place);
    }
}

impl From<Input> for PlacedSteps {
    fn from(input: Input) -> Self {
        let mut placed = Self {
            steps: Vec::new(),
            places: Vec::new(),
        };
        match input {
            Input::Text(text) => placed.push(Step::user(vec![Content::text(text)]), Place::OnlyBlock),
            Input::One(InputItem::Content(block)) => placed.push(Step::user(vec![block]), Place::OnlyBlock),
            Input::One(InputItem::Step(step)) => placed.push(step, Place::Whole),
            Input::Many(items) => {
                let mut blocks = Vec::new();
                let mut first = 0;
                for (index, item) in items.into_iter().enumerate() {
                    match item {
                        InputItem::Content(block) => blocks.push(block),
                        InputItem::Step(step) => {
                            if !blocks.is_empty() {
                                placed.push(Step::user(std::mem::take(&mut blocks)), Place::Blocks(first));
                            }
                            placed.push(step, Place::Item(index));
                            first = index + 1;
                        }
                    }
                }
                if !blocks.is_empty() {
                    placed.push(Step::user(blocks), Place::Blocks(first));
                }
            }
        }
        placed
    }
}
