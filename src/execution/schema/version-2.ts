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

REVOKE ALL ON sluice.version_schema FROM PUBLIC;
`
