/** The privileges on a table that a view of it knows as well. */
export type Privilege = "SELECT" | "INSERT" | "UPDATE" | "DELETE"

/** What a role may do with a table, whoever has granted it. The owner's own rights are listed like any other's. */
export interface Grant {
  /** Null: PUBLIC. */
  readonly grantee: string | null
  readonly privilege: Privilege
  /** Null: the whole table. */
  readonly column: string | null
  /** WITH GRANT OPTION. */
  readonly grantable: boolean
}

/** Who may look things up in a schema (USAGE). */
export interface SchemaGrant {
  readonly schema: string
  /** Null: PUBLIC. */
  readonly grantee: string | null
  readonly grantable: boolean
}

/** What default privileges give on each table or view that our role creates. */
export interface DefaultGrant {
  /** Null: in every schema. */
  readonly schema: string | null
  /** Null: PUBLIC. */
  readonly grantee: string | null
  readonly privilege: Privilege
  readonly grantable: boolean
}

/** Who may do what, as far as it isn't a table's own affair. No part of a shape. */
export interface Rights {
  /** The role that reads the catalog, and will run the plan. */
  readonly role: string
  readonly schemas: readonly SchemaGrant[]
  readonly defaults: readonly DefaultGrant[]
}

/** What everybody has on a table that our role is about to create in the schema. */
export function grantsOnNewTable(rights: Rights, schema: string): readonly Grant[] {
  return rights.defaults
    .filter((grant) => grant.schema === null || grant.schema === schema)
    .map(({ grantee, privilege, grantable }): Grant => ({ grantee, privilege, grantable, column: null }))
}
