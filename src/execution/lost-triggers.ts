import type { LostPart } from "../operations/sync/lost-parts.ts"
import type { TriggerPart } from "../operations/sync/trigger-parts.ts"
import { firstFew } from "../domain/first-few.ts"
import { ident } from "../sql/sql.ts"

/** How a person is told what is lost of triggers that keep two shapes equal. */
export function describeLost(lost: readonly LostPart[]): string {
  return lost.map(describe).join("; ")
}

function describe({ kind, name, host }: LostPart): string {
  switch (kind) {
    case "table":
      return `table ${name} is gone`
    case "column":
      return `column ${ident(name)} is gone`
    case "function":
      return `function ${name} is gone`
    case "trigger":
      return `trigger ${ident(name)} is gone`
    case "off":
      return `trigger ${ident(name)} of ${host} is disabled, or not enabled as ALWAYS`
    case "elsewhere":
      return `trigger ${ident(name)} is on ${host}`
    case "calls":
      return `trigger ${ident(name)} of ${host} calls another function`
  }
}

/** What puts it right where that can be said in a few words; null where it can't. */
export function howToRestore(lost: readonly LostPart[]): string | null {
  const elsewhere = lost.find(({ kind }) => kind === "elsewhere")
  if (elsewhere) return `If ${elsewhere.host} is the table, give it its name back.`
  const off = lost.filter(({ kind }) => kind === "off")
  if (off.length === 0 || off.length < lost.length) return null
  return off.map(({ name, host }) => `ALTER TABLE ${host} ENABLE ALWAYS TRIGGER ${ident(name)};`).join(" ")
}

/** The first few of what somebody has written anew, by kind and name. */
export function named(parts: readonly Pick<TriggerPart, "kind" | "name">[]): string {
  return firstFew([...new Set(parts.map(({ kind, name }) => `${kind} ${name}`))], 5)
}
