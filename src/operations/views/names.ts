import type { VersionSchema } from "../../domain/versions.ts"
import { fittingName, reservedPrefix } from "../names.ts"

/** What stands for the shape before the first revision, as in Alembic. */
const baseRevision = "base"

/** `public_0002_split`: the version schema of a schema's tables in the shape of a revision (null: before the first). */
export function versionSchemaOf(base: string, revision: string | null): VersionSchema {
  return { name: fittingName(`${base}_${revision ?? baseRevision}`), base, revision }
}

/** What a version schema is called once its contract has hidden it. */
export function hiddenName({ name }: VersionSchema): string {
  return fittingName(`${reservedPrefix}_${name}`)
}
