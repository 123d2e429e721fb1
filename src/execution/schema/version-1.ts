import { sql } from "../../sql/sql.ts"

/** The first version of schema `sluice` in a target. Never edited once released: changes are a new version. */
export const version1 = sql`
-- No application gets in, whatever the database's default privileges say.
REVOKE ALL ON SCHEMA sluice FROM PUBLIC;

-- One row: the version of this schema.
CREATE TABLE sluice.version (
  version integer NOT NULL
);

-- The runs that this database has seen, and while a run is active its lease on relations (as schema.name, quoted
-- where needed).
CREATE TABLE sluice.run (
  run         text PRIMARY KEY,
  plan_hash   text NOT NULL,
  workflow_id text NOT NULL,
  revisions   text[] NOT NULL,
  relations   text[] NOT NULL,
  state       text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'contracted', 'completed', 'aborted')),
  started_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz
);

-- Who may write for a run: only the attempt that claimed the newest epoch. Batches lock the row FOR SHARE.
CREATE TABLE sluice.fence (
  run          text PRIMARY KEY,
  epoch        bigint NOT NULL,
  -- What was claimed for: do/<step> or undo/<step>.
  owner        text NOT NULL,
  -- When the scheduler began that attempt, in epoch milliseconds; 0 where it isn't known.
  scheduled_at bigint NOT NULL DEFAULT 0,
  claimed_at   timestamptz NOT NULL DEFAULT now()
);

-- What is true here. Of a transactional step, the row was committed together with the work.
CREATE TABLE sluice.journal (
  seq       bigserial PRIMARY KEY,
  run       text NOT NULL,
  step      text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('do', 'undo')),
  epoch     bigint NOT NULL,
  attempt   integer NOT NULL,
  -- The transaction of this row and, where the step is transactional, of the work.
  xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- done: run by this attempt; observed: it was so already.
  outcome   text NOT NULL CHECK (outcome IN ('done', 'observed'))
);
CREATE INDEX journal_run_step ON sluice.journal (run, step, seq DESC);

-- One row per backfill: what it fills, and how many rows there are by estimate (exact once it has ended). Where it
-- goes by the place of rows and not by a key, the rows of a cursor are estimates too.
CREATE TABLE sluice.backfill (
  run        text NOT NULL,
  step       text NOT NULL,
  relation   text NOT NULL,
  rows_total bigint NOT NULL,
  by_key     boolean NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run, step)
);

-- How far each range of a backfill is. Keys are arrays of text; NULL as first or last key: open.
CREATE TABLE sluice.cursor (
  run         text NOT NULL,
  step        text NOT NULL,
  range       integer NOT NULL,
  first_key   jsonb,                         -- exclusive
  last_key    jsonb,                         -- inclusive
  position    jsonb,                         -- rows up to here are behind us in this pass
  rows_done   bigint NOT NULL DEFAULT 0,     -- rows passed over in the first pass
  rows_filled bigint NOT NULL DEFAULT 0,     -- rows that a batch filled, in any pass
  pass        integer NOT NULL DEFAULT 1,
  finished    boolean NOT NULL DEFAULT false,
  updated_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run, step, range)
);

-- What could be seen of the server's load when the run began: what is lost of that later stops a backfill.
CREATE TABLE sluice.sight (
  run    text NOT NULL,
  source text NOT NULL,
  PRIMARY KEY (run, source)
);

-- The replicas that a run's backfills have seen replay. One that is away is waited for.
CREATE TABLE sluice.replica (
  run  text NOT NULL,
  key  text NOT NULL,                        -- by what it is known again: its slot, else its name
  name text NOT NULL,
  slot text,
  PRIMARY KEY (run, key)
);

-- What an operator has tuned while the run goes on; read before each batch.
CREATE TABLE sluice.knob (
  run   text NOT NULL,
  name  text NOT NULL,
  value jsonb NOT NULL,
  PRIMARY KEY (run, name)
);

-- The revisions that are applied here, written by the transaction that contracts them.
CREATE TABLE sluice.revision (
  id           text PRIMARY KEY,
  parents      text[] NOT NULL DEFAULT '{}',
  title        text NOT NULL DEFAULT '',
  plan_hash    text DEFAULT current_setting('sluice.plan', true),
  run          text DEFAULT current_setting('sluice.run', true),
  content_hash text NOT NULL DEFAULT '',
  applied_at   timestamptz NOT NULL DEFAULT now()
);

REVOKE ALL ON ALL TABLES IN SCHEMA sluice FROM PUBLIC;
`
