/** The order in which the catalog's lists of a table come: PostgreSQL's names sort by their bytes. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))
}
