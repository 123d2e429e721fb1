import type { RelationName } from "./relation.ts"

/**
 * Something in the catalog that stands on a column: what a column promises, what could refuse a write because of it, and
 * what uses it.
 */
export interface ColumnBond {
  readonly kind: BondKind
  /** The table, or the one of its partitions that has it by itself. */
  readonly table: RelationName
  /** Of a constraint or index its name; of a user what PostgreSQL calls it: `view public.names`; else null. */
  readonly name: string | null
  /** True of an index that is partitioned itself. */
  readonly partitioned: boolean
}

export type BondKind =
  | "foreign key"
  | "check"
  | "unique"
  | "primary key"
  | "exclude"
  | "unique index"
  | "not null"
  | "default"
  | "domain"
  | "user"
