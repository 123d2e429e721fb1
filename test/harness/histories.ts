import { readdir, readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js"

type History = Parameters<typeof historyToJSON>[0]

/** Where the histories lie that every later version of the workflows has to replay. */
const folder = fileURLToPath(new URL("../histories/", import.meta.url))

/**
 * Keeps a history for the replay tests where `SLUICE_RECORD_HISTORIES` is set; else does nothing. Recorded once per
 * version: an old history is never recorded anew, because runs like it may still be under way somewhere.
 */
export async function keepHistory(name: string, history: History): Promise<void> {
  if (!process.env["SLUICE_RECORD_HISTORIES"]) return
  // Who polled (process and host), and where the code lay, is nobody's business, and no part of what is replayed.
  const anonymous = historyToJSON(history)
    .replaceAll(/("identity"\s*:\s*)"[^"]*"/g, '$1"recorded"')
    .replaceAll(/("stackTrace"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1""')
  await writeFile(`${folder}${name}.json`, `${JSON.stringify(JSON.parse(anonymous))}\n`)
}

/** The kept histories by name. */
export async function keptHistories(): Promise<readonly { readonly workflowId: string; readonly history: unknown }[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json")).toSorted()
  return Promise.all(
    files.map(async (file) => ({
      workflowId: file.replace(/\.json$/, ""),
      history: JSON.parse(await readFile(`${folder}${file}`, "utf8")) as unknown,
    })),
  )
}
