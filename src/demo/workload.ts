import type { Statement, Workload } from "./application/workload.ts"

const table = { name: "public.employees", key: "id" }

const remove: Statement = {
  name: "leave",
  kind: "delete",
  sql: "DELETE FROM public.employees WHERE id = $1",
  values: ["{key}"],
}

/** What is known of a row, whatever shape it was written in: `name` is the first name and the last, with a blank. */
function person(first: string, last: string): Readonly<Record<string, string>> {
  return { name: `${first} ${last}`, first_name: first, last_name: last }
}

const lookUpByName: Statement = {
  name: "look up",
  kind: "read",
  sql: "SELECT id, name FROM public.employees WHERE id = $1",
  values: ["{key}"],
  weight: 2,
}

/** The application as it is before any change: it knows no e-mail addresses. */
export const withoutEmail: readonly Statement[] = [
  lookUpByName,
  {
    name: "hire",
    kind: "insert",
    sql: "INSERT INTO public.employees (name) VALUES ($1) RETURNING id",
    values: ["Newcomer {n}"],
    shows: person("Newcomer", "{n}"),
    weight: 2,
  },
  {
    name: "rename",
    kind: "update",
    sql: "UPDATE public.employees SET name = $2 WHERE id = $1",
    values: ["{key}", "Renamed {n}"],
    shows: person("Renamed", "{n}"),
    weight: 4,
  },
  remove,
]

/** The one that knows them: the new application of the first change, and the old one of the second. */
export const withEmail: readonly Statement[] = [
  lookUpByName,
  {
    name: "hire with e-mail",
    kind: "insert",
    sql: "INSERT INTO public.employees (name, email) VALUES ($1, $2) RETURNING id",
    values: ["Newcomer {n}", "newcomer.{n}@example.org"],
    shows: { ...person("Newcomer", "{n}"), email: "newcomer.{n}@example.org" },
    weight: 2,
  },
  {
    name: "rename with e-mail",
    kind: "update",
    sql: "UPDATE public.employees SET name = $2, email = $3 WHERE id = $1",
    values: ["{key}", "Renamed {n}", "renamed.{n}@example.org"],
    shows: { ...person("Renamed", "{n}"), email: "renamed.{n}@example.org" },
    weight: 4,
  },
  remove,
]

/** The one that knows names in two parts only. */
export const inTwoParts: readonly Statement[] = [
  {
    name: "look up in two parts",
    kind: "read",
    sql: "SELECT id, first_name, last_name FROM public.employees WHERE id = $1",
    values: ["{key}"],
    weight: 2,
  },
  {
    name: "hire in two parts",
    kind: "insert",
    sql: "INSERT INTO public.employees (first_name, last_name, email) VALUES ($1, $2, $3) RETURNING id",
    values: ["Beginner", "{n}", "beginner.{n}@example.org"],
    shows: { ...person("Beginner", "{n}"), email: "beginner.{n}@example.org" },
    weight: 2,
  },
  {
    name: "rename in two parts",
    kind: "update",
    sql: "UPDATE public.employees SET first_name = $2, last_name = $3 WHERE id = $1",
    values: ["{key}", "Newly", "{n}"],
    shows: person("Newly", "{n}"),
    weight: 4,
  },
  remove,
]

/** How the account's columns are read once names stand in two parts. */
export const inTheEnd = { name: "first_name || ' ' || last_name" } as const

/** Two of them work side by side on rows that don't meet. */
export function workloadOf(statements: readonly Statement[], remainder: number, rows: number): Workload {
  return {
    table,
    statements,
    lanes: 2,
    pauseMs: 2,
    existingKeys: { first: 1, last: rows, only: { remainder, of: 2 } },
    firstNumber: 1 + remainder * 1_000_000_000,
    seed: 1 + remainder,
  }
}
