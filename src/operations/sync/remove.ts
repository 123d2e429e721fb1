import type { Sync } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, none, qualified, sql } from "../../sql/sql.ts"
import { columnExists, columnGone, columnWhere, hasDefault, observation, triggerWhere } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { allOf } from "./group-direction.ts"
import { createTriggers, dropTriggers } from "./triggers.ts"
import { hiddenColumns } from "./hidden-columns.ts"
import { triggersThere } from "./install.ts"

/**
 * The end of dual write, as a part of the one contract step. From then on the marker says of new rows "an application
 * set it itself": should the triggers come back by undo, they must not overwrite what was written meanwhile, and a
 * comparison must not call it wrong. Its default says so, or the trigger that keeps hidden columns true does.
 */
export function endOfSync(sync: Sync): SqlStep {
  const { relation } = sync
  const table = qualified(relation)
  const gone = [sync.insertTrigger, sync.updateTrigger].map(
    (name) => sql`NOT ${triggerWhere(relation, name, sql`TRUE`)}`,
  )
  const byDefault = marksByDefault(sync)
  const setDefault = sql`\nALTER TABLE ${table} ALTER COLUMN ${ident(sync.marker)} SET DEFAULT FALSE;`
  const dropDefault = sql`ALTER TABLE ${table} ALTER COLUMN ${ident(sync.marker)} DROP DEFAULT;\n`
  return sqlStep({
    id: `contract/${displayName(relation)}/sync`,
    phase: "contract",
    summary: `End dual write in ${displayName(relation)}`,
    sql: sql`${dropTriggers(sync)}${byDefault ? setDefault : none}`,
    undo: sql`${byDefault ? dropDefault : none}${createTriggers(sync)}`,
    observe: observation({
      after: allOf([columnWhere(relation, sync.marker, hasDefault(byDefault)), ...gone]),
      before: allOf([columnWhere(relation, sync.marker, hasDefault(false)), ...triggersThere(sync)]),
    }),
    lock: "AccessExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}

/**
 * Removes the marker for good. It holds nothing of the application's: should it come back, it says of every row "an
 * application set it itself", as it does of those written since contract.
 */
export function dropMarkerStep(sync: Sync, id: string): SqlStep {
  const { relation, marker } = sync
  const table = qualified(relation)
  const dropDefault = sql`\nALTER TABLE ${table} ALTER COLUMN ${ident(marker)} DROP DEFAULT;`
  return sqlStep({
    id,
    phase: "purge",
    summary: `Drop the marker column ${marker} of ${displayName(relation)}`,
    sql: sql`ALTER TABLE ${table} DROP COLUMN ${ident(marker)};`,
    undo: sql`ALTER TABLE ${table} ADD COLUMN ${ident(marker)} boolean DEFAULT FALSE;${marksByDefault(sync) ? none : dropDefault}`,
    observe: observation({
      after: columnGone(relation, marker),
      before: columnExists(relation, marker),
    }),
    lock: "AccessExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}

/** Where no trigger is left that could mark new rows, the default of the column does. */
function marksByDefault(sync: Sync): boolean {
  return hiddenColumns(sync).length === 0
}
