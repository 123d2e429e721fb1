/** The first shape of the control database. Never edited once released: a later change is a file of its own. */
export const text = String.raw`
COMMENT ON SCHEMA sluice_control IS 'Sluice: ledger, plans and runs. Entries are never changed.';

CREATE FUNCTION sluice_control.iso(moment timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT pg_catalog.to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

CREATE FUNCTION sluice_control.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% of %.% is refused: what stands there is never changed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

-- The hash-chained ledger.
CREATE TABLE sluice_control.entry (
    seq           bigint PRIMARY KEY CHECK (seq >= 1),
    at            timestamptz NOT NULL CHECK (at = date_trunc('milliseconds', at)),
    actor         text NOT NULL,
    kind          text NOT NULL,
    run           text,
    step          text,
    attempt       integer,
    detail        jsonb NOT NULL CHECK (jsonb_typeof(detail) = 'object'),
    previous_hash text NOT NULL UNIQUE,
    hash          text NOT NULL UNIQUE
);
CREATE INDEX entry_run_idx ON sluice_control.entry (run, seq);

-- Says of an append that was sent twice (its answer was lost) that it stands already. Not part of the proof.
CREATE TABLE sluice_control.appended (
    key text PRIMARY KEY,
    seq bigint NOT NULL UNIQUE
);

CREATE TABLE sluice_control.plan (
    hash      text PRIMARY KEY,
    target    text NOT NULL,
    -- Canonical JSON, byte for byte what the hash was made of.
    body      text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE sluice_control.evidence (
    hash      text NOT NULL,
    plan_hash text NOT NULL REFERENCES sluice_control.plan,
    run       text NOT NULL DEFAULT '',
    kind      text NOT NULL,
    content   text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan_hash, run, kind, hash)
);

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['entry', 'appended', 'plan', 'evidence'] LOOP
        EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON sluice_control.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION sluice_control.refuse_change()', kept);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sluice_control.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION sluice_control.refuse_change()', kept);
        -- ALWAYS: session_replication_role = replica must not switch them off.
        EXECUTE format('ALTER TABLE sluice_control.%I ENABLE ALWAYS TRIGGER refuse_change', kept);
        EXECUTE format('ALTER TABLE sluice_control.%I ENABLE ALWAYS TRIGGER refuse_truncate', kept);
    END LOOP;
END
$$;

-- What "status" shows: a projection, written anew as a run goes on.
CREATE TABLE sluice_control.run (
    run         text PRIMARY KEY,
    target      text NOT NULL,
    plan_hash   text NOT NULL REFERENCES sluice_control.plan,
    -- The last part of the run's name: counts the runs of one plan on one target.
    number      integer NOT NULL CHECK (number >= 1),
    workflow_id text NOT NULL,
    strategy    text NOT NULL,
    revisions   jsonb NOT NULL,
    started_by  text NOT NULL,
    state       text NOT NULL,
    phase       text NOT NULL,
    waiting_for text,
    findings    jsonb NOT NULL DEFAULT '[]',
    progress    jsonb,
    blockers    jsonb NOT NULL DEFAULT '[]',
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz
);
CREATE INDEX run_started_idx ON sluice_control.run (started_at DESC, run);

CREATE TABLE sluice_control.step (
    run        text NOT NULL REFERENCES sluice_control.run,
    step       text NOT NULL,
    position   integer NOT NULL,
    phase      text NOT NULL,
    summary    text NOT NULL,
    state      text NOT NULL DEFAULT 'pending',
    attempts   integer NOT NULL DEFAULT 0,
    started_at timestamptz,
    ended_at   timestamptz,
    error      jsonb,
    PRIMARY KEY (run, step)
);

-- Keys of rows that stand in the way. Row data in the sense of privacy, so they lie here alone, and for a time only.
CREATE TABLE sluice_control.offending_key (
    run             text NOT NULL,
    step            text NOT NULL,
    code            text NOT NULL,
    relation_schema text NOT NULL,
    relation_name   text NOT NULL,
    key             text NOT NULL,
    found_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    forget_at       timestamptz NOT NULL
);
CREATE UNIQUE INDEX offending_key_once
    ON sluice_control.offending_key (run, step, code, relation_schema, relation_name, md5(key));
CREATE INDEX offending_key_forget_idx ON sluice_control.offending_key (forget_at);

-- The register of backups: the latest word on each.
CREATE TABLE sluice_control.backup (
    id         text PRIMARY KEY,
    run        text,
    target     text NOT NULL,
    state      text NOT NULL,
    record     jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX backup_target_idx ON sluice_control.backup (target, created_at DESC);
`
