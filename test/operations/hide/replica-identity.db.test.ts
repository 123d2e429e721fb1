import { beforeAll, expect, onTestFinished, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { Purging } from "../archive/purging.ts"
import { plannedFindings, withViews } from "../planned-findings.ts"

// Contract drops the unique indexes of a column that it hides. Where replication told rows apart by one of them, every
// UPDATE and DELETE of the published table failed from then on, also once everything was undone.

beforeAll(loadParser)

const items = `
  CREATE TABLE items (id int PRIMARY KEY, code varchar(20) NOT NULL, other int);
  CREATE UNIQUE INDEX items_code ON items (code);
  INSERT INTO items SELECT n, 'c' || n FROM generate_series(1, 20) AS n;
  CREATE PUBLICATION feed FOR TABLE items`
const byCode = "ALTER TABLE items REPLICA IDENTITY USING INDEX items_code"
const parts = `
  CREATE TABLE items (id int NOT NULL, code text NOT NULL, other int) PARTITION BY RANGE (id);
  CREATE TABLE items_1 PARTITION OF items DEFAULT;
  CREATE UNIQUE INDEX items_code ON items_1 (code);
  ALTER TABLE items_1 REPLICA IDENTITY USING INDEX items_code`
const widened = { alter_column: { table: "items", column: "code", type: "text", up: "code", down: "code" } }
const dropped = { drop_column: { table: "items", column: "code", down: "id::text" } }

test.each([
  [
    "altered",
    `${items}; ${byCode}`,
    widened,
    "public.items.code",
    'ALTER TABLE "public"."items" REPLICA IDENTITY DEFAULT;',
  ],
  [
    "dropped",
    `${items}; ${byCode}`,
    dropped,
    "public.items.code",
    'ALTER TABLE "public"."items" REPLICA IDENTITY DEFAULT;',
  ],
  [
    "dropped, with a partition's own",
    parts,
    dropped,
    "public.items_1.code",
    'ALTER TABLE "public"."items_1" REPLICA IDENTITY FULL;',
  ],
])("a column of the index that replication goes by isn't %s", async (_, given, operation, subject, statement) => {
  const findings = (await plannedFindings(given, [operation], withViews)).filter(({ severity }) => severity === "error")
  expect(findings).toContainEqual(
    expect.objectContaining({ code: "REPLICA_IDENTITY", subject, hint: expect.stringContaining(statement) as string }),
  )
})

test("another index, or the primary key, leaves it be", async () => {
  const given = `${items}; ALTER TABLE items ALTER other SET NOT NULL; CREATE UNIQUE INDEX items_other ON items (other);
    ALTER TABLE items REPLICA IDENTITY USING INDEX items_other`
  for (const schema of [items, given.replace(/INSERT INTO[^;]*;/, "")])
    expect((await plannedFindings(schema, [widened], withViews)).map(({ code }) => code)).not.toContain(
      "REPLICA_IDENTITY",
    )
})

test("set while the run waits it stops the contract until it is another; the published table is written all along", async () => {
  const change = await Purging.begin(items, [widened], {}, "0002_widen", withViews)
  onTestFinished(() => change.end())
  const last = change.plan.steps.findLast(({ phase }) => phase !== "contract" && phase !== "purge")
  if (last) await change.through(last.id)
  await change.query(byCode)
  await expect(change.contract()).rejects.toMatchObject({
    code: "OLD_COLUMN_CHANGED",
    finding: { message: expect.stringContaining("by index items_code") as string },
  })
  await change.query("ALTER TABLE items REPLICA IDENTITY DEFAULT")
  await change.contract()
  await change.query("UPDATE items SET other = 5")
  await change.query("DELETE FROM items WHERE id = 3")
})
