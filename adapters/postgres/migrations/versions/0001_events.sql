-- Runs as shezhire_owner, in its schema; the roles are made before, by roles.sql.
GRANT USAGE ON SCHEMA shezhire TO shezhire_writer, shezhire_reader, shezhire_projector, shezhire_integrator;

-- `notification_id` is the position in the total order; `state` is RFC 8785 JSON in UTF-8, exactly as hashed.
CREATE TABLE shezhire.events (
    notification_id bigint GENERATED ALWAYS AS IDENTITY,
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL CHECK (originator_version >= 1),
    topic text NOT NULL CHECK (topic <> ''),
    state bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.05);
CREATE UNIQUE INDEX events_position ON shezhire.events (notification_id);
CREATE INDEX events_recorded_at ON shezhire.events USING brin (recorded_at);

-- Whoever inserts, by function or by hand, first takes the lock that is held until commit. So positions are given in
-- the order of commits, and a follower that has seen a position has seen all before it.
CREATE FUNCTION shezhire.before_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    latest timestamptz;
    behind interval;
BEGIN
    PERFORM pg_advisory_xact_lock(91736254018);
    SELECT recorded_at INTO latest FROM shezhire.events ORDER BY notification_id DESC LIMIT 1;
    behind := latest - clock_timestamp();
    IF behind > interval '1 second' THEN
        RAISE EXCEPTION 'the clock of the database server is % behind the last recorded event (%): set the clock',
            behind, latest USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF behind > interval '0' THEN
        PERFORM pg_sleep(extract(epoch FROM behind));
    END IF;
    PERFORM pg_notify('shezhire_events', '');
    RETURN NULL;
END $$;

CREATE FUNCTION shezhire.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are immutable: % of % is refused; record a correcting event instead', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER before_append BEFORE INSERT ON shezhire.events
    FOR EACH STATEMENT EXECUTE FUNCTION shezhire.before_append();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON shezhire.events
    FOR EACH STATEMENT EXECUTE FUNCTION shezhire.refuse_change();
ALTER TABLE shezhire.events ENABLE ALWAYS TRIGGER before_append;
ALTER TABLE shezhire.events ENABLE ALWAYS TRIGGER refuse_change;

-- Appends the events of several commands. A command whose events do not follow directly on their streams is in
-- conflict: nothing of it is written and its positions are null; the others are written.
CREATE FUNCTION shezhire.append_events(
    commands integer[], ids uuid[], versions bigint[], topics text[], states bytea[]
) RETURNS TABLE (ordinal bigint, "position" bigint) LANGUAGE plpgsql AS $$
DECLARE
    conflicting integer[];
BEGIN
    PERFORM pg_advisory_xact_lock(91736254018);
    SELECT array_agg(DISTINCT given.command) INTO conflicting
    FROM (
        SELECT u.command, u.id, min(u.version) AS first_version, max(u.version) AS last_version, count(*) AS number
        FROM unnest(commands, ids, versions) AS u (command, id, version)
        GROUP BY u.command, u.id
    ) AS given
    WHERE given.last_version - given.first_version + 1 <> given.number
        OR given.first_version <> 1 + coalesce(
            (SELECT max(e.originator_version) FROM shezhire.events e WHERE e.originator_id = given.id), 0);
    RETURN QUERY
    WITH given AS (
        SELECT * FROM unnest(commands, ids, versions, topics, states)
            WITH ORDINALITY AS u (command, id, version, topic, state, n)
    ), inserted AS (
        INSERT INTO shezhire.events AS e (originator_id, originator_version, topic, state)
        SELECT id, version, topic, state FROM given
        WHERE conflicting IS NULL OR NOT command = ANY (conflicting)
        ORDER BY n
        RETURNING e.originator_id, e.originator_version, e.notification_id
    )
    SELECT given.n, inserted.notification_id
    FROM given LEFT JOIN inserted
        ON inserted.originator_id = given.id AND inserted.originator_version = given.version
    ORDER BY given.n;
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA shezhire FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shezhire.append_events(integer[], uuid[], bigint[], text[], bytea[]) TO shezhire_writer;

GRANT SELECT ON shezhire.events TO shezhire_writer, shezhire_reader, shezhire_projector, shezhire_integrator;
GRANT INSERT (originator_id, originator_version, topic, state) ON shezhire.events TO shezhire_writer;

-- The record for people who read plain SQL.
CREATE VIEW shezhire.event_log AS
    SELECT notification_id AS "position", recorded_at, topic AS type, originator_id AS stream,
           originator_version AS version, convert_from(state, 'UTF8')::jsonb AS event
    FROM shezhire.events;
GRANT SELECT ON shezhire.event_log TO shezhire_reader, shezhire_writer;
