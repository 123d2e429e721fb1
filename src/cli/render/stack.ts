import type { StackStatus } from "../../stack/status.ts"
import type { Look } from "./look.ts"

/** What `sluice dev` says of a folder's stack. No connection URL: they hold passwords. */
export function renderStack(status: StackStatus, directory: string, look: Look): string {
  const { running, ownerPid, parts, dead, addresses } = status
  if (ownerPid === null) return `The embedded stack of ${directory} is not running. Start it with: sluice dev --detach`
  if (!addresses || (!running && dead.length === 0))
    return `The embedded stack of ${directory} is not up yet: process ${ownerPid} starts it.`
  const first =
    dead.length === 0
      ? `The embedded stack of ${directory} runs (${parts.join(", ")}, process ${ownerPid}).`
      : look.red(`The embedded stack of ${directory} is not whole (process ${ownerPid}): ${dead.join(" and ")} died.`)
  const { temporal, targetUrl } = addresses
  const { host, pathname } = new URL(targetUrl.reveal())
  return [
    first,
    ...dead.map((part) => `  ${part.padEnd(11)}  ${outlookOf(part, status)}`),
    `  Temporal     ${temporal.address}, namespace ${temporal.namespace}`,
    `  Temporal UI  ${look.cyan(temporal.uiUrl ?? "none")}`,
    `  Sample       postgresql://sluice@${host}${pathname} (its password: .sluice/stack.json)`,
    `  PostgreSQL   data in ${status.dataDirectory}`,
    ...(dead.length === 0 ? [] : ["Mend it with: sluice dev --detach"]),
  ].join("\n")
}

function outlookOf(part: string, { supervised, givenUp }: StackStatus): string {
  const log = `its log is .sluice/logs/${part.toLowerCase().replace("postgresql", "postgres")}.log`
  if (givenUp.includes(part)) return `dead, and no longer started again because it died again and again; ${log}`
  return supervised ? `dead, about to be started again; ${log}` : `dead; ${log}`
}
