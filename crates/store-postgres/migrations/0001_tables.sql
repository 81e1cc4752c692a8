-- Format 1. Steps, heads, events, payloads and bodies are JSON in the form of the vocabulary crate, kept as text because their
-- very digits count; times are nanoseconds since 1970, except the leases', which are by the server's clock. Names are escaped
-- where they hold the character 0, which text cannot.

CREATE TABLE interactions (
    seq        bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         text    COLLATE "C" NOT NULL UNIQUE,
    project    text    COLLATE "C" NOT NULL,
    parent_seq bigint  REFERENCES interactions (seq),
    -- The tree's first interaction; a root names itself.
    root_seq   bigint  NOT NULL REFERENCES interactions (seq),
    background boolean NOT NULL,
    -- The worker that runs it in the foreground.
    owner      text    COLLATE "C",
    status     text    NOT NULL,
    -- Whether the status is terminal.
    finished   boolean NOT NULL,
    attempt    bigint  NOT NULL,
    created    bigint  NOT NULL,
    updated    bigint  NOT NULL,
    -- An erased interaction keeps this row, without its head, as its place in the tree.
    erased     boolean NOT NULL DEFAULT false,
    head       text
);

CREATE INDEX interactions_by_parent ON interactions (parent_seq) WHERE parent_seq IS NOT NULL;
CREATE INDEX interactions_by_tree ON interactions (root_seq, updated, seq);
CREATE INDEX interactions_by_age ON interactions (updated, seq);
CREATE INDEX interactions_unfinished ON interactions (root_seq, background) WHERE NOT finished;

-- The steps of a request, as one JSON array.
CREATE TABLE inputs (
    seq   bigint PRIMARY KEY,
    steps text   NOT NULL
);

CREATE TABLE steps (
    seq        bigint NOT NULL,
    step_index bigint NOT NULL,
    attempt    bigint NOT NULL,
    step       text   NOT NULL,
    marks      bytea  NOT NULL,
    PRIMARY KEY (seq, step_index)
);

CREATE TABLE open_entries (
    seq        bigint NOT NULL,
    step_index bigint NOT NULL,
    attempt    bigint NOT NULL,
    ordinal    bigint NOT NULL,
    event      text   NOT NULL,
    PRIMARY KEY (seq, step_index, attempt, ordinal)
);

-- A worker's lease. `gone`: it ended for good, because the worker was retired or something of it was taken after its lease had run
-- out. `lapsed`: the latter, and `expires` tells since when it was silent.
CREATE TABLE workers (
    id      text        COLLATE "C" PRIMARY KEY,
    expires timestamptz NOT NULL,
    gone    boolean     NOT NULL DEFAULT false,
    lapsed  boolean     NOT NULL DEFAULT true
);

-- Unfinished jobs. `worker` holds the job while its lease runs.
CREATE TABLE jobs (
    seq         bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          text     COLLATE "C" NOT NULL UNIQUE,
    project     text     COLLATE "C" NOT NULL,
    kind        text     COLLATE "C" NOT NULL,
    payload     text     NOT NULL,
    interaction text     COLLATE "C",
    due         bigint   NOT NULL,
    priority    smallint NOT NULL,
    fence       bigint   NOT NULL,
    tries       bigint   NOT NULL,
    worker      text     COLLATE "C"
);

CREATE INDEX jobs_by_project ON jobs (project, kind);
CREATE INDEX jobs_by_interaction ON jobs (interaction) WHERE interaction IS NOT NULL;
CREATE INDEX jobs_held ON jobs (worker) WHERE worker IS NOT NULL;
CREATE INDEX jobs_in_line ON jobs (project, priority DESC, due, seq);

CREATE TABLE documents (
    collection text   COLLATE "C" NOT NULL,
    id         text   COLLATE "C" NOT NULL,
    project    text   COLLATE "C" NOT NULL,
    grouped_by text   COLLATE "C",
    revision   bigint NOT NULL,
    created    bigint NOT NULL,
    body       text   NOT NULL,
    PRIMARY KEY (collection, id)
);

CREATE INDEX documents_by_age ON documents (collection, project, created DESC, id DESC);
CREATE INDEX documents_by_group ON documents (collection, grouped_by, created DESC, id DESC)
    WHERE grouped_by IS NOT NULL;

CREATE TABLE api_keys (
    seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id      text   COLLATE "C" NOT NULL UNIQUE,
    hash    bytea  NOT NULL UNIQUE,
    project text   COLLATE "C" NOT NULL,
    name    text   NOT NULL,
    created bigint NOT NULL
);

CREATE TABLE secrets (
    name   text  COLLATE "C" PRIMARY KEY,
    secret bytea NOT NULL
);

-- The last batch of each process that writes, with its answers: a process that lost its connection sends the batch
-- once more and gets them, whether or not it had been applied.
CREATE TABLE writers (
    id      text        COLLATE "C" PRIMARY KEY,
    batch   bigint      NOT NULL,
    answers text[]      NOT NULL,
    used    timestamptz NOT NULL
) WITH (fillfactor = 50);

-- One row that a health check rewrites, to learn whether the disk still takes writes.
CREATE TABLE probe (
    one    boolean PRIMARY KEY CHECK (one),
    checks bigint  NOT NULL
);

INSERT INTO probe (one, checks) VALUES (true, 0);
