//! Citations: from the marks that a model writes to the annotations that a client reads.
//!
//! A model that has sources reads them numbered ([`render_sources`]) and is told to write `[[n]]` behind what it takes from
//! source n ([`CITATION_INSTRUCTION`]). A [`CitationReader`] takes the marks out of the text as it streams and makes each
//! an annotation on the sentence or clause that the mark closes. It works one character at a time, so that it does not
//! matter how the text was cut into fragments, and it holds back a few bytes at most.

mod code;
mod mark;
mod passage;
mod reader;
mod render;

pub use reader::{CitationReader, MAX_HELD_BYTES, Piece};
pub use render::{CITATION_INSTRUCTION, render_sources};
