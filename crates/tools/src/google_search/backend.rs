use futures::future::BoxFuture;

use super::{Error, Hit};

/// Something that can be searched.
///
/// Contract for implementers:
/// - Hits come best first, at most [`Query::limit`] of them; nothing found is an empty list, not an error.
/// - The error's text reaches the model: it says what happened, and carries no key and no address of the operator's network.
/// - The query is hostile: it may be any text of 1 to 400 characters.
/// - Dropping the future ends the search; there is nothing to undo.
pub trait SearchBackend: Send + Sync {
    /// What it is called in messages and logs.
    fn name(&self) -> &'static str;

    /// Whether it can search for this kind of thing; pages and documents only, unless it says otherwise.
    fn finds(&self, kind: SearchKind) -> bool {
        kind == SearchKind::Web
    }

    /// Searches.
    fn search(&self, query: Query) -> BoxFuture<'static, Result<Vec<Hit>, Error>>;
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The words.
    pub text: String,
    /// What kind of thing.
    pub kind: SearchKind,
    /// The most hits that are of use.
    pub limit: usize,
}

/// What kind of thing is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchKind {
    /// Pages and documents.
    Web,
    /// Images.
    Image,
}
