import type { Statement } from "../harness/live-writer.ts"
/** Every gate passes by itself. */
export const auto = { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" } as const

/** A table whose rows take their time, so that a backfill can be met in the middle. */
export const slowUpdates = `
  CREATE FUNCTION public.take_time() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_catalog.pg_sleep(0.002); RETURN NEW; END $$;
  CREATE TRIGGER take_time BEFORE UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.take_time();
  ALTER TABLE public.people ENABLE ALWAYS TRIGGER take_time;`

/** The operations of a revision that adds a required column, filled by this expression. */
export function emailOf(up: string): string {
  return `
  - add_column:
      table: people
      column: {name: email, type: text, nullable: false}
      up: "${up}"
`
}

/** One column becomes two. */
export const splitName = `
  - add_column: {table: people, column: {name: first_name, type: text}, up: "split_part(name, ' ', 1)"}
  - add_column: {table: people, column: {name: last_name, type: text}, up: "ltrim(substr(name, strpos(name || ' ', ' ')))"}
  - drop_column: {table: people, column: name, down: "first_name || ' ' || last_name"}
`

const parts = (first: string, last: string) => ({ name: `${first} ${last}`, first_name: first, last_name: last })

/** A read: before a write in the same transaction, it holds a lock that a change may come to wait for. */
export const look: Statement = {
  name: "look",
  kind: "read",
  sql: "SELECT id FROM people WHERE id = $1",
  values: ["{key}"],
}

/** What an application writes that knows only `name`. */
export const oldNames: readonly Statement[] = [
  {
    name: "insert",
    kind: "insert",
    sql: "INSERT INTO public.people (name) VALUES ($1) RETURNING id",
    values: ["New {n}"],
    shows: parts("New", "{n}"),
  },
  {
    name: "update",
    kind: "update",
    sql: "UPDATE public.people SET name = $2 WHERE id = $1",
    values: ["{key}", "Changed {n}"],
    shows: parts("Changed", "{n}"),
    weight: 2,
  },
  { name: "delete", kind: "delete", sql: "DELETE FROM public.people WHERE id = $1", values: ["{key}"] },
]

/** What one writes that sets both shapes in every statement. */
export const bothShapes: readonly Statement[] = [
  {
    name: "insert both",
    kind: "insert",
    sql: "INSERT INTO public.people (name, first_name, last_name) VALUES ($1, $2, $3) RETURNING id",
    values: ["Both {n}", "Both", "{n}"],
    shows: parts("Both", "{n}"),
  },
  {
    name: "update both",
    kind: "update",
    sql: "UPDATE public.people SET name = $2, first_name = $3, last_name = $4 WHERE id = $1",
    values: ["{key}", "Twice {n}", "Twice", "{n}"],
    shows: parts("Twice", "{n}"),
    weight: 2,
  },
]

/** What one writes that knows only the two parts. */
export const newNames: readonly Statement[] = [
  {
    name: "insert parts",
    kind: "insert",
    sql: "INSERT INTO public.people (first_name, last_name) VALUES ($1, $2) RETURNING id",
    values: ["Fresh", "{n}"],
    shows: parts("Fresh", "{n}"),
  },
  {
    name: "update parts",
    kind: "update",
    sql: "UPDATE public.people SET first_name = $2, last_name = $3 WHERE id = $1",
    values: ["{key}", "Again", "{n}"],
    shows: parts("Again", "{n}"),
    weight: 2,
  },
  { name: "delete", kind: "delete", sql: "DELETE FROM public.people WHERE id = $1", values: ["{key}"] },
]
