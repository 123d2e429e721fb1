import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { boundMeanwhile } from "../../src/execution/bound-meanwhile.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "../operations/archive/purging.ts"
import { asSession } from "./setting.ts"

/**
 * A plan knows what stood on a column when it was made, and takes it off when it hides the column. What somebody puts
 * there while the run waits would be hidden with it, and refuse writes of an application that doesn't know the column.
 */
const orders = `
  CREATE TABLE orders (id int PRIMARY KEY, amount text, code text NOT NULL DEFAULT 'none', note text);
  CREATE TABLE rates (name text PRIMARY KEY);
  INSERT INTO rates SELECT n::text FROM generate_series(1, 50) AS n;
  INSERT INTO orders SELECT n, n::text, 'c' || n, 'Note ' || n FROM generate_series(1, 50) AS n;
  ALTER TABLE orders ADD CONSTRAINT known_check CHECK (amount <> ''), ADD CONSTRAINT known_key UNIQUE (amount);
  CREATE UNIQUE INDEX known_index ON orders (lower(amount))`
const alterAmount = {
  alter_column: {
    table: "orders",
    column: "amount",
    type: "character varying(60)",
    up: "left(amount, 60)",
    down: "amount",
  },
}

let change: Purging
beforeAll(loadParser)
afterEach(() => change.end())

/** At the contract gate, with nothing left before it. */
async function atGate(given: string, ...operations: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const roles = { old: null, new: null }
  change = await Purging.begin(given, operations, {}, "0002_drop", { schemas: true, roles })
  const last = change.plan.steps.findLast(({ phase }) => phase !== "contract" && phase !== "purge")
  if (last) await change.through(last.id)
}

const told = () => asSession(change.database.url, (session) => boundMeanwhile(session, change.run, "sluice proceed x"))
const columns = async (table = "orders") =>
  (
    await change.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`,
    )
  ).map(({ name }) => name)

/** The statements of the hint, as a person types them. */
async function asHinted(hint: string | undefined): Promise<void> {
  for (const statement of hint?.match(/(?:ALTER TABLE|DROP INDEX) [^;]*;/g) ?? []) await change.query(statement)
}

async function refusedUntil(late: string, named: string, dropped?: string): Promise<void> {
  await change.query(late)
  const before = await columns()
  const finding = await told()
  expect(finding).toMatchObject({ code: "OLD_COLUMN_BOUND", message: expect.stringContaining(named) })
  await expect(change.contract()).rejects.toMatchObject({
    code: "OLD_COLUMN_BOUND",
    finding: { message: expect.stringContaining(named), hint: expect.stringContaining("sluice abort") },
  })
  expect(await columns()).toEqual(before)
  await (dropped === undefined ? asHinted(finding?.hint) : change.query(dropped))
  expect(await told()).toBeNull()
  await change.contract()
  expect(await columns()).not.toEqual(before)
}

describe("put on a column that gets a second one, it stops the contract until it is gone", () => {
  test.each([
    ["a check", "ALTER TABLE orders ADD CONSTRAINT late CHECK (amount <> '42.00' OR id < 100)", "check late"],
    [
      "a check that isn't valid",
      "ALTER TABLE orders ADD CONSTRAINT late CHECK (amount <> 'x') NOT VALID",
      "check late",
    ],
    [
      "a check that reads whole rows",
      `CREATE FUNCTION fine(o orders) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN o.amount <> ''x''; END';
       ALTER TABLE orders ADD CONSTRAINT late CHECK (fine(orders))`,
      "check late",
    ],
    ["a unique index", "CREATE UNIQUE INDEX late ON orders (amount)", "unique index late"],
    ["one over an expression", "CREATE UNIQUE INDEX late ON orders (upper(amount))", "unique index late"],
    [
      "one that has it in its condition",
      "CREATE UNIQUE INDEX late ON orders (id) WHERE amount > '5'",
      "unique index late",
    ],
    ["a unique constraint", "ALTER TABLE orders ADD CONSTRAINT late UNIQUE (id, amount)", "unique constraint late"],
    [
      "one that includes it",
      "ALTER TABLE orders ADD CONSTRAINT late UNIQUE (id) INCLUDE (amount)",
      "unique constraint late",
    ],
    ["an exclusion", "ALTER TABLE orders ADD CONSTRAINT late EXCLUDE (amount WITH =)", "exclusion constraint late"],
    [
      "an exclusion over an expression",
      "ALTER TABLE orders ADD CONSTRAINT late EXCLUDE (upper(amount) WITH =)",
      "exclusion constraint late",
    ],
    [
      "a foreign key",
      "ALTER TABLE orders ADD CONSTRAINT late FOREIGN KEY (amount) REFERENCES rates",
      "foreign key late",
    ],
    [
      "a foreign key to itself",
      "ALTER TABLE orders ADD CONSTRAINT late FOREIGN KEY (note) REFERENCES orders (amount) NOT VALID",
      "foreign key late",
    ],
    ["NOT NULL", "ALTER TABLE orders ALTER amount SET NOT NULL", "NOT NULL"],
    ["a default", "ALTER TABLE orders ALTER amount SET DEFAULT '0'", "a default"],
  ])("%s", async (_, late, named) => {
    await atGate(orders, alterAmount)
    expect(await told()).toBeNull()
    await refusedUntil(late, named)
    await change.query("INSERT INTO orders (id, amount) VALUES (100, '42.00'), (101, NULL)")
  })

  test.each([
    [
      "a foreign key of another table",
      "CREATE TABLE lines (amount text CONSTRAINT late REFERENCES orders (amount))",
      "table constraint late on public.lines",
      "DROP TABLE lines",
    ],
    [
      "a publication's list of columns",
      "CREATE PUBLICATION late FOR TABLE orders (id, amount)",
      "publication late",
      "DROP PUBLICATION late",
    ],
    [
      "a publication's row filter",
      "CREATE PUBLICATION late FOR TABLE orders WHERE (amount <> 'x')",
      "publication late",
      "DROP PUBLICATION late",
    ],
    ["a view", "CREATE VIEW late AS SELECT amount FROM orders", "view public.late", "DROP VIEW late"],
    ["a policy", "CREATE POLICY late ON orders USING (amount <> 'x')", "policy late", "DROP POLICY late ON orders"],
  ])("%s", async (_, late, named, dropped) => {
    await atGate(orders, alterAmount)
    await refusedUntil(late, named, dropped)
  })

  test("all of it is named at once", async () => {
    await atGate(orders, alterAmount)
    await change.query(`
      ALTER TABLE orders ADD CONSTRAINT late_c CHECK (amount <> '42.00'), ALTER amount SET NOT NULL;
      CREATE UNIQUE INDEX late_u ON orders (amount)`)
    const finding = await told()
    expect(finding?.message).toMatch(/check late_c, NOT NULL, unique index late_u/)
    await asHinted(finding?.hint)
    await change.contract()
  })

  test("in the last moment too: what is there when the column is hidden is looked at once more", async () => {
    await atGate(orders, { drop_column: { table: "orders", column: "amount", down: "note" } })
    // As a plan of an earlier version, or one that forgets to take something off.
    const steps = change.plan.steps.map((step) =>
      step.id === "contract/hide" && step.action === "sql"
        ? {
            ...step,
            sql: step.sql.replace(/ALTER TABLE \S+ DROP CONSTRAINT "known_check";/, "/* $& */") as typeof step.sql,
          }
        : step,
    )
    Object.assign(change.plan, { steps })
    await expect(change.contract()).rejects.toMatchObject({
      code: "OLD_COLUMN_BOUND",
      finding: { subject: "public.orders.amount", message: expect.stringContaining("check known_check") },
    })
    expect(await columns()).not.toContain("_sluice_0002_drop_amount")
  })
})

describe("a column that is dropped and not computed", () => {
  test("stops the contract where it is to hold a value that nothing gives", async () => {
    await atGate(orders, { drop_column: { table: "orders", column: "note" } })
    await refusedUntil("ALTER TABLE orders ALTER note SET NOT NULL", "NOT NULL")
    await change.query("INSERT INTO orders (id) VALUES (100)")
  })

  test("may keep NOT NULL with its default, and not without it", async () => {
    await atGate(orders, { drop_column: { table: "orders", column: "code" } })
    expect(await told()).toBeNull()
    await refusedUntil(
      "ALTER TABLE orders ALTER code DROP DEFAULT",
      "NOT NULL",
      "ALTER TABLE orders ALTER code SET DEFAULT ''",
    )
    await change.query("INSERT INTO orders (id) VALUES (100)")
  })

  test("may get a default", async () => {
    await atGate(orders, { drop_column: { table: "orders", column: "note" } })
    await change.query("ALTER TABLE orders ALTER note SET DEFAULT 'none'")
    await change.contract()
    await change.query("INSERT INTO orders (id) VALUES (100)")
  })
})

test("what stands on other columns, or on the new one, is nobody's business here", async () => {
  await atGate(orders, alterAmount)
  await change.query(`
    ALTER TABLE orders ADD CONSTRAINT other CHECK (note <> '' OR id < 100);
    CREATE UNIQUE INDEX other_index ON orders (code, id);
    ALTER TABLE orders ADD CONSTRAINT fresh CHECK ("_sluice_new_0002_drop_amount" <> 'x');
    CREATE INDEX plain ON orders (amount)`)
  expect(await told()).toBeNull()
  await change.contract()
})

describe("a partitioned table", () => {
  const events = `
    CREATE TABLE events (id int, kind text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
    CREATE TABLE events_low PARTITION OF events FOR VALUES FROM (0) TO (100);
    CREATE TABLE events_high PARTITION OF events FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id);
    CREATE TABLE events_high_1 PARTITION OF events_high FOR VALUES FROM (100) TO (150);
    ALTER TABLE events ADD CONSTRAINT known CHECK (kind <> '');
    ALTER TABLE events_low ALTER kind SET NOT NULL, ALTER kind SET DEFAULT 'low';
    ALTER TABLE events_high ALTER kind SET NOT NULL;
    ALTER TABLE events_low ADD CONSTRAINT known_low CHECK (kind <> 'high');
    CREATE UNIQUE INDEX known_unique ON events_low (kind, id)`
  const dropKind = { drop_column: { table: "events", column: "kind", down: "'event'" } }

  test("what the plan has found on it and on its partitions goes as ever", async () => {
    await atGate(events, dropKind)
    expect(await told()).toBeNull()
    await change.contract()
    await change.query("INSERT INTO events (id) VALUES (1), (101)")
  })

  test.each([
    ["a check of the whole", "ALTER TABLE events ADD CONSTRAINT late CHECK (kind <> 'x')", "check late"],
    [
      "a check of a partition",
      "ALTER TABLE events_high_1 ADD CONSTRAINT late CHECK (kind <> 'x')",
      "check late of partition public.events_high_1",
    ],
    [
      "a unique index of a partition",
      "CREATE UNIQUE INDEX late ON events_high_1 (kind)",
      "unique index late of partition public.events_high_1",
    ],
    ["one of the whole", "CREATE UNIQUE INDEX late ON events (id, kind)", "unique index late"],
    [
      "a foreign key of a partition",
      "CREATE TABLE kinds (kind text PRIMARY KEY); ALTER TABLE events_low ADD CONSTRAINT late FOREIGN KEY (kind) REFERENCES kinds",
      "foreign key late of partition public.events_low",
    ],
    [
      "a default of a partition",
      "ALTER TABLE events_high_1 ALTER kind SET DEFAULT 'x'",
      "a default of partition public.events_high_1",
    ],
    [
      "NOT NULL of the whole",
      "ALTER TABLE events ALTER kind SET NOT NULL",
      "NOT NULL",
      // It takes that of the partitions along.
      "ALTER TABLE events ALTER kind DROP NOT NULL; ALTER TABLE events_low ALTER kind SET NOT NULL; ALTER TABLE events_high ALTER kind SET NOT NULL",
    ],
    [
      "a partition that comes with its own",
      "CREATE TABLE late PARTITION OF events (kind NOT NULL) FOR VALUES FROM (200) TO (300)",
      "NOT NULL of partition public.late",
    ],
  ])("%s", async (_, late, named, dropped?: string) => {
    await atGate(events, dropKind)
    await change.query(late)
    const finding = await told()
    expect(finding).toMatchObject({ code: "OLD_COLUMN_BOUND", message: expect.stringContaining(named) })
    await expect(change.contract()).rejects.toMatchObject({ code: "OLD_COLUMN_BOUND" })
    expect(await columns("events")).toContain("kind")
    await (dropped === undefined ? asHinted(finding?.hint) : change.query(dropped))
    await change.contract()
    await change.query("INSERT INTO events (id) VALUES (1), (101)")
  })
})
