import { Client } from "pg"
import type { Secret } from "../../src/config/config.ts"

/** The database that every test database is cloned from. */
export const templateName = "sluice_template"

/** Makes the template: empty, and closed to everybody but the cluster's superuser. */
export async function prepareTemplate(url: Secret): Promise<void> {
  const client = new Client({ connectionString: url.reveal() })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${templateName} TEMPLATE template0`)
    await client.query(`ALTER DATABASE ${templateName} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`)
  } finally {
    await client.end()
  }
}
