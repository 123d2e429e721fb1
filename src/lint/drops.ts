import type { DropStmt } from "libpg-query"
import { fieldsOf, stringOf, stringsOf } from "../sql/tree.ts"

/** The names in a DROP, as written: `users`, `shop.users`. */
export function droppedObjects(drop: DropStmt): readonly string[] {
  return (drop.objects ?? []).map(
    (object) => stringOf(object) ?? stringsOf(fieldsOf(object, "List")?.["items"]).join("."),
  )
}
