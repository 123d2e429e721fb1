import { baseType } from "../../catalog/domains.ts"
import type { Catalog } from "../../catalog/model.ts"
import type { SyncColumn } from "../../domain/backfill.ts"

/** What dual write has to know of a column's type besides its name. */
export function typeBelow(type: string, catalog: Catalog): Pick<SyncColumn, "baseType"> {
  const base = baseType(catalog, type)
  return base === type ? {} : { baseType: base }
}
