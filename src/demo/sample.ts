import { Client } from "pg"
import { Secret } from "../config/config.ts"

const role = "app_v1"
const password = "app_v1"

/** Fills the sample's table and makes the role under which the applications work: rights on rows, none on the shape. */
export async function seedEmployees(admin: Secret, rows: number): Promise<void> {
  const client = new Client({ connectionString: admin.reveal() })
  await client.connect()
  try {
    await client.query(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
        CREATE ROLE ${role} LOGIN PASSWORD '${password}';
      END IF;
    END $$`)
    await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.employees TO ${role}`)
    await client.query(
      `INSERT INTO public.employees (name)
       SELECT 'Employee ' || n FROM generate_series(1, $1::int) AS n`,
      [rows],
    )
    await client.query("ANALYZE public.employees")
  } finally {
    await client.end()
  }
}

/** The applications' address: the target's, as their own role. */
export function applicationUrl(target: Secret): Secret {
  const url = new URL(target.reveal())
  url.username = role
  url.password = password
  return new Secret(url.toString())
}
