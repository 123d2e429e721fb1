import type { TriggerSet } from "../../domain/trigger-set.ts"
import { join, literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { relationOid } from "../observe.ts"

/** A row of the catalog on which a set of triggers rests. */
export interface TriggerPart {
  readonly kind: "trigger" | "function" | "partition"
  readonly oid: string
  /** The transaction that wrote the row last. */
  readonly version: string
  /** As SQL has it. */
  readonly name: string
}

/**
 * All parts of a set of triggers, a row (kind, oid, version, name) each: the triggers, those of partitions too, their
 * function, and which partitions there are. Disabled and enabled again, replaced and put back, detached and attached, a
 * part has another version, whatever it is now: meanwhile rows may have been written that nothing kept equal.
 */
export function triggerParts({ relation, triggers, ...set }: TriggerSet): Sql {
  return sql`SELECT 'trigger' AS kind, g.oid::text AS oid, g.xmin::text AS version,
    format('%I of %s', g.tgname, g.tgrelid::regclass) AS name
  FROM pg_trigger AS g
 WHERE g.tgname IN (${join(triggers.map(literal))})
UNION ALL
SELECT 'function', p.oid::text, p.xmin::text, format('sluice.%I', p.proname)
  FROM pg_proc AS p
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
 WHERE n.nspname = 'sluice' AND p.proname IN (${join([set.function, ...set.helpers].map(literal))})
UNION ALL
SELECT 'partition', i.inhrelid::text, i.xmin::text, i.inhrelid::regclass::text
  FROM pg_partition_tree(${relationOid(relation)}) AS t
  JOIN pg_inherits AS i ON i.inhrelid = t.relid
 ORDER BY 1, 2`
}
