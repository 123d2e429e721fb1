import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { z } from "zod"
import { Secret } from "../config/config.ts"

const processSchema = z.object({ pid: z.number().int().positive(), startedAt: z.string() }).nullable()
const portSchema = z.number().int().positive()

/**
 * What is known of a folder's embedded stack, in `.sluice/stack.json` (readable by its owner only: it holds generated
 * passwords). It stays after a stop, without processes, so that the next start has the same addresses.
 */
const stateSchema = z.object({
  version: z.literal(1),
  /** The folder that it belongs to: a copy of it must not take the original's processes for its own. */
  directory: z.string(),
  /** The process that holds all others on a leash. */
  owner: processSchema,
  dataDirectory: z.string(),
  /** Of the superuser `postgres`, and of the role `sluice`. */
  passwords: z.object({ superuser: z.string(), sluice: z.string() }),
  postgres: z.object({ port: portSchema.nullable(), process: processSchema }),
  temporal: z.object({
    port: portSchema.nullable(),
    uiPort: portSchema.nullable(),
    namespace: z.string(),
    process: processSchema,
  }),
  worker: z.object({ process: processSchema }),
  /** Null: what dies stays dead. Else its owner starts it again, but for the parts that it has given up. */
  supervision: z
    .object({ givenUp: z.array(z.string()) })
    .nullable()
    .default(null),
})
export type StackState = z.infer<typeof stateSchema>

/** Where the stack can be reached. */
export interface StackAddresses {
  readonly temporal: { readonly address: string; readonly namespace: string; readonly uiUrl: string | null }
  /** As the role `sluice`, which owns both databases and is no superuser. */
  readonly controlUrl: Secret
  readonly targetUrl: Secret
  /** The sample target as superuser: for setting up roles and rows of the sample. */
  readonly adminUrl: Secret
}

export const controlDatabase = "sluice_control"
export const targetDatabase = "scheduledb"

/** The folder that keeps everything of the embedded stack of `directory`. */
export function stackFolder(directory: string): string {
  return join(directory, ".sluice")
}

/** What the file says; null where there is none, or one that isn't ours. */
export function readState(directory: string): StackState | null {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(stateFile(directory), "utf8")))
  } catch {
    return null
  }
}

/** Replaces the file at once: a reader sees the old or the new one. */
export function writeState(directory: string, state: StackState): void {
  const file = stateFile(directory)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.${process.pid}`, file)
}

/** The same stack with nothing of it running. */
export function withoutProcesses(state: StackState): StackState {
  return {
    ...state,
    owner: null,
    postgres: { ...state.postgres, process: null },
    temporal: { ...state.temporal, process: null },
    worker: { process: null },
    supervision: null,
  }
}

/** The addresses that a state stands for; null where it was never fully up. */
export function addressesOf(state: StackState): StackAddresses | null {
  const { postgres, temporal, passwords } = state
  if (postgres.port === null || temporal.port === null) return null
  const url = (user: string, password: string, database: string): Secret =>
    new Secret(`postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${postgres.port}/${database}`)
  return {
    temporal: {
      address: `127.0.0.1:${temporal.port}`,
      namespace: temporal.namespace,
      uiUrl: temporal.uiPort === null ? null : `http://127.0.0.1:${temporal.uiPort}`,
    },
    controlUrl: url("sluice", passwords.sluice, controlDatabase),
    targetUrl: url("sluice", passwords.sluice, targetDatabase),
    adminUrl: url("postgres", passwords.superuser, targetDatabase),
  }
}

function stateFile(directory: string): string {
  return join(stackFolder(directory), "stack.json")
}
