import type { Statement, Workload } from "./application/workload.ts"

const table = { name: "public.employees", key: "id" }

const read: Statement = {
  name: "look up",
  kind: "read",
  sql: "SELECT id, name FROM public.employees WHERE id = $1",
  values: ["{key}"],
  weight: 2,
}
const remove: Statement = {
  name: "leave",
  kind: "delete",
  sql: "DELETE FROM public.employees WHERE id = $1",
  values: ["{key}"],
}

/** The application as it is before the change: it knows no e-mail addresses. */
export const oldStatements: readonly Statement[] = [
  read,
  {
    name: "hire",
    kind: "insert",
    sql: "INSERT INTO public.employees (name) VALUES ($1) RETURNING id",
    values: ["Newcomer {n}"],
    shows: { name: "Newcomer {n}" },
    weight: 2,
  },
  {
    name: "rename",
    kind: "update",
    sql: "UPDATE public.employees SET name = $2 WHERE id = $1",
    values: ["{key}", "Renamed {n}"],
    shows: { name: "Renamed {n}" },
    weight: 4,
  },
  remove,
]

/** The application that sets both shapes in every statement; it needs no other words once it knows only the new one. */
export const newStatements: readonly Statement[] = [
  read,
  {
    name: "hire with e-mail",
    kind: "insert",
    sql: "INSERT INTO public.employees (name, email) VALUES ($1, $2) RETURNING id",
    values: ["Newcomer {n}", "newcomer.{n}@example.org"],
    shows: { name: "Newcomer {n}", email: "newcomer.{n}@example.org" },
    weight: 2,
  },
  {
    name: "rename with e-mail",
    kind: "update",
    sql: "UPDATE public.employees SET name = $2, email = $3 WHERE id = $1",
    values: ["{key}", "Renamed {n}", "renamed.{n}@example.org"],
    shows: { name: "Renamed {n}", email: "renamed.{n}@example.org" },
    weight: 4,
  },
  remove,
]

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
