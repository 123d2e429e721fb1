import type { Catalog } from "./model.ts"

/** A domain, with what its values are in the end. */
export interface Domain {
  /** As `format_type` prints it. */
  readonly name: string
  /** The type below it, and below the domains that it is made of: `character varying(10)`. */
  readonly base: string
  /** True where it allows no NULL: by itself, by a domain that it is made of, or by a check that NULL fails. */
  readonly notNull: boolean
  /** True where it, or a domain that it is made of, has a check. Left out: no. */
  readonly checked?: true
  /** What a column of it holds that has no default of its own and isn't named by an INSERT; left out: NULL. */
  readonly default?: string
}

export function findDomain({ domains = [] }: Pick<Catalog, "domains">, type: string): Domain | undefined {
  return domains.find(({ name }) => name === type)
}

/**
 * The type whose values a column of this type holds: of a domain the one below it, of an array of domains an array of
 * that. Any other type is its own.
 */
export function baseType(catalog: Pick<Catalog, "domains">, type: string): string {
  const element = type.replace(/\[\]$/, "")
  const base = findDomain(catalog, element)?.base
  if (base === undefined) return type
  if (element === type) return base
  // An array of a domain over an array is no array of more dimensions: PostgreSQL knows no such base type.
  return base.endsWith("[]") ? type : `${base}[]`
}
