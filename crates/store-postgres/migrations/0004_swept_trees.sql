-- Format 4: a sweep that names the trees it takes. Older builds go on with theirs.

CREATE FUNCTION sweep_2(of_project text, before bigint, most bigint)
RETURNS TABLE (project text, id text, members bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    root bigint;
    tree bigint[];
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
        RETURN QUERY SELECT r.project, r.id, cardinality(tree)::bigint FROM interactions AS r WHERE r.seq = root;
        DELETE FROM jobs WHERE interaction IN (SELECT i.id FROM interactions AS i WHERE i.seq = ANY (tree));
        DELETE FROM inputs WHERE seq = ANY (tree);
        DELETE FROM steps WHERE seq = ANY (tree);
        DELETE FROM open_entries WHERE seq = ANY (tree);
        DELETE FROM interactions WHERE seq = ANY (tree);
    END LOOP;
END $$;
