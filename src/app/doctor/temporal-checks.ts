import { searchAttributeTypes } from "../../domain/search-attributes.ts"
import type { App } from "../context.ts"
import { findPollers } from "../pollers.ts"
import type { TemporalLink } from "../temporal.ts"
import { fail, ok, warn, type Check } from "./check.ts"

const deadlineMs = 3000

/** Does the server answer, does the namespace exist, and does somebody poll? */
export async function temporalChecks(app: App): Promise<readonly Check[]> {
  const link = app.temporal()
  const server = await serverCheck(link)
  if (server.state === "fail") return [server]
  const pollers = await findPollers(link)
  return [
    server,
    await searchAttributeCheck(link),
    ...pollers.map(({ queue, kind, workers }) =>
      workers.length > 0
        ? ok(`worker for ${kind === "workflow" ? "workflows" : "activities"}`, `${workers.length} on ${queue}`)
        : fail(
            `worker for ${kind === "workflow" ? "workflows" : "activities"}`,
            `nobody polls ${queue}`,
            "start one: sluice worker (or sluice dev)",
          ),
    ),
  ]
}

async function serverCheck(link: TemporalLink): Promise<Check> {
  const where = `${link.address}, namespace ${link.namespace}`
  try {
    return await link.call(deadlineMs, async ({ workflowService }) => {
      const { serverVersion } = await workflowService.getSystemInfo({})
      await workflowService.describeNamespace({ namespace: link.namespace })
      return ok("temporal", `${where}, server ${serverVersion ?? "unknown"}`)
    })
  } catch (error) {
    const explained = link.explain(error)
    if (explained !== error) throw explained
    return fail("temporal", `${where}: refused`, "check that the namespace exists and the credentials may use it")
  }
}

/** A worker registers what is missing when it starts; a start before that would be refused by the server. */
async function searchAttributeCheck(link: TemporalLink): Promise<Check> {
  const name = "search attributes"
  try {
    const { customAttributes } = await link.call(deadlineMs, ({ connection }) =>
      connection.operatorService.listSearchAttributes({ namespace: link.namespace }),
    )
    const missing = Object.keys(searchAttributeTypes).filter((key) => !Object.hasOwn(customAttributes ?? {}, key))
    if (missing.length === 0) return ok(name, "registered")
    const commands = missing.map(
      (key) => `--name ${key} --type ${searchAttributeTypes[key as keyof typeof searchAttributeTypes]}`,
    )
    return fail(
      name,
      `missing: ${missing.join(", ")}`,
      `start a worker, or: temporal operator search-attribute create ${commands.join(" ")}`,
    )
  } catch (error) {
    const explained = link.explain(error)
    if (explained !== error) throw explained
    return warn(name, "can't be listed with these credentials", "a worker registers them when it starts, where it may")
  }
}
