import { mkdir, open, readFile, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { z } from "zod"
import type { Finding } from "../domain/finding.ts"
import type { Control } from "./control.ts"
import type { LedgerEntry } from "../domain/ledger-entry.ts"

/** The ledger's head as it lies outside the control database. */
const anchorSchema = z.object({ seq: z.number().int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) })
type Anchor = z.infer<typeof anchorSchema>

type Reading = { readonly anchor: Anchor } | { readonly absent: true } | { readonly broken: true }

/**
 * Moves the anchor on to `head`. Never back, and never away from an anchor that the ledger contradicts: that one is
 * the proof that a tail was cut off, and must not be written over by what came after. A failure is told, not thrown:
 * the entry stands.
 */
export async function advanceAnchor(control: Control, head: LedgerEntry): Promise<void> {
  const file = control.anchorFile
  if (file === null) return
  try {
    const reading = await readAnchor(file)
    if ("broken" in reading) return control.onAnchorProblem(unreadable(file))
    if ("anchor" in reading) {
      if (reading.anchor.seq >= head.seq) return
      const contradiction = await contradicted(control, file, reading.anchor)
      if (contradiction) return control.onAnchorProblem(contradiction)
    }
    await writeAnchor(file, { seq: head.seq, hash: head.hash })
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason"
    control.onAnchorProblem({
      code: "LEDGER_ANCHOR",
      severity: "warning",
      subject: file,
      message: `the ledger's head couldn't be noted outside the control database (${reason})`,
      hint: "Make the file writable. Until then a tail that is cut off the ledger can't be seen.",
    })
  }
}

/** What the anchor says against the ledger. `entries`: how many stand there. */
export async function checkAnchor(control: Control, file: string, entries: number): Promise<Finding | null> {
  const reading = await readAnchor(file)
  if ("broken" in reading) return unreadable(file)
  if ("absent" in reading) return entries === 0 ? null : absent(file)
  return contradicted(control, file, reading.anchor)
}

async function contradicted(control: Control, file: string, anchor: Anchor): Promise<Finding | null> {
  const [row] = await control.query<{ hash: string }>("SELECT hash FROM sluice_control.entry WHERE seq = $1", [
    anchor.seq,
  ])
  if (row?.hash === anchor.hash) return null
  const hint = "Compare with an export or a backup of the control database; keep the anchor file as it is."
  return row
    ? problem("LEDGER_REPLACED", file, `entry ${anchor.seq} isn't the one that the anchor knows: it was replaced`, hint)
    : problem(
        "LEDGER_CUT",
        file,
        `the ledger once reached entry ${anchor.seq}, which is gone: its tail was cut off`,
        hint,
      )
}

async function readAnchor(file: string): Promise<Reading> {
  let text: string
  try {
    text = await readFile(file, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { absent: true }
    throw error
  }
  try {
    return { anchor: anchorSchema.parse(JSON.parse(text)) }
  } catch {
    return { broken: true }
  }
}

/** Written aside, forced to disk, renamed: at any time the file holds one whole anchor. */
async function writeAnchor(file: string, anchor: Anchor): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const aside = `${file}.${process.pid}.${anchor.seq}`
  try {
    const handle = await open(aside, "w", 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(anchor)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(aside, file)
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}

function unreadable(file: string): Finding {
  return problem(
    "LEDGER_ANCHOR",
    file,
    "the anchor file holds no anchor",
    "Restore it from a copy; remove it to begin anew.",
  )
}

function absent(file: string): Finding {
  return {
    code: "LEDGER_ANCHOR",
    severity: "warning",
    subject: file,
    message: "there is no anchor file, so a tail that was cut off can't be seen",
    hint: "The next entry that is written from here creates it.",
  }
}

function problem(code: string, subject: string, message: string, hint: string): Finding {
  return { code, severity: "error", subject, message, hint }
}

/** Where a project keeps the ledger's head: outside the control database, so that a cut tail is seen. */
export function anchorFileOf(directory: string): string {
  return join(directory, ".sluice", "ledger-head")
}
