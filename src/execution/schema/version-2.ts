import { sql } from "../../sql/sql.ts"

/** The second version of schema `sluice` in a target: it knows the version schemas that are ours. */
export const version2 = sql`
-- Schemas of ours beside the application's own: views of the tables of "base" in the shape of "revision".
CREATE TABLE sluice.version_schema (
  name       text PRIMARY KEY,  -- as it is called now
  base       text NOT NULL,
  revision   text,              -- NULL: the shape before the first revision
  created_at timestamptz NOT NULL DEFAULT now(),
  hidden_at  timestamptz        -- when a contract renamed it away, so that no application finds it; NULL: in use
);

-- Those that a run's purge has dropped, as the statements that make them again: should the run be undone.
CREATE TABLE sluice.dropped_version (
  run        text NOT NULL DEFAULT coalesce(current_setting('sluice.run', true), ''),
  name       text NOT NULL,
  base       text NOT NULL,
  revision   text,
  created_at timestamptz NOT NULL,
  hidden_at  timestamptz,
  statements text[] NOT NULL,
  grants     text[] NOT NULL,  -- on its views, once whatever else was granted on them is taken away
  PRIMARY KEY (run, name)
);

REVOKE ALL ON sluice.version_schema, sluice.dropped_version FROM PUBLIC;
`
