-- Format 1. Steps, heads and open events are JSON in the form of the vocabulary crate; times are nanoseconds
-- since 1970.

CREATE TABLE interactions (
    seq        INTEGER PRIMARY KEY CHECK (seq BETWEEN 1 AND 2147483647),
    id         TEXT    NOT NULL UNIQUE,
    project    TEXT    NOT NULL,
    parent_seq INTEGER REFERENCES interactions (seq),
    -- The tree's first interaction; a root names itself.
    root_seq   INTEGER NOT NULL REFERENCES interactions (seq),
    background INTEGER NOT NULL,
    status     TEXT    NOT NULL,
    -- Whether the status is terminal.
    finished   INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    -- An erased interaction keeps this row, without its head, as its place in the tree.
    erased     INTEGER NOT NULL DEFAULT 0,
    head       TEXT
) STRICT;

CREATE INDEX interactions_by_parent ON interactions (parent_seq) WHERE parent_seq IS NOT NULL;
CREATE INDEX interactions_by_tree ON interactions (root_seq, updated);
CREATE INDEX interactions_by_age ON interactions (updated);
CREATE INDEX interactions_unfinished ON interactions (root_seq) WHERE finished = 0;

-- The steps of a request, as one JSON array.
CREATE TABLE inputs (
    seq   INTEGER PRIMARY KEY REFERENCES interactions (seq),
    steps TEXT    NOT NULL
) STRICT;

-- `place` is interactions.seq * 2^32 + the step's index: neighbours on disk are neighbours in the conversation, and
-- a long step fills its pages, which a composite key would not let it do.
CREATE TABLE steps (
    place   INTEGER PRIMARY KEY,
    attempt INTEGER NOT NULL,
    step    TEXT    NOT NULL,
    marks   BLOB    NOT NULL
) STRICT;

CREATE TABLE open_entries (
    seq        INTEGER NOT NULL REFERENCES interactions (seq),
    step_index INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    ordinal    INTEGER NOT NULL,
    event      TEXT    NOT NULL,
    PRIMARY KEY (seq, step_index, attempt, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    seq     INTEGER PRIMARY KEY,
    id      TEXT    NOT NULL UNIQUE,
    hash    BLOB    NOT NULL UNIQUE,
    project TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    secret BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row that a health check rewrites, to learn whether the disk still takes writes.
CREATE TABLE probe (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    checks INTEGER NOT NULL
) STRICT;

INSERT INTO probe (one, checks) VALUES (1, 0);
