import { SluiceError } from "../../domain/errors.ts"
import { searchAttributeTypes } from "../../domain/search-attributes.ts"
import type { App } from "../context.ts"
import { findPollers } from "../pollers.ts"
import { requireWorker } from "../probe.ts"
import type { TemporalLink } from "../temporal.ts"
import { fail, look, ok, warn, type Check } from "./check.ts"

const deadlineMs = 3000

/** Does the server answer, does the namespace exist, and does somebody poll? */
export async function temporalChecks(app: App): Promise<readonly Check[]> {
  const link = app.temporal()
  const server = await serverCheck(link)
  if (server.state === "fail") return [server]
  return [server, await searchAttributeCheck(link), ...(await look("worker", () => workerChecks(link)))]
}

async function workerChecks(link: TemporalLink): Promise<readonly Check[]> {
  try {
    await requireWorker(link)
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== "NO_WORKER") throw error
    return [fail("worker", error.message, "start one: sluice worker (or sluice dev)")]
  }
  const pollers = await findPollers(link)
  return pollers.map(({ queue, workers }) => ok("worker", `${workers.length} on ${queue}`))
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
