import type { Table } from "../../src/catalog/model.ts"
import type { Sync } from "../../src/domain/backfill.ts"
import type { BackfillStep, VerifyStep } from "../../src/domain/step.ts"
import type { Limits } from "../../src/config/config.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
import { syncStep } from "../../src/operations/sync/install.ts"
import { backfillStep, verifyStep } from "../../src/planner/row-steps.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import type { TestDatabase } from "../harness/database.ts"
import { asSession, runOn } from "./setting.ts"

/** A table whose dual write has begun, and the steps that fill and compare it. */
export interface Filling {
  readonly run: TargetRun
  readonly sync: Sync
  readonly backfill: BackfillStep
  readonly verify: VerifyStep
}

/** Begins the dual write of the sync's table as it is in the database. */
export async function beginFilling(database: TestDatabase, sync: Sync, limits: Partial<Limits> = {}): Promise<Filling> {
  const table = await readTable(database, sync)
  const backfill = backfillStep(sync, table, "backfill/rows")
  const verify = verifyStep(sync, table, "verify/rows", "verify")
  const run = await runOn(database.url, [backfill, verify], limits)
  await database.query(syncStep(sync, "expand/sync").sql)
  return { run, sync, backfill, verify }
}

async function readTable(database: TestDatabase, { relation }: Sync): Promise<Table> {
  const { schema } = relation
  const want = { schemas: [schema], relations: [relation], functions: [] }
  const catalog = await asSession(database.url, (session) => readCatalog(session, want))
  const table = catalog.tables.find(({ name }) => name === relation.name)
  if (!table) throw new Error(`no table ${relation.name}`)
  return table
}

export async function countRows(database: TestDatabase, from: string, where: string): Promise<number> {
  const [row] = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from} WHERE ${where}`)
  return row?.n ?? 0
}
