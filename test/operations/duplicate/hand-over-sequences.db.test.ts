import { beforeAll, expect, onTestFinished, test } from "vitest"
import type { Operation, OperationExample } from "../../../src/operations/operation.ts"
import { renameColumn } from "../../../src/operations/rename-column.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { Lifecycle } from "../../harness/lifecycle.ts"

// PostgreSQL drops a serial column's sequence with it, and refuses where another column draws from that: purge stopped.

beforeAll(loadParser)

const serial: OperationExample<unknown> = {
  title: "A serial column",
  given: `
    CREATE TABLE public.bills (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, note text, no serial);
    INSERT INTO public.bills (note) SELECT 'n' || n FROM generate_series(1, 10) AS n;`,
  input: { table: "bills", from: "no", to: "number" },
  oldWrites: ["INSERT INTO public.bills (note) VALUES ('old')"],
  newWrites: [
    `DO $$ BEGIN
       INSERT INTO public.bills (note) VALUES ('new');
       ASSERT pg_get_serial_sequence('public.bills', 'number') = 'public.bills_no_seq';
       ASSERT (SELECT count(DISTINCT number) = count(*) FROM public.bills);
     END $$`,
  ],
}

test("the sequence goes with the values to the second column, and back", async () => {
  const life = await Lifecycle.begin(renameColumn as Operation<unknown>, serial)
  onTestFinished(() => life.end())
  const through = async () => {
    await life.perform("expand")
    await life.writeOld()
    await life.perform("backfill")
    await life.perform("verify")
    await life.perform("contract")
  }
  await through()
  await life.undo("expand", "backfill", "contract")
  await life.expectUntouched()

  await life.writeOld()
  await through()
  await life.writeNew()
  await life.perform("purge")
  await life.writeNew()
  await life.expectContracted()
  await life.expectNothingOfOurs()
  expect(life.plan.steps.filter(({ sql }) => sql.includes("OWNED BY"))).toHaveLength(1)
})
