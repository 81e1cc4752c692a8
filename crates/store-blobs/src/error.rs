/// Why the place for large bytes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Several machines share the store and nothing says where they share large bytes.
    #[error(
        "the database is shared by several machines, and large bytes need a place that all of them reach: set `[store] blobs` to an address (s3://BUCKET/FOLDER, gs://…, az://…), to `database`, or to a folder with `blobs_shared = true`"
    )]
    NoSharedPlace,
    /// Several machines share the store, and the folder is not declared to be shared.
    #[error(
        "`[store] blobs` is the folder {folder} and the database is shared by several machines: set `blobs_shared = true` if every machine has the same folder there, else name a bucket (s3://BUCKET/FOLDER) or `database`"
    )]
    FolderNotShared {
        /// The folder.
        folder: String,
    },
    /// An address of a kind that is not supported.
    #[error("`[store] blobs` is `{address}`: it must be a folder, `database`, or an address with {supported}")]
    Scheme {
        /// As configured, without what follows a `?`.
        address: String,
        /// What there is.
        supported: &'static str,
    },
    /// The address, or what the environment says about it, is incomplete or wrong.
    #[error("`[store] blobs` is `{address}` and cannot be used: {source}")]
    Address {
        /// As configured, without what follows a `?`.
        address: String,
        /// Why.
        source: object_store::Error,
    },
    /// The folder can be neither opened nor made.
    #[error("the folder {folder} for large bytes cannot be used: {source}")]
    Folder {
        /// Which.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// The thread that moves large bytes did not start.
    #[error("the thread for large bytes does not start: {0}")]
    Thread(std::io::Error),
}
