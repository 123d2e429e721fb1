import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { beforeAll, expect, onTestFinished, test } from "vitest"
import type { Step } from "../../src/domain/step.ts"
import { createVersion } from "../../src/execution/journal.ts"
import { versionSchemaOf } from "../../src/operations/views/names.ts"
import { presentViews } from "../../src/planner/version-views.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { Holder } from "../harness/holder.ts"
import { Purging } from "../operations/archive/purging.ts"
import { asSession, eventually, runOn } from "./setting.ts"

beforeAll(loadParser)

/** For what a busy machine adds to a wait, besides what it makes wait whom nobody locks out. */
const graceMs = 250

const given = `
  CREATE TABLE public.calm (id integer);
  CREATE TABLE public.teams (id integer PRIMARY KEY);
  INSERT INTO public.teams SELECT generate_series(0, 6);
  CREATE TABLE public.people (
    id integer PRIMARY KEY, name text NOT NULL, code text NOT NULL CONSTRAINT code_alone UNIQUE, team integer,
    CONSTRAINT code_short CHECK (length(code) < 20), CONSTRAINT of_team FOREIGN KEY (team) REFERENCES public.teams);
  CREATE INDEX people_name ON public.people (name);
  INSERT INTO public.people SELECT n, 'Name ' || n, 'c' || n, n % 7 FROM generate_series(1, 100) AS n;`

/** Takes an application's lock on the table, or on the version view that comes first, as any read and write of it does. */
const touch = (table: string): string => `DELETE FROM ${table} WHERE false`
const anyVersion = "SET search_path = public_base, public_0002_change, public"

/** Applications that work on these tables all the while, each of which remembers how long it had to wait. */
class Applications {
  readonly waitsMs: number[] = []
  readonly calmWaitsMs: number[] = []
  readonly #over = new AbortController()
  readonly #loops: Promise<void>[]

  constructor({ url }: TestDatabase, tables: readonly string[]) {
    const into = (table: string): number[] => (table === "calm" ? this.calmWaitsMs : this.waitsMs)
    this.#loops = ["calm", ...tables].map((table) => this.#work(url.reveal(), table, into(table)))
  }

  async #work(connectionString: string, table: string, into: number[]): Promise<void> {
    const client = new Client({ connectionString })
    await client.connect()
    await client.query(anyVersion)
    while (!this.#over.signal.aborted) {
      const from = performance.now()
      await client.query(touch(table))
      into.push(performance.now() - from)
      await sleep(10)
    }
    await client.end()
  }

  async end(): Promise<void> {
    this.#over.abort()
    await Promise.all(this.#loops)
  }
}

/** Somebody idle in a transaction who has read and written the table, by its name and through every version of it. */
async function stand({ database }: Purging, table: string): Promise<Holder> {
  const relations = await database.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
      WHERE relname = $1 AND relkind IN ('r', 'v') AND relnamespace <> 'sluice_archive'::regnamespace ORDER BY oid`,
    [table],
  )
  return Holder.take(database.url, relations.map(({ name }) => touch(name)).join("; "))
}

/** Waits until a try of ours has waited for so long, and no longer. */
async function inTheMiddleOfATry({ database }: Purging, afterMs: number): Promise<void> {
  await eventually(async () => {
    const [wait] = await database.query<{ ms: number }>(
      `SELECT extract(epoch FROM clock_timestamp() - l.waitstart)::float8 * 1000 AS ms
         FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
        WHERE a.application_name ~ '^sluice/' AND NOT l.granted AND l.waitstart IS NOT NULL`,
    )
    return wait !== undefined && wait.ms > afterMs && wait.ms < afterMs + 100
  })
}

/**
 * Does or undoes a step while somebody stands in the way at each of the tables. Once that one is named it stays for
 * longer than lock_timeout; of several, all but the last go when most of a try has passed. Answers at which tables the
 * step had to wait.
 */
async function behindSomebody(change: Purging, tables: readonly string[], go: () => Promise<void>): Promise<string[]> {
  const { lockTimeoutMs } = change.run.target.limits
  const { witness } = change
  const holders = await Promise.all(tables.map((table) => stand(change, table)))
  const from = witness.blockersSeen.length
  const isNamed = ({ pid }: Holder): boolean =>
    witness.blockersSeen.slice(from).some((blockers) => blockers.some((blocker) => blocker.pid === pid))
  const waited: string[] = []
  const over = go().then(() => "over")
  try {
    for (const [index, holder] of holders.entries()) {
      const named = witness.until(() => isNamed(holder)).then(() => "named")
      if ((await Promise.race([over, named])) === "named") {
        waited.push(tables[index] ?? "")
        if (index + 1 < holders.length) await inTheMiddleOfATry(change, lockTimeoutMs * 0.7)
        else await sleep(lockTimeoutMs + graceMs + 100)
      }
      await holder.release()
    }
  } finally {
    for (const holder of holders) await holder.release()
    await over
  }
  return waited
}

interface Change {
  readonly operations: readonly Readonly<Record<string, unknown>>[]
  readonly tables: readonly string[]
  readonly lockTimeoutMs: number
  readonly versionViews?: boolean
  /** How far it goes before it is taken back. */
  readonly last: string
  /** The steps that have to wait, and at which of the tables. */
  readonly waits: readonly string[]
  /** The same on the way back. */
  readonly waitsBack: readonly string[]
}

/** Where there are version views, the tables as they were have theirs already. */
async function begin({
  operations,
  lockTimeoutMs = 100,
  versionViews = false,
}: Pick<Change, "operations"> & Partial<Change>): Promise<Purging> {
  const database = await createDatabase({ schema: given })
  await runOn(database.url, [])
  await database.query("CREATE SCHEMA IF NOT EXISTS sluice_archive")
  if (versionViews)
    await asSession(database.url, async (session) => {
      const present = await readCatalog(session, { schemas: ["public"], relations: "all", functions: [] })
      const version = versionSchemaOf("public", null)
      await createVersion(session, { version, views: presentViews(version, present), rights: present.rights })
    })
  const versions = { schemas: versionViews, roles: { old: null, new: null } }
  return Purging.on(database, operations, { lockTimeoutMs }, "0002_change", versions)
}

/** Does these steps, or takes them back; answers which had to wait, and at which tables. */
async function go(
  change: Purging,
  steps: readonly Step[],
  { tables, back = false }: { readonly tables: readonly string[]; readonly back?: boolean },
): Promise<readonly string[]> {
  const waits: string[] = []
  for (const step of steps) {
    const work = (): Promise<void> => (back ? change.undo(step) : change.perform(step))
    // A step for the way back alone has nothing to do on this one.
    if (step.action !== "sql" || (step.back && !back)) await work()
    else {
      const at = await behindSomebody(change, tables, work)
      if (at.length > 0) waits.push(`${step.id.replaceAll(/-[0-9a-f]{8}\b/g, "")}: ${at.join(", ")}`)
    }
  }
  return waits
}

const changes: readonly (readonly [string, Change])[] = [
  [
    "a foreign key and a check",
    {
      operations: [
        {
          create_constraint: {
            type: "foreign_key",
            table: "people",
            name: "in_team",
            columns: ["team"],
            references: { table: "teams", columns: ["id"] },
          },
        },
        { create_constraint: { type: "check", table: "people", name: "name_short", check: "length(name) < 50" } },
      ],
      tables: ["people", "teams"],
      lockTimeoutMs: 500,
      last: "contract/hide",
      waits: ["expand/people/constraint-in_team/add: people, teams", "expand/people/constraint-name_short/add: people"],
      waitsBack: [
        "expand/people/constraint-name_short/validate: people",
        "expand/people/constraint-in_team/validate: people, teams",
      ],
    },
  ],
  [
    "another type of a column with constraints, with version views, and back from the archive",
    {
      operations: [
        { alter_column: { table: "people", column: "code", type: "varchar(40)", up: "code", down: "code" } },
      ],
      tables: ["people"],
      lockTimeoutMs: 100,
      versionViews: true,
      last: "purge/drop",
      waits: [
        "expand/people/sync: people",
        "backfill/people/not-null-code/check: people",
        "backfill/people/not-null-code/set: people",
        "backfill/people/copy-code_short/add: people",
        "backfill/people/copy-code_alone/index: people",
        "backfill/people/copy-code_alone/constraint: people",
        "contract/hide: people",
        "purge/people/archive: people",
        "purge/public/version-views: people",
        "purge/drop: people",
      ],
      waitsBack: [
        "purge/drop: people",
        "purge/people/settle: people",
        "purge/people/archive: people",
        "contract/hide: people",
        "contract/people/not-null-code/set: people",
        "contract/people/unique-code_alone/index: people",
        "contract/people/unique-code_alone/constraint: people",
        "backfill/people/copy-code_alone/constraint: people",
        "backfill/people/copy-code_short/validate: people",
        "backfill/people/not-null-code/set: people",
        "backfill/people/not-null-code/check: people",
        "dual-write/public/version-views: people",
        "expand/people/sync: people",
      ],
    },
  ],
  [
    "another name, and back from keep",
    {
      operations: [{ rename_column: { table: "people", from: "name", to: "full_name" } }],
      tables: ["people"],
      lockTimeoutMs: 100,
      last: "contract/hide",
      waits: [
        "expand/people/sync: people",
        "backfill/people/not-null-full_name/check: people",
        "backfill/people/not-null-full_name/set: people",
        "backfill/people/copy-people_name/index: people",
        "contract/hide: people",
      ],
      waitsBack: [
        "contract/hide: people",
        "contract/people/not-null-name/set: people",
        "backfill/people/copy-people_name/index: people",
        "backfill/people/not-null-full_name/set: people",
        "backfill/people/not-null-full_name/check: people",
        "expand/people/sync: people",
      ],
    },
  ],
  [
    "a column with a foreign key goes, and comes back from keep",
    {
      operations: [{ drop_column: { table: "people", column: "team", down: "id % 7" } }],
      tables: ["people", "teams"],
      lockTimeoutMs: 500,
      last: "contract/hide",
      waits: ["expand/people/sync: people", "contract/hide: people, teams"],
      waitsBack: ["contract/hide: people, teams", "expand/people/sync: people"],
    },
  ],
]

test.each(changes)(
  "%s: at no step does an application wait for longer than lock_timeout, who blocks is named, and it goes on when they go",
  async (_, setting) => {
    const { tables, lockTimeoutMs, last } = setting
    const change = await begin(setting)
    onTestFinished(() => change.end())
    const { steps } = change.plan
    const done = steps.slice(0, steps.findIndex(({ id }) => id === last) + 1)
    const applications = new Applications(change.database, tables)
    try {
      expect(await go(change, done, { tables })).toEqual(setting.waits)
      expect(await go(change, done.toReversed(), { tables, back: true })).toEqual(setting.waitsBack)
    } finally {
      await applications.end()
    }
    const { waitsMs, calmWaitsMs } = applications
    // They did queue: else nothing was shown.
    expect(Math.max(...waitsMs)).toBeGreaterThan(lockTimeoutMs / 2)
    expect(Math.max(...waitsMs)).toBeLessThan(lockTimeoutMs + graceMs + Math.max(...calmWaitsMs))
    expect(await invalidIndexes(change)).toEqual([])
  },
  // Each wait has its length, and there are many.
  120_000,
)

const reference = { table: "teams", columns: ["id"] }

test.each([
  [
    "a foreign key that isn't validated yet",
    {
      create_constraint: {
        type: "foreign_key",
        table: "people",
        name: "in_team",
        columns: ["team"],
        references: reference,
      },
    },
    "expand/people/constraint-in_team/add",
    "people",
  ],
  [
    "a new table with a reference",
    {
      create_table: {
        name: "memberships",
        columns: [
          { name: "id", type: "bigint", pk: true },
          { name: "team", type: "integer", references: { name: "of_membership", table: "teams", column: "id" } },
        ],
      },
    },
    "expand/memberships/create-table",
    "teams",
  ],
])(
  "an application that has read may write on while we wait for it to take back %s",
  async (_, operation, last, table) => {
    const change = await begin({ operations: [operation], lockTimeoutMs: 500 })
    onTestFinished(() => change.end())
    await change.through(last)
    const application = new Client({ connectionString: change.database.url.reveal() })
    await application.connect()
    await application.query(`BEGIN; SELECT FROM public.${table} LIMIT 1`)
    const back = change.back()
    await inTheMiddleOfATry(change, 0)
    const written = await application
      .query(`UPDATE public.${table} SET id = id WHERE id = 1`)
      .catch((error: Error) => error)
    await application.query("COMMIT")
    await application.end()
    await back
    expect(written).toMatchObject({ rowCount: 1 })
  },
)

test("a reader with an old snapshot is named as what the copy of an index waits for, nobody queues behind it, and the copy is valid", async () => {
  const change = await begin({ operations: [{ rename_column: { table: "people", from: "name", to: "full_name" } }] })
  onTestFinished(() => change.end())
  const id = "backfill/people/copy-people_name/index"
  for (const step of change.plan.steps.slice(
    0,
    change.plan.steps.findIndex((step) => step.id === id),
  ))
    await change.perform(step)
  const snapshot = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT FROM public.calm"
  const reader = await Holder.take(change.database.url, snapshot)
  const applications = new Applications(change.database, ["people"])
  const copied = change.perform(change.step(id))
  const { witness } = change
  await Promise.race([witness.until(() => witness.blockersSeen.length > 0), copied])
  expect(witness.blockersSeen[0]?.[0]).toMatchObject({ pid: reader.pid, relation: "end of an older transaction" })
  // Several times lock_timeout, which isn't for builds.
  await sleep(500)
  await applications.end()
  expect(Math.max(...applications.waitsMs)).toBeLessThan(graceMs + Math.max(...applications.calmWaitsMs))
  expect(await invalidIndexes(change)).toHaveLength(1)
  await reader.release()
  await copied
  expect(await invalidIndexes(change)).toEqual([])
})

function invalidIndexes(change: Purging): Promise<readonly unknown[]> {
  return change.query("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
}
