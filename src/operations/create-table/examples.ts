import type { OperationExample } from "../operation.ts"
import type { CreateTableInput } from "./input.ts"

/** What the reference shows and the lifecycle harness takes through every phase. */
export const createTableExamples: readonly OperationExample<CreateTableInput>[] = [
  {
    title: "A table with a key, a default and a check",
    given: "",
    input: {
      name: "products",
      comment: "What is for sale",
      columns: [
        { name: "id", type: "bigint", pk: true, generated: { identity: {} } },
        { name: "title", type: "varchar(200)", comment: "As customers see it" },
        {
          name: "price",
          type: "numeric(10,2)",
          default: 0,
          check: { name: "products_price_check", constraint: "price >= 0" },
        },
        { name: "added_at", type: "timestamptz", default: "now()" },
      ],
    },
  },
  {
    title: "Keys of several columns, and foreign keys",
    given: "CREATE TABLE public.users (id bigint PRIMARY KEY, name text);",
    input: {
      name: "memberships",
      columns: [
        { name: "id", type: "serial" },
        {
          name: "user_id",
          type: "bigint",
          references: { name: "memberships_user_fkey", table: "users", column: "id", on_delete: "CASCADE" },
        },
        { name: "team", type: "text" },
        { name: "label", type: "text", unique: true, nullable: true },
        { name: "initial", type: "text", nullable: true, generated: { expression: "left(team, 1)" } },
      ],
      constraints: [
        { type: "primary_key", name: "memberships_pk", columns: ["user_id", "team"] },
        { type: "check", name: "memberships_team_check", check: "team <> '' AND user_id > 0" },
      ],
    },
  },
  {
    title: "Names that need their quotes, in another schema",
    given: 'CREATE SCHEMA "Shop ""1";',
    input: {
      name: { schema: 'Shop "1', name: "Order.Items" },
      columns: [
        { name: "select", type: "integer", pk: true },
        { name: 'Weird "Name.x', type: "text[]", default: "'{}'", nullable: true },
      ],
    },
  },
]
