-- Read models. A row is valid from the position of the event that stated it up to, and without, `valid_to`.
-- They can be dropped and rebuilt from the events at any time; nothing here is the truth.

CREATE TABLE shezhire.projector_position (
    projector text PRIMARY KEY,
    "position" bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Events that a projector could not apply: it goes on without them, and says so.
CREATE TABLE shezhire.dead_letters (
    projector text NOT NULL, "position" bigint NOT NULL, type text NOT NULL, reason text NOT NULL,
    noticed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (projector, "position")
);

CREATE TABLE shezhire.bodies (
    body text NOT NULL, grp text NOT NULL, kk text NOT NULL, ru text NOT NULL, en text NOT NULL,
    since date, abolished date, illustrative boolean NOT NULL,
    valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX bodies_open ON shezhire.bodies (body) WHERE valid_to IS NULL;

CREATE TABLE shezhire.lineage (
    body text NOT NULL, successor text NOT NULL, kind text NOT NULL, since date NOT NULL,
    illustrative boolean NOT NULL, valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX lineage_open ON shezhire.lineage (body, successor) WHERE valid_to IS NULL;

CREATE TABLE shezhire.revisions (
    methodology text NOT NULL, revision text NOT NULL, sha256 text NOT NULL, document jsonb NOT NULL,
    approved date, legal_act text, repealed date, valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX revisions_open ON shezhire.revisions (methodology, revision) WHERE valid_to IS NULL;

CREATE TABLE shezhire.cycles (
    cycle integer NOT NULL, methodology text NOT NULL, revision text NOT NULL, revision_sha256 text NOT NULL,
    retrospective boolean NOT NULL, valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX cycles_open ON shezhire.cycles (cycle) WHERE valid_to IS NULL;

CREATE TABLE shezhire.enrolments (
    cycle integer NOT NULL, body text NOT NULL, grp text NOT NULL, evaluators text[] NOT NULL,
    valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX enrolments_open ON shezhire.enrolments (cycle, body) WHERE valid_to IS NULL;

CREATE TABLE shezhire.decisions (
    cycle integer NOT NULL, body text NOT NULL, session text NOT NULL, item integer NOT NULL, outcome text NOT NULL,
    valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX decisions_open ON shezhire.decisions (cycle, body) WHERE valid_to IS NULL;

CREATE TABLE shezhire.publications (
    cycle integer NOT NULL, grp text NOT NULL, session text NOT NULL, valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX publications_open ON shezhire.publications (cycle, grp) WHERE valid_to IS NULL;

CREATE TABLE shezhire.facts (
    cycle integer NOT NULL, body text NOT NULL, layer smallint NOT NULL, subject text NOT NULL,
    value jsonb, event_id uuid NOT NULL, valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX facts_open ON shezhire.facts (cycle, body, layer, subject) WHERE valid_to IS NULL;
CREATE INDEX facts_history ON shezhire.facts (cycle, body, valid_from);
CREATE INDEX facts_from ON shezhire.facts (valid_from);

CREATE TABLE shezhire.scores (
    cycle integer NOT NULL, body text NOT NULL, layer smallint NOT NULL,
    value numeric, coverage numeric NOT NULL, grade text, tie_values text[] NOT NULL, revision_sha256 text NOT NULL,
    valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX scores_open ON shezhire.scores (cycle, body, layer) WHERE valid_to IS NULL;
CREATE INDEX scores_history ON shezhire.scores (cycle, body, valid_from);
CREATE INDEX scores_from ON shezhire.scores (valid_from);

CREATE TABLE shezhire.rankings (
    cycle integer NOT NULL, grp text NOT NULL, body text NOT NULL, rank integer,
    valid_from bigint NOT NULL, valid_to bigint);
CREATE UNIQUE INDEX rankings_open ON shezhire.rankings (cycle, grp, body) WHERE valid_to IS NULL;
CREATE INDEX rankings_history ON shezhire.rankings (cycle, grp, valid_from);

CREATE TABLE shezhire.trail (
    "position" bigint PRIMARY KEY, event_id uuid NOT NULL, type text NOT NULL, originator_id uuid NOT NULL,
    originator_version bigint NOT NULL, recorded_at timestamptz NOT NULL, decided_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL, person text NOT NULL, role text NOT NULL, actor_body text NOT NULL,
    reason text NOT NULL, legal_basis text, correlation_id uuid NOT NULL, authority text[] NOT NULL,
    cycle integer, bodies text[] NOT NULL, subjects text[] NOT NULL);
CREATE INDEX trail_cycle ON shezhire.trail (cycle, "position");
CREATE INDEX trail_person ON shezhire.trail (person, "position");

GRANT SELECT ON ALL TABLES IN SCHEMA shezhire TO shezhire_reader;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON
    shezhire.projector_position, shezhire.dead_letters, shezhire.bodies, shezhire.lineage, shezhire.revisions, shezhire.cycles,
    shezhire.enrolments, shezhire.decisions, shezhire.publications, shezhire.facts, shezhire.scores,
    shezhire.rankings, shezhire.trail
TO shezhire_projector;
