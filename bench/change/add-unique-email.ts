import type { Change } from "./change.ts"
import { compiled } from "./compiled.ts"

const up = "lower(name) || '@example.com'"

const operations = `
  - add_column:
      table: users
      column: {name: email, type: text, nullable: false, unique: true, check: {name: users_email_at, constraint: "email LIKE '%@%'"}}
      up: "${up}"
`

/** A required, unique and checked column: every kind of statement that Sluice sends to a table which is in use. */
export const addUniqueEmail: Change = {
  name: "add_unique_email",
  plan: compiled(operations),
  pgroll: [
    {
      add_column: {
        table: "users",
        column: {
          name: "email",
          type: "text",
          nullable: false,
          unique: true,
          check: { name: "users_email_at", constraint: "email LIKE '%@%'" },
        },
        up,
      },
    },
  ],
  plain: { columns: "ADD COLUMN email text", update: `email = ${up}` },
}
