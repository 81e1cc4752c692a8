//! What a store holds, row by row, for taking all of it into another one.

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use serde::Serialize;

use crate::Error;

/// What rows there are, in the order in which they are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Table {
    /// Interactions, with all that belongs to each.
    Interactions,
    /// Jobs that are not over.
    Jobs,
    /// Documents, such as webhooks.
    Documents,
    /// API keys.
    Keys,
    /// Lasting secrets.
    Secrets,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Interactions,
        Self::Jobs,
        Self::Documents,
        Self::Keys,
        Self::Secrets,
    ];
}

/// A row as it is stored, the same in every store: names and JSON as text, times as nanoseconds since 1970. Serializes the same
/// from every store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Row {
    /// Of [`Table::Interactions`].
    Interaction(Box<InteractionRow>),
    /// Of [`Table::Jobs`].
    Job(JobRow),
    /// Of [`Table::Documents`].
    Document(DocumentRow),
    /// Of [`Table::Keys`].
    Key(KeyRow),
    /// Of [`Table::Secrets`].
    Secret(SecretRow),
}

/// An interaction, erased ones included, which keep their place in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InteractionRow {
    /// Its number, which orders the store; parents have lower ones.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Whose.
    pub project: String,
    /// The number of the turn above it.
    pub parent_seq: Option<i64>,
    /// The number of the first turn of its tree.
    pub root_seq: i64,
    /// Whether it runs without a connection.
    pub background: bool,
    /// The worker that runs it in the foreground.
    pub owner: Option<String>,
    /// Where it stands.
    pub status: String,
    /// Whether that is an end.
    pub finished: bool,
    /// The attempt that may write.
    pub attempt: u32,
    /// When it was accepted.
    pub created: i64,
    /// When it last changed.
    pub updated: i64,
    /// Whether its content was erased.
    pub erased: bool,
    /// Its head, as JSON.
    pub head: Option<String>,
    /// What was asked, as JSON.
    pub input: Option<String>,
    /// Its finished steps, by index.
    pub steps: Vec<StepRow>,
    /// The entries of its open step, by index, attempt and ordinal.
    pub entries: Vec<EntryRow>,
}

/// A finished step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepRow {
    /// Its place.
    pub index: u32,
    /// The attempt that made it.
    pub attempt: u32,
    /// The step, as JSON.
    pub step: String,
    /// Where its deltas began and ended.
    pub marks: Vec<u8>,
}

/// An entry of an open step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryRow {
    /// The step's place.
    pub index: u32,
    /// The attempt that makes it.
    pub attempt: u32,
    /// The entry's place in it.
    pub ordinal: u32,
    /// What happened, as JSON.
    pub event: String,
}

/// A job. Who held it is not copied: in the new store nobody does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobRow {
    /// Its number, in the order of enqueueing.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Whose.
    pub project: String,
    /// Which handler does it.
    pub kind: String,
    /// What the handler needs to know, as JSON.
    pub payload: String,
    /// The interaction it belongs to.
    pub interaction: Option<String>,
    /// Not before.
    pub due: i64,
    /// Higher goes first.
    pub priority: i16,
    /// The last fencing token.
    pub fence: u32,
    /// Claims since it last made progress.
    pub tries: u32,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentRow {
    /// Its kind.
    pub collection: String,
    /// Its id.
    pub id: String,
    /// Whose.
    pub project: String,
    /// What it belongs to.
    pub group: Option<String>,
    /// Counts its versions.
    pub revision: i64,
    /// When it was made.
    pub created: i64,
    /// The JSON.
    pub body: String,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyRow {
    /// Its number, in the order of making.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// The hash of its text.
    pub hash: Vec<u8>,
    /// Whose.
    pub project: String,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created: i64,
}

/// A lasting secret.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SecretRow {
    /// Its name.
    pub name: String,
    /// The secret.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for SecretRow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SecretRow")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Gives all that a store holds.
pub trait ExportStore: Send + Sync + 'static {
    /// The rows of a table behind `after`, a row of the same table (all of them without it), in one order, `limit` at most. What is
    /// written meanwhile may be among them or not, so nothing should be.
    fn export(&self, table: Table, after: Option<Row>, limit: usize) -> BoxFuture<'static, Result<Vec<Row>, Error>>;

    /// Whether a worker has a running lease. A store of one process knows of its own process only.
    fn is_worked_on(&self) -> BoxFuture<'static, Result<bool, Error>>;
}

/// Takes what another store held.
pub trait ImportStore: Send + Sync + 'static {
    /// Writes all rows of the stream, whole or not at all: when the stream ends with an error, or one of the rows cannot be written,
    /// nothing is. Numbers are kept. Parents come before their children, and interactions before everything else.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] when the store is not empty, and the stream's error.
    fn import(&self, pages: BoxStream<'static, Result<Vec<Row>, Error>>) -> BoxFuture<'static, Result<(), Error>>;
}
