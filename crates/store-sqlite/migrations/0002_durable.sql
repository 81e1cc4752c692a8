-- Format 2: jobs, documents, and who runs a foreground interaction.

-- The worker that runs it in the foreground.
ALTER TABLE interactions ADD COLUMN owner TEXT;

-- Background runs of format 1 have no job to go on from: like foreground runs, they end when the store is opened.
UPDATE interactions SET background = 0 WHERE background = 1 AND finished = 0;

-- Jobs that are not over. The order of `seq` is that of enqueueing.
CREATE TABLE jobs (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    project     TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    payload     TEXT    NOT NULL,
    -- interactions.id; the job goes when that is erased.
    interaction TEXT,
    due         INTEGER NOT NULL,
    priority    INTEGER NOT NULL,
    -- Who claimed it. Leases are not kept here: they end with the process.
    worker      TEXT,
    fence       INTEGER NOT NULL,
    tries       INTEGER NOT NULL
) STRICT;

-- Those that wait, in the order in which they are claimed; the first two columns count a project's.
CREATE INDEX jobs_in_order ON jobs (kind, project, worker, priority DESC, due);
CREATE INDEX jobs_held ON jobs (worker) WHERE worker IS NOT NULL;
CREATE INDEX jobs_by_interaction ON jobs (interaction) WHERE interaction IS NOT NULL;

CREATE TABLE documents (
    collection TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    project    TEXT    NOT NULL,
    grouped_by TEXT,
    revision   INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX documents_by_age ON documents (collection, project, created, id);
CREATE INDEX documents_by_group ON documents (collection, project, grouped_by, created, id) WHERE grouped_by IS NOT NULL;
