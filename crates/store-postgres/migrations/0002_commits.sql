-- Format 2: commits. What has to be whole, in one round trip. Functions end with the number of their form: a later format that needs another form adds
-- one beside it, so that older processes keep theirs, and drops those that would do harm.
--
-- A refusal is raised with SQLSTATE AN000 and says in JSON, as its message, what the store's error says.

CREATE FUNCTION refuse_1(refusal json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AN000', MESSAGE = refusal::text;
END $$;

-- One channel for each schema of a database.
CREATE FUNCTION tell_1(what text) RETURNS void LANGUAGE sql AS $$
    SELECT pg_notify('antiphon ' || current_schema(), what)
$$;

CREATE FUNCTION runs_1(worker_id text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM workers WHERE id = worker_id AND NOT gone AND expires > clock_timestamp())
$$;

-- Enqueues jobs; returns whether one of them waits for a worker. With a limit, the caller holds the lock of the project's kind, so
-- that two processes cannot both take the last place.
CREATE FUNCTION enqueue_1(new_jobs json) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    job record;
    waits boolean := false;
BEGIN
    FOR job IN
        SELECT * FROM json_to_recordset(new_jobs) AS x(
            id text, project text, kind text, payload text, interaction text, due bigint, priority smallint, worker text,
            places bigint)
    LOOP
        IF EXISTS (SELECT FROM jobs WHERE jobs.id = job.id) THEN
            CONTINUE;
        END IF;
        IF job.places IS NOT NULL
            AND (SELECT count(*) FROM jobs WHERE jobs.project = job.project AND jobs.kind = job.kind) >= job.places
        THEN
            PERFORM refuse_1(json_build_object(
                'refused', 'queue_full', 'project', job.project, 'kind', job.kind, 'limit', job.places));
        END IF;
        INSERT INTO jobs (id, project, kind, payload, interaction, due, priority, fence, tries, worker)
        VALUES (job.id, job.project, job.kind, job.payload, job.interaction, job.due, job.priority,
            (job.worker IS NOT NULL)::int, (job.worker IS NOT NULL)::int, job.worker)
        ON CONFLICT DO NOTHING;
        waits := waits OR job.worker IS NULL;
    END LOOP;
    RETURN waits;
END $$;

-- Applies one commit; returns whether its interaction runs in the background, and whether a job waits.
CREATE FUNCTION apply_commit_1(given json, OUT in_background boolean, OUT job_waits boolean) LANGUAGE plpgsql AS $$
DECLARE
    it record;
    new record;
    here record;
    above record;
    change record;
    this bigint;
    current_attempt bigint;
    taken bigint;
    written bigint;
    over boolean := false;
BEGIN
    job_waits := false;
    SELECT * INTO it FROM json_to_record(given) AS x(
        project text, id text, made json, attempt bigint, takes_over boolean, entries json, steps json, change json,
        job json, jobs json);
    SELECT * INTO change FROM json_to_record(coalesce(it.change, '{}')) AS x(
        status text, finished boolean, updated bigint, head text);

    IF it.made IS NULL THEN
        SELECT seq, status, finished, attempt, background INTO here FROM interactions
            WHERE id = it.id AND project = it.project AND NOT erased
            FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            PERFORM refuse_1(json_build_object('refused', 'not_found', 'id', it.id));
        END IF;
        IF here.finished THEN
            PERFORM refuse_1(json_build_object('refused', 'terminal', 'status', here.status));
        END IF;
        this := here.seq;
        current_attempt := here.attempt;
        in_background := here.background;
    ELSE
        IF EXISTS (SELECT FROM interactions WHERE id = it.id) THEN
            PERFORM refuse_1(json_build_object('refused', 'id_taken'));
        END IF;
        SELECT * INTO new FROM json_to_record(it.made) AS x(
            parent text, background boolean, owner text, created bigint, input text, status text, finished boolean,
            updated bigint, head text);
        this := nextval(pg_get_serial_sequence('interactions', 'seq'));
        SELECT NULL::bigint AS seq, this AS root_seq INTO above;
        IF new.parent IS NOT NULL THEN
            -- The root first, as a sweep does: what it takes is gone after this, what it does not take stays.
            PERFORM FROM interactions WHERE seq = (
                    SELECT root_seq FROM interactions WHERE id = new.parent AND project = it.project)
                FOR KEY SHARE;
            SELECT seq, root_seq INTO above FROM interactions WHERE id = new.parent AND project = it.project
                FOR KEY SHARE;
            IF NOT FOUND THEN
                PERFORM refuse_1(json_build_object('refused', 'not_found', 'id', new.parent));
            END IF;
        END IF;
        INSERT INTO interactions (seq, id, project, parent_seq, root_seq, background, owner, status, finished, attempt,
            created, updated, head) OVERRIDING SYSTEM VALUE
        VALUES (this, it.id, it.project, above.seq, above.root_seq, new.background, new.owner, new.status, new.finished, 1,
            new.created, new.updated, new.head)
        ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            PERFORM refuse_1(json_build_object('refused', 'id_taken'));
        END IF;
        INSERT INTO inputs (seq, steps) VALUES (this, new.input);
        current_attempt := 1;
        in_background := new.background;
        over := new.finished;
    END IF;

    IF it.takes_over THEN
        IF it.attempt < current_attempt THEN
            PERFORM refuse_1('{"refused": "superseded"}');
        END IF;
        UPDATE interactions SET attempt = it.attempt WHERE seq = this AND attempt <> it.attempt;
        DELETE FROM open_entries WHERE seq = this AND attempt < it.attempt;
    ELSIF it.attempt <> current_attempt THEN
        PERFORM refuse_1('{"refused": "superseded"}');
    END IF;

    IF it.entries IS NOT NULL THEN
        SELECT min(entry.i) INTO taken FROM json_to_recordset(it.entries) AS entry(i bigint)
            JOIN steps ON steps.seq = this AND steps.step_index = entry.i;
        IF taken IS NULL THEN
            INSERT INTO open_entries (seq, step_index, attempt, ordinal, event)
                SELECT this, i, a, o, event
                FROM json_to_recordset(it.entries) AS x(i bigint, a bigint, o bigint, event text)
            ON CONFLICT DO NOTHING;
            GET DIAGNOSTICS written = ROW_COUNT;
            IF written < json_array_length(it.entries) THEN
                SELECT min(i) INTO taken FROM json_to_recordset(it.entries) AS x(i bigint);
            END IF;
        END IF;
        IF taken IS NOT NULL THEN
            PERFORM refuse_1(json_build_object('refused', 'step_taken', 'index', taken));
        END IF;
    END IF;

    IF it.steps IS NOT NULL THEN
        INSERT INTO steps (seq, step_index, attempt, step, marks)
            SELECT this, i, a, step, decode(marks, 'base64')
            FROM json_to_recordset(it.steps) AS x(i bigint, a bigint, step text, marks text)
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written < json_array_length(it.steps) THEN
            SELECT min(i) INTO taken FROM json_to_recordset(it.steps) AS x(i bigint);
            PERFORM refuse_1(json_build_object('refused', 'step_taken', 'index', taken));
        END IF;
        DELETE FROM open_entries WHERE seq = this
            AND step_index IN (SELECT i FROM json_to_recordset(it.steps) AS x(i bigint));
    END IF;

    IF it.change IS NOT NULL THEN
        UPDATE interactions
            SET status = change.status, finished = change.finished, updated = change.updated, head = change.head
            WHERE seq = this;
        over := change.finished;
    END IF;
    IF over THEN
        DELETE FROM open_entries WHERE seq = this;
    END IF;

    IF it.job IS NOT NULL THEN
        PERFORM mark_job_1(it.job->>'id', (it.job->>'fence')::bigint, (it.job->>'done')::boolean);
    END IF;
    IF it.jobs IS NOT NULL THEN
        job_waits := enqueue_1(it.jobs);
    END IF;
END $$;

-- A held job made progress, or is over.
CREATE FUNCTION mark_job_1(job_id text, token bigint, done boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF done THEN
        DELETE FROM jobs WHERE id = job_id AND fence = token AND worker IS NOT NULL;
    ELSE
        UPDATE jobs SET tries = 0 WHERE id = job_id AND fence = token AND worker IS NOT NULL;
    END IF;
    IF NOT FOUND THEN
        PERFORM refuse_1(json_build_object('refused', 'fenced', 'job', job_id));
    END IF;
END $$;

-- Applies a batch: each commit whole or not at all, and all that are not refused together. Returns for each commit NULL or
-- why it was refused. A batch that the writer has sent before is answered as it was then.
CREATE FUNCTION commit_batch_1(
    writer_id text, batch_number bigint, build bigint, commits text[], ids text[], limited text[]
) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    last record;
    commit text;
    answer record;
    replies text[] := '{}';
    told text := '';
    waits boolean := false;
    position int := 0;
BEGIN
    IF (SELECT reads_from FROM format) > build THEN
        PERFORM refuse_1(json_build_object('refused', 'newer', 'found', (SELECT version FROM format)));
    END IF;
    INSERT INTO writers (id, batch, answers, used) VALUES (writer_id, 0, '{}', now()) ON CONFLICT DO NOTHING;
    SELECT writers.batch, writers.answers INTO last FROM writers WHERE id = writer_id FOR UPDATE;
    IF batch_number <= last.batch THEN
        RETURN last.answers;
    END IF;

    -- All in one order, so that two batches do not wait for each other.
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || name, 1)) FROM unnest(limited) AS name;
    PERFORM FROM interactions WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;

    FOREACH commit IN ARRAY commits LOOP
        position := position + 1;
        BEGIN
            SELECT * INTO answer FROM apply_commit_1(commit::json);
            replies := array_append(replies, NULL::text);
            waits := waits OR answer.job_waits;
            IF answer.in_background THEN
                -- What the server takes as one notification is less than 8000 bytes.
                IF octet_length(told) + octet_length(ids[position]) > 7000 THEN
                    PERFORM tell_1(told);
                    told := '';
                END IF;
                told := told || ids[position] || E'\n';
            END IF;
        EXCEPTION WHEN SQLSTATE 'AN000' THEN
            replies := array_append(replies, SQLERRM);
        END;
    END LOOP;
    IF waits THEN
        told := told || E'\n';
    END IF;
    IF told <> '' THEN
        PERFORM tell_1(told);
    END IF;
    UPDATE writers SET batch = batch_number, answers = replies, used = now() WHERE id = writer_id;
    RETURN replies;
END $$;
