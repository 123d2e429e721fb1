import type { Change } from "./change.ts"
import { compiled } from "./compiled.ts"

const up = "lower(name) || '@example.com'"

export const addEmailOperations = `
  - add_column:
      table: users
      column: {name: email, type: text, nullable: false}
      up: "${up}"
`

/** A required column that is computed from another: one way, since nothing computes `name` from it. */
export const addEmail: Change = {
  name: "add_email",
  plan: compiled(addEmailOperations),
  pgroll: [{ add_column: { table: "users", column: { name: "email", type: "text", nullable: false }, up } }],
  plain: { columns: "ADD COLUMN email text", update: `email = ${up}` },
}
