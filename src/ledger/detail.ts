import { canonicalJson } from "../domain/canonical.ts"
import { BugError, UserError } from "../domain/errors.ts"

/** 64 KiB: an entry tells what happened; what is larger belongs into evidence, and its hash here. */
export const largestDetailBytes = 64 * 1024

/**
 * The canonical JSON of an entry's detail, or an error. What passes comes back from `jsonb` with the same canonical
 * text: plain objects, arrays, strings, finite numbers, booleans and null; no `undefined`,
 * no text that PostgreSQL can't hold. (Numbers survive: `jsonb` keeps every digit that JSON.stringify writes.)
 */
export function checkedDetail(detail: Readonly<Record<string, unknown>>): string {
  checkValue(detail, "detail")
  const text = canonicalJson(detail)
  const bytes = Buffer.byteLength(text)
  if (bytes > largestDetailBytes) {
    throw unstorable(`its detail has ${bytes} bytes, and at most ${largestDetailBytes} are kept`)
  }
  return text
}

/** Text of an entry (actor, step, …) as PostgreSQL will give it back: no NUL, no half of a surrogate pair. */
export function checkText(text: string, where: string): void {
  if (text.includes("\0")) throw unstorable(`${where} holds a NUL character`)
  if (/\p{Surrogate}/u.test(text)) throw unstorable(`${where} holds half a character (an unpaired surrogate)`)
}

function checkValue(value: unknown, where: string): void {
  if (value === null || typeof value === "boolean") return
  if (typeof value === "string") return checkText(value, where)
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw notPlain(where, `the number ${value}`)
    return
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkValue(item, `${where}[${index}]`)
    return
  }
  if (typeof value !== "object") throw notPlain(where, typeof value)
  if (Object.getPrototypeOf(value) !== Object.prototype) throw notPlain(where, value.constructor.name)
  for (const [key, member] of Object.entries(value)) {
    checkText(key, `a key of ${where}`)
    checkValue(member, `${where}.${key}`)
  }
}

function unstorable(reason: string): UserError {
  return new UserError({
    code: "LEDGER_DETAIL",
    subject: "ledger",
    message: `the entry can't be recorded: ${reason}`,
    hint: "Shorten the text (a reason, for instance), or leave the unusual character out.",
  })
}

function notPlain(where: string, what: string): BugError {
  return new BugError({
    code: "BUG",
    subject: "ledger",
    message: `${where} of a ledger entry is ${what}, not plain JSON`,
  })
}
