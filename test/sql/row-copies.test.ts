import { expect, test } from "vitest"
import { insertsWholeRows } from "../../src/sql/row-copies.ts"

// Which texts of trigger functions break once their table has a column more. PostgreSQL's manual has two such audit
// triggers: one with NEW.*, for each row, and one over a transition table, for each statement.

const sources = { table: "people", transition: ["new_table", "Old rows"] }
const copies = (body: string): boolean => insertsWholeRows(`BEGIN ${body} RETURN NULL; END`, sources)

test.each([
  "INSERT INTO history SELECT NEW.*;",
  "INSERT INTO history VALUES (NEW.*);",
  "insert into public.history\n select old . *, now();",
  "INSERT INTO history SELECT (NEW).*;",
  "PERFORM to_jsonb(NEW.*); INSERT INTO history SELECT 1, NEW.*;",
  "INSERT INTO history SELECT 'I', now(), current_user, n.* FROM new_table n;",
  'INSERT INTO history SELECT DISTINCT * FROM "Old rows";',
  "INSERT INTO history SELECT * FROM people WHERE id = NEW.id;",
  "EXECUTE 'INSERT INTO history SELECT ($1).*' USING NEW;",
  "EXECUTE format('INSERT INTO %I SELECT ($1).*', TG_ARGV[0]) USING OLD;",
  "r := NEW; INSERT INTO history SELECT r.*;",
  "WITH x AS (SELECT NEW.*) INSERT INTO history SELECT * FROM x;",
  "INSERT INTO history -- by place; as ever\n SELECT NEW.*;",
])("%s", (body) => {
  expect(copies(body)).toBe(true)
})

test.each([
  "INSERT INTO history (id, name) VALUES (NEW.id, NEW.name);",
  "INSERT INTO history (name) VALUES (to_jsonb(NEW.*)::text);",
  "INSERT INTO history (name) SELECT to_jsonb(n.*)::text FROM new_table n;",
  "INSERT INTO history (id) SELECT count(*) FROM new_table;",
  "INSERT INTO history (id, name) SELECT n.id, n.name FROM new_table n;",
  "IF NEW.* IS DISTINCT FROM OLD.* THEN INSERT INTO history (id) VALUES (NEW.id); END IF;",
  "INSERT INTO history (id) VALUES (NEW.id); IF NEW.* IS NULL THEN RAISE NOTICE 'none'; END IF;",
  "-- INSERT INTO history SELECT NEW.*;\n INSERT INTO history (id) VALUES (NEW.id);",
  "INSERT INTO history (name) VALUES ('NEW.* of old');",
  "INSERT INTO log SELECT * FROM settings;",
])("not: %s", (body) => {
  expect(copies(body)).toBe(false)
})
