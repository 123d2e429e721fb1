import { beforeAll, onTestFinished, test } from "vitest"
import { dropColumn } from "../../../src/operations/drop-column.ts"
import type { Operation, OperationExample } from "../../../src/operations/operation.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { Lifecycle } from "../../harness/lifecycle.ts"

// A required column that can't be added again after purge still comes back from hiding as it was: an abort left it
// nullable, with a check of ours.

beforeAll(loadParser)

const ofDomain: OperationExample<unknown> = {
  title: "A required column of a domain",
  given: `
    CREATE DOMAIN public.label AS text CHECK (VALUE <> '');
    CREATE TABLE public.bills (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, note public.label NOT NULL);
    INSERT INTO public.bills (note) SELECT 'n' || n FROM generate_series(1, 10) AS n;`,
  input: { table: "bills", column: "note", down: "'from ' || id" },
  oldWrites: ["INSERT INTO public.bills (note) VALUES ('old')"],
}

test("a required column of a domain comes back from hiding required", async () => {
  const life = await Lifecycle.begin(dropColumn as Operation<unknown>, ofDomain)
  onTestFinished(() => life.end())
  for (const phase of ["expand", "backfill", "contract"] as const) {
    await life.writeOld()
    await life.perform(phase)
    if (phase === "contract") await life.undo("expand", "backfill", "contract")
  }
  await life.expectUntouched()
})
