import type { RelationName } from "./relation.ts"

/**
 * A privilege or setting that a step needs. `doctor` and precheck ask for each with `has_*_privilege`, never by trying,
 * and print the exact GRANT or setting where it is missing.
 */
export type Capability =
  | { readonly kind: "own"; readonly relation: RelationName }
  | { readonly kind: "create-in-schema"; readonly schema: string }
  | { readonly kind: "create-on-database" }
  | { readonly kind: "references"; readonly relation: RelationName }
  | { readonly kind: "select"; readonly relation: RelationName }
  | { readonly kind: "usage-on-type"; readonly type: string }
  | { readonly kind: "bypass-row-security"; readonly relation: RelationName }
