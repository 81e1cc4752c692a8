//! How many bytes of media the tools of one turn may bring.

use antiphon_interaction::Content;

/// What is left of a turn's media. All of it is held in memory, sent to the model again with each call, and stored.
pub(super) struct MediaBudget {
    left: usize,
}

impl MediaBudget {
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: bytes }
    }

    /// Takes the room for a block; `false` when there is none left. Text needs none.
    pub(super) fn take(&mut self, block: &Content) -> bool {
        let data = match block {
            Content::Image(block) => &block.data,
            Content::Audio(block) => &block.data,
            Content::Document(block) => &block.data,
            Content::Video(block) => &block.data,
            Content::Text(_) | Content::Unknown(_) => return true,
        };
        let bytes = data.as_ref().map_or(0, String::len);
        let fits = bytes <= self.left;
        if fits {
            self.left -= bytes;
        }
        fits
    }
}
