import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "../operations/archive/purging.ts"

// A plan takes over what stood on a column as it was when it was made. Between the gate and the contract lies the last
// comparison of all rows, which may take hours: what somebody changes in that time would be lost as well.

let change: Purging
beforeAll(loadParser)
afterEach(() => change.end())

const orders = `
  CREATE TABLE orders (id int PRIMARY KEY, amount int NOT NULL DEFAULT 1 CONSTRAINT positive CHECK (amount > 0));
  INSERT INTO orders SELECT n, n FROM generate_series(1, 50) AS n`
const widened = {
  alter_column: { table: "orders", column: "amount", type: "bigint", up: "amount", down: "amount::int" },
}

async function throughGate(operation: Readonly<Record<string, unknown>> = widened): Promise<void> {
  const versions = { schemas: true, roles: { old: null, new: null } }
  change = await Purging.begin(orders, [operation], {}, "0002_widen", versions)
  const last = change.plan.steps.findLast(({ phase }) => phase !== "contract" && phase !== "purge")
  if (last) await change.through(last.id)
}

const refusal = (what: string) => ({
  code: "OLD_COLUMN_CHANGED",
  finding: {
    message: expect.stringContaining(what) as string,
    hint: expect.stringContaining("sluice retry test-aaaaaaaa-1") as string,
  },
})
const amount = async () =>
  (await change.query("SELECT atttypid::regtype::text AS type FROM pg_attribute WHERE attname = 'amount'"))[0]

test.each([
  [
    "a default",
    "ALTER TABLE orders ALTER amount SET DEFAULT 7",
    "the default of public.orders.amount was 1 and is 7",
    "ALTER TABLE orders ALTER amount SET DEFAULT 1",
  ],
  [
    "a check",
    "ALTER TABLE orders DROP CONSTRAINT positive",
    "constraint positive is gone",
    "ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0)",
  ],
])(
  "%s that was changed behind the gate stops comparison and contract until it is as it was",
  async (_, late, told, back) => {
    await throughGate()
    await change.query(late)
    const comparison = change.plan.steps.find(({ phase, action }) => phase === "contract" && action === "verify")
    if (!comparison) throw new Error("no comparison")
    await expect(change.perform(comparison)).rejects.toMatchObject(refusal(told))
    await change.query(back)
    await change.perform(comparison)
    await change.query(late)
    await expect(change.contract()).rejects.toMatchObject(refusal(told))
    expect(await amount()).toEqual({ type: "integer" })
    await change.query(back)
    await change.contract()
    expect(await amount()).toEqual({ type: "bigint" })
  },
)

test("a contract that is done and asked again finds the new column by that name, and takes it for no change", async () => {
  await throughGate()
  await change.contract()
  const hide = change.step("contract/hide")
  await change.perform(hide)
  expect(await amount()).toEqual({ type: "bigint" })
})

describe("a trigger that somebody puts there while the run waits", () => {
  const late = (column: string) => `
    CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.${column} := NEW.${column}; RETURN NEW; END $$;
    CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION tidy()`
  const dropped = { drop_column: { table: "orders", column: "amount", down: "id" } }

  test("stops the contract where it names a column whose name goes; without it the table is written as ever", async () => {
    await throughGate(dropped)
    await change.query(late("amount"))
    await expect(change.contract()).rejects.toMatchObject({
      code: "OLD_COLUMN_BOUND",
      finding: {
        message: expect.stringContaining("trigger tidy of public.orders, whose function says NEW.amount") as string,
      },
    })
    await change.query("DROP TRIGGER tidy ON orders")
    await change.contract()
    await change.query("INSERT INTO orders (id) VALUES (100)")
  })

  test("holds nothing up where it names another column, or one whose name a second column takes over", async () => {
    await throughGate(dropped)
    await change.query(late("id"))
    await change.contract()
    await change.query("INSERT INTO orders (id) VALUES (100)")
    await change.end()
    await throughGate(widened)
    await change.query(late("amount"))
    await change.contract()
    await change.query("INSERT INTO orders (id, amount) VALUES (100, 5000000000)")
  })
})
