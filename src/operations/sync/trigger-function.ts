import type { Sync } from "../../domain/backfill.ts"
import { ident, join, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { dollarQuoted } from "./dollar-quoted.ts"
import { pinnedSettings } from "./pinned-settings.ts"
import { groupStatements } from "./trigger-statements.ts"

/** The name of the trigger function, in schema `sluice`. */
export function functionName(sync: Sync): Sql {
  return sql`sluice.${ident(sync.function)}`
}

/**
 * The function that both triggers call. It judges who wrote by what the statement changed, before it changes anything
 * itself.
 */
export function createFunction(sync: Sync): Sql {
  return sql`CREATE OR REPLACE FUNCTION ${functionName(sync)}() RETURNS trigger
  LANGUAGE plpgsql
  ${pinnedSettings([sync])}
AS ${dollarQuoted(functionBody(sync))};`
}

/**
 * The function's source, as `pg_proc.prosrc` holds it. Every expression of it costs each statement of an application
 * some microseconds, so there are two ways through it, and on each only what has to be asked.
 */
export function functionBody(sync: Sync): Sql {
  const marker = ident(sync.marker)
  const way = (event: "INSERT" | "UPDATE"): Sql =>
    join(
      sync.groups.map((group) => groupStatements(sync, group, event)),
      "\n",
    )
  return sql`
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.${marker} := TRUE;
${way("INSERT")}
  ELSE
    -- whoever touches a row that isn't filled yet fills it
    IF OLD.${marker} IS NULL THEN NEW.${marker} := TRUE; END IF;
${way("UPDATE")}
  END IF;
  RETURN NEW;
END
`
}
