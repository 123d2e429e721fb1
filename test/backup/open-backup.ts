import { mkdtemp, readdir } from "node:fs/promises"
import { join } from "node:path"
import { inject, onTestFinished } from "vitest"
import type { BackupInput } from "../../src/backup/input.ts"
import { ownerTag } from "../../src/backup/naming.ts"
import type { Secret, TargetConfig } from "../../src/config/config.ts"
import { defaultLimits } from "../../src/config/limits.ts"
import type { RelationName } from "../../src/domain/relation.ts"
import type { Attempt } from "../../src/execution/attempt.ts"
import { createDatabase, type DatabaseOptions, type TestDatabase } from "../harness/database.ts"
import { openLedger, type OpenLedger } from "../ledger/open-ledger.ts"
import { samplePlan } from "../ledger/sample-plan.ts"

export const users: RelationName = { schema: "public", name: "users" }

/** Three tables in a chain of foreign keys; 500 users with all kinds of text. */
export const shop = `
  CREATE TABLE teams (id int PRIMARY KEY, name text);
  CREATE TABLE users (id int PRIMARY KEY, team int REFERENCES teams, name text, born timestamptz, score float8, tags jsonb);
  CREATE TABLE orders (id int PRIMARY KEY, owner int REFERENCES users);
  INSERT INTO teams SELECT i, 'team ' || i FROM generate_series(1, 5) AS i;
  INSERT INTO users SELECT i, i % 5 + 1, E'Zoë \\n\\t "' || i, now(), random(), jsonb_build_object('n', i)
    FROM generate_series(1, 500) AS i;
  INSERT INTO orders SELECT i, i FROM generate_series(1, 400) AS i`

export interface OpenBackup {
  readonly database: TestDatabase
  readonly control: OpenLedger
  readonly directory: string
  readonly input: BackupInput
  files(): Promise<readonly string[]>
  /** Scratch databases of this run that are still there. */
  scratch(): Promise<readonly string[]>
}

/** A target with a schema, a control database, and a directory for backups. */
export async function openBackup(
  options: DatabaseOptions & {
    readonly relations?: readonly RelationName[]
    readonly as?: (d: TestDatabase) => Secret
  } = {},
): Promise<OpenBackup> {
  const database = await createDatabase({ schema: shop, ...options })
  onTestFinished(() => database.drop())
  const control = await openLedger()
  const directory = await mkdtemp(join(inject("scratchDirectory"), "backups-"))
  const plan = samplePlan({ relations: options.relations ?? [users] })
  const run = `${database.name}-${plan.hash.slice(0, 8)}-1`
  const target = targetOf(options.as?.(database) ?? database.url)
  return {
    database,
    control,
    directory,
    input: { run, plan, target, config: { backups: { directory, scratchUrl: null } }, control: control.control },
    files: async () => (await readdir(directory)).toSorted(),
    scratch: () => scratchDatabases(database, run),
  }
}

export function attempt(number = 1, signal: AbortSignal = new AbortController().signal): Attempt {
  return { number, signal, heartbeat: () => undefined }
}

function targetOf(url: Secret): TargetConfig {
  return {
    name: "shop",
    url,
    schemas: ["public"],
    versions: { schemas: false, roles: { old: null, new: null } },
    gates: { "dual-write": "manual", switch: "manual", contract: "manual", purge: "manual" },
    soakMs: 0,
    keepMs: 0,
    limits: { ...defaultLimits, maxReplicaLagMs: null },
    probes: [],
  }
}

async function scratchDatabases(database: TestDatabase, run: string): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    "SELECT datname::text AS name FROM pg_database WHERE starts_with(datname, 'sluice_scratch_' || $1)",
    [ownerTag(run)],
  )
  return rows.map(({ name }) => name)
}
