/** PostgreSQL's own limit (MaxHeapAttributeNumber). Dropped columns count too, which the catalog's model doesn't show. */
export const mostColumns = 1600

/** Names that PostgreSQL has given to columns of every table. */
export const systemColumns: ReadonlySet<string> = new Set(["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"])
