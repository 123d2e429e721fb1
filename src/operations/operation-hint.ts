import { nearestName } from "../domain/nearest.ts"
import { operations } from "./index.ts"

/** Verbs of DDL: who writes one and a thing that no operation is for means just that, and no other verb. */
const verb = /^(add|alter|create|drop|rename|truncate)_/

/** What to write in place of an operation that isn't known. */
export function operationHint(kind: string): string {
  const known = operations.map((operation) => operation.kind)
  const own = verb.exec(kind)?.[0] ?? null
  const nearest = nearestName(kind, own === null ? known : known.filter((name) => name.startsWith(own)))
  if (nearest !== null) return `Did you mean ${nearest}?`
  if (own === null) return `Known: ${known.join(", ")}.`
  return `No operation does that: write it as \`sql\`, with up and down. Known: ${known.join(", ")}.`
}
