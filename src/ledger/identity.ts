import { BugError } from "../domain/errors.ts"
import type { Control } from "./control.ts"

/** The control database's own name, given at its set-up. One that was restored from a backup has the same. */
export async function identityOf(control: Control): Promise<string> {
  const [row] = await control.query<{ name: string }>("SELECT name FROM sluice_control.identity")
  if (row) return row.name
  throw new BugError({ code: "BUG", subject: "control database", message: "The control database has no name." })
}
