import { beforeAll, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { plannedFindings } from "./planned-findings.ts"

// The audit trigger of PostgreSQL's own manual inserts NEW.* into a table of history. From expand on it failed with every
// write of the old application, or put our columns into those of the history.

beforeAll(loadParser)

const column = { add_column: { table: "people", column: { name: "low", type: "text" }, up: "lower(name)" } }
const dropped = { drop_column: { table: "people", column: "name", down: "''" } }

async function copying(body: string, operation: Readonly<Record<string, unknown>> = column): Promise<string[]> {
  const findings = await plannedFindings(
    `CREATE TABLE people (id int PRIMARY KEY, name text);
     CREATE TABLE history (id int, name text, changed_by text DEFAULT current_user);
     CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NULL; END $$;
     CREATE TRIGGER history AFTER INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION record_change()`,
    [operation],
  )
  return findings.filter(({ code }) => code === "TRIGGER_COPIES_ROW").map(({ subject }) => subject)
}

test.each([
  "INSERT INTO history SELECT NEW.*;",
  "INSERT INTO history VALUES (NEW.*);",
  "insert into public.history\n select old . *, now();",
  "INSERT INTO history SELECT (NEW).*;",
  "PERFORM to_jsonb(NEW.*); INSERT INTO history SELECT 1, NEW.*;",
])("a trigger that says %s is refused", async (body) => {
  expect(await copying(body)).toEqual(["public.people: history"])
})

test("also where only the marker is a column more", async () => {
  expect(await copying("INSERT INTO history SELECT NEW.*;", dropped)).toEqual(["public.people: history"])
})

test("also where it stands on a partition alone", async () => {
  const findings = await plannedFindings(
    `CREATE TABLE people (id int NOT NULL, name text) PARTITION BY RANGE (id);
     CREATE TABLE people_1 PARTITION OF people FOR VALUES FROM (0) TO (10);
     CREATE TABLE history (id int, name text);
     CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO history SELECT NEW.*; RETURN NULL; END $$;
     CREATE TRIGGER history AFTER INSERT ON people_1 FOR EACH ROW EXECUTE FUNCTION record_change()`,
    [column],
  )
  expect(findings.filter(({ code }) => code === "TRIGGER_COPIES_ROW").map(({ message }) => message)).toEqual([
    expect.stringContaining("inserts whole rows"),
  ])
})

test.each([
  "INSERT INTO history (id, name) VALUES (NEW.id, NEW.name);",
  "INSERT INTO history (name) VALUES (to_jsonb(NEW.*)::text);",
  "IF NEW.* IS DISTINCT FROM OLD.* THEN INSERT INTO history (id) VALUES (NEW.id); END IF;",
  "INSERT INTO history (id) VALUES (NEW.id); IF NEW.* IS NULL THEN RAISE NOTICE 'none'; END IF;",
])("one that says %s is not", async (body) => {
  expect(await copying(body)).toEqual([])
})
