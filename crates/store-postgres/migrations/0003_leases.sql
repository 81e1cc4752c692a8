-- Format 3: leases, jobs outside commits, erasure, documents.

-- Gives due jobs to a worker whose lease runs. The order is that of the trait crate's `share_out`.
CREATE FUNCTION claim_1(asker text, wanted text[], now_at bigint, most bigint, per_project bigint)
RETURNS TABLE (
    id text, project text, kind text, payload text, interaction text, fence bigint, tries bigint,
    silent_for float8
) LANGUAGE plpgsql AS $$
DECLARE
    pick record;
    silent float8;
BEGIN
    -- One claim at a time: of several at once each shall get others, and the limit of a project shall hold.
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema(), 2));
    PERFORM FROM workers AS w WHERE w.id = asker AND NOT w.gone AND w.expires > clock_timestamp() FOR SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    FOR pick IN
        WITH RECURSIVE owners AS (
            (SELECT j.project FROM jobs AS j ORDER BY j.project LIMIT 1)
            UNION ALL
            SELECT (SELECT j.project FROM jobs AS j WHERE j.project > owners.project ORDER BY j.project LIMIT 1)
            FROM owners WHERE owners.project IS NOT NULL
        ), busy AS (
            SELECT j.project, count(*) AS n
            FROM jobs AS j JOIN workers AS w ON w.id = j.worker AND NOT w.gone AND w.expires > clock_timestamp()
            WHERE j.kind = ANY (wanted)
            GROUP BY j.project
        ), ranked AS (
            -- Of each project the first are enough.
            SELECT line.*, coalesce(busy.n, 0) - 1 + row_number() OVER (
                PARTITION BY line.project ORDER BY line.priority DESC, line.due, line.seq) AS before
            FROM owners
            CROSS JOIN LATERAL (
                SELECT j.seq, j.project, j.priority, j.due, j.worker FROM jobs AS j
                WHERE j.project = owners.project AND j.due <= now_at AND j.kind = ANY (wanted)
                    AND (j.worker IS NULL OR NOT runs_1(j.worker))
                ORDER BY j.priority DESC, j.due, j.seq
                LIMIT most) AS line
            LEFT JOIN busy ON busy.project = line.project
        )
        SELECT ranked.seq, ranked.worker FROM ranked
        WHERE per_project IS NULL OR ranked.before < per_project
        ORDER BY ranked.priority DESC, ranked.before, ranked.due, ranked.seq
        LIMIT most
    LOOP
        -- A commit or a settlement may be at it.
        PERFORM FROM jobs AS j WHERE j.seq = pick.seq AND j.worker IS NOT DISTINCT FROM pick.worker
            FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        silent := NULL;
        IF pick.worker IS NOT NULL THEN
            -- The worker learns by its next heartbeat that it lost something, unless that heartbeat came first.
            INSERT INTO workers AS w (id, expires, gone, lapsed) VALUES (pick.worker, clock_timestamp(), true, false)
                ON CONFLICT ON CONSTRAINT workers_pkey DO UPDATE SET gone = true
                WHERE w.gone OR w.expires <= clock_timestamp()
                RETURNING CASE WHEN w.lapsed THEN extract(epoch FROM clock_timestamp() - w.expires) END INTO silent;
            CONTINUE WHEN NOT FOUND;
        END IF;
        RETURN QUERY
            UPDATE jobs AS j SET worker = asker, fence = j.fence + 1, tries = j.tries + 1
            WHERE j.seq = pick.seq
            RETURNING j.id, j.project, j.kind, j.payload, j.interaction, j.fence, j.tries, silent;
    END LOOP;
END $$;

-- Ends a claim: with a due time once more later, with jobs in its place, or (neither) as if it had not been claimed.
CREATE FUNCTION settle_1(
    job_id text, token bigint, done boolean, successors json, limited text[], later bigint, new_payload text
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    free boolean := true;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || name, 1)) FROM unnest(limited) AS name;
    IF done THEN
        DELETE FROM jobs WHERE id = job_id AND fence = token AND worker IS NOT NULL;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        free := enqueue_1(successors);
    ELSE
        UPDATE jobs SET
            worker = NULL,
            due = coalesce(later, due),
            payload = coalesce(new_payload, payload),
            tries = CASE WHEN later IS NULL THEN greatest(tries - 1, 0) ELSE tries END
            WHERE id = job_id AND fence = token AND worker IS NOT NULL;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
    END IF;
    IF free THEN
        PERFORM tell_1(E'\n');
    END IF;
    RETURN true;
END $$;

CREATE FUNCTION retire_1(worker_id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO workers (id, expires, gone, lapsed) VALUES (worker_id, clock_timestamp(), true, false)
        ON CONFLICT (id) DO UPDATE SET gone = true, lapsed = false, expires = clock_timestamp();
    IF EXISTS (SELECT FROM jobs WHERE worker = worker_id) THEN
        PERFORM tell_1(E'\n');
    END IF;
END $$;

CREATE FUNCTION erase_1(of_project text, interaction_id text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    here record;
BEGIN
    UPDATE interactions SET erased = true, finished = true, head = NULL
        WHERE id = interaction_id AND project = of_project AND NOT erased
        RETURNING seq, background INTO here;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM inputs WHERE seq = here.seq;
    DELETE FROM steps WHERE seq = here.seq;
    DELETE FROM open_entries WHERE seq = here.seq;
    DELETE FROM jobs WHERE interaction = interaction_id;
    IF here.background THEN
        PERFORM tell_1(interaction_id || E'\n');
    END IF;
    RETURN true;
END $$;

-- Takes old trees away whole, and returns how many interactions went. A tree is found by its newest member.
CREATE FUNCTION sweep_1(of_project text, before bigint, most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    root bigint;
    tree bigint[];
    gone bigint := 0;
BEGIN
    FOR root IN
        SELECT m.root_seq FROM interactions AS m
        WHERE m.updated < before AND (of_project IS NULL OR m.project = of_project)
            AND NOT EXISTS (
                SELECT FROM interactions AS y
                WHERE y.root_seq = m.root_seq AND (y.updated, y.seq) > (m.updated, m.seq))
            AND NOT EXISTS (SELECT FROM interactions AS r WHERE r.root_seq = m.root_seq AND NOT r.finished)
        ORDER BY m.updated, m.seq
        LIMIT most
    LOOP
        -- Whoever adds a turn locks the root, so what is seen after this stays so.
        PERFORM FROM interactions WHERE seq = root FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        CONTINUE WHEN EXISTS (
            SELECT FROM interactions WHERE root_seq = root AND (updated >= before OR NOT finished));
        SELECT array_agg(seq) INTO tree FROM interactions WHERE root_seq = root;
        DELETE FROM jobs WHERE interaction IN (SELECT id FROM interactions WHERE seq = ANY (tree));
        DELETE FROM inputs WHERE seq = ANY (tree);
        DELETE FROM steps WHERE seq = ANY (tree);
        DELETE FROM open_entries WHERE seq = ANY (tree);
        DELETE FROM interactions WHERE seq = ANY (tree);
        gone := gone + cardinality(tree);
    END LOOP;
    RETURN gone;
END $$;

CREATE FUNCTION put_document_1(
    in_collection text, document_id text, of_project text, in_group text, version bigint, made bigint, content text,
    new_jobs json, limited text[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || name, 1)) FROM unnest(limited) AS name;
    IF version = 1 THEN
        INSERT INTO documents (collection, id, project, grouped_by, revision, created, body)
        VALUES (in_collection, document_id, of_project, in_group, 1, made, content)
        ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            PERFORM refuse_1('{"refused": "document_there"}');
        END IF;
    ELSE
        UPDATE documents SET grouped_by = in_group, revision = version, created = made, body = content
            WHERE collection = in_collection AND id = document_id AND project = of_project AND revision = version - 1;
        IF NOT FOUND THEN
            PERFORM refuse_1('{"refused": "document_changed"}');
        END IF;
    END IF;
    IF enqueue_1(new_jobs) THEN
        PERFORM tell_1(E'\n');
    END IF;
END $$;

CREATE FUNCTION delete_document_1(in_collection text, document_id text, of_project text, grouped text)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM documents WHERE collection = in_collection AND id = document_id AND project = of_project;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM documents WHERE collection = grouped AND project = of_project AND grouped_by = document_id;
    RETURN true;
END $$;
