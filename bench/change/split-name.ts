import type { Change } from "./change.ts"
import { compiled } from "./compiled.ts"

const first = "split_part(name, ' ', 1)"
const last = "substr(name, strpos(name || ' ', ' ') + 1)"
const whole = "trim(first_name || ' ' || last_name)"

export const splitNameOperations = `
  - add_column: {table: users, column: {name: first_name, type: text, nullable: false}, up: "${first}"}
  - add_column: {table: users, column: {name: last_name, type: text, nullable: false}, up: "${last}"}
  - drop_column: {table: users, column: name, down: "${whole}"}
`

const added = (name: string, up: string): object => ({
  add_column: { table: "users", column: { name, type: "text", nullable: false }, up },
})

/** `name` becomes `first_name` and `last_name`: two ways, whoever writes. */
export const splitName: Change = {
  name: "split_name",
  plan: compiled(splitNameOperations),
  pgroll: [
    added("first_name", first),
    added("last_name", last),
    { drop_column: { table: "users", column: "name", down: whole } },
  ],
  plain: {
    columns: "ADD COLUMN first_name text, ADD COLUMN last_name text",
    update: `first_name = ${first}, last_name = ${last}`,
  },
}
