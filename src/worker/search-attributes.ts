import type { NativeConnection } from "@temporalio/worker"
import { searchAttributeTypes } from "../domain/search-attributes.ts"

/** Temporal's numbers for the types (IndexedValueType). */
const indexedValueTypes = { Keyword: 2, Bool: 5 } as const

/**
 * Registers what is missing. Without them a start is refused and a running workflow would hang, so a worker sees to it
 * before it polls; where it may not, the server's own words say so.
 */
export async function registerSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const { operatorService } = connection
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
  const missing = Object.entries(searchAttributeTypes).filter(([name]) => !(name in customAttributes))
  if (missing.length === 0) return
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, indexedValueTypes[type]])),
  })
}
