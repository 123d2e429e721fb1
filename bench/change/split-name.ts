import { findTable } from "../../src/catalog/model.ts"
import type { SyncColumn } from "../../src/domain/backfill.ts"
import { hashOf } from "../../src/domain/hash.ts"
import type { Plan } from "../../src/domain/plan.ts"
import { syncStep } from "../../src/operations/sync/install.ts"
import { syncOf } from "../../src/planner/merge-syncs.ts"
import { backfillStep, verifyStep } from "../../src/planner/row-steps.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { parseExpression } from "../../src/sql/parser.ts"
import { sql } from "../../src/sql/sql.ts"
import type { Change } from "./change.ts"

const users = { schema: "public", name: "users" }
const first = "split_part(name, ' ', 1)"
const last = "substr(name, strpos(name || ' ', ' ') + 1)"
const whole = "trim(first_name || ' ' || last_name)"

const added = (name: string, up: string): object => ({
  add_column: { table: "users", column: { name, type: "text", nullable: true }, up },
})

/** `name` becomes `first_name` and `last_name`: two ways, whoever writes. */
export const splitName: Change = {
  name: "split_name",
  async plan(session, target) {
    const catalog = await readCatalog(session, { schemas: target.schemas, relations: [users], functions: [] })
    const table = findTable(catalog, users)
    if (!table) throw new Error("there is no table users")
    const sync = syncOf(
      users,
      [{ old: [column("name", whole)], new: [column("first_name", first), column("last_name", last)], sources: [] }],
      ["0001_change"],
    )
    const body: Omit<Plan, "hash"> = {
      format: 1,
      target: target.name,
      strategy: target.strategy,
      serverMajor: catalog.serverMajor,
      revisions: [],
      relations: [sync.relation],
      shapes: {},
      gates: target.gates,
      soakMs: target.soakMs,
      keepMs: target.keepMs,
      syncs: [sync],
      steps: [
        syncStep(sync, "expand/users/sync"),
        backfillStep(sync, table, "backfill/users/fill"),
        verifyStep(sync, table, "verify/users/compare", "verify"),
      ],
      dataChecks: [],
      expressionChecks: [],
    }
    return { ...body, hash: hashOf(body) }
  },
  pgroll: [
    added("first_name", first),
    added("last_name", last),
    { drop_column: { table: "users", column: "name", down: whole } },
  ],
  plain: {
    columns: "ADD COLUMN first_name text, ADD COLUMN last_name text",
    update: `first_name = ${first}, last_name = ${last}`,
  },
}

/** A text column as dual write has to know it, `name` being the only one that is there before. */
function column(name: string, expression: string): SyncColumn {
  const parsed = parseExpression(expression)
  return {
    name,
    type: "text",
    expression: parsed.text,
    reads: parsed.columns,
    comparable: true,
    compareBytes: false,
    absent: sql`NULL`,
    added: name !== "name",
    notNull: name === "name",
  }
}
