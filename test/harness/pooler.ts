import { spawn } from "node:child_process"
import { once } from "node:events"
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Client } from "pg"
import { inject } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { clusterUser } from "../../src/stack/cluster-user.ts"
import { freePort } from "../../src/stack/free-port.ts"
import { findToolchain } from "../../src/stack/toolchain.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import type { TestDatabase, TestRole } from "./database.ts"

export interface Pooler {
  /** The database through the pooler. */
  urlAs(role: TestRole): Secret
  stop(): Promise<void>
}

/** PgBouncer in transaction mode before one database: a connection of a role serves whichever of its clients comes next. */
export async function startPooler(database: TestDatabase, roles: readonly TestRole[]): Promise<Pooler> {
  const { pgbouncer } = findToolchain()
  if (pgbouncer === null) throw new Error("PgBouncer isn't installed; `npm run setup` says how")
  const user = clusterUser()
  const place = await mkdtemp(join(inject("scratchDirectory"), "pooler-"))
  const port = await freePort()
  await writeFile(join(place, "users.txt"), roles.map(({ name, password }) => `"${name}" "${password}"\n`).join(""))
  await writeFile(join(place, "pgbouncer.ini"), settings(place, port, database))
  if (user) for (const path of [place, join(place, "users.txt")]) await chown(path, user.uid, user.gid)
  const child = spawn(pgbouncer, [join(place, "pgbouncer.ini")], {
    stdio: "ignore",
    cwd: "/",
    ...(user && { uid: user.uid, gid: user.gid }),
  })
  const ended = once(child, "exit")
  const pooler: Pooler = {
    urlAs: ({ name, password }) =>
      new Secret(`postgresql://${name}:${password}@127.0.0.1:${port}/${encodeURIComponent(database.name)}`),
    async stop() {
      child.kill("SIGTERM")
      await ended
      await rm(place, { recursive: true, force: true })
    },
  }
  const [first] = roles
  const isUp = first && (await waitUntil(() => answers(pooler.urlAs(first)), { timeoutMs: 20_000 }))
  if (isUp) return pooler
  await pooler.stop()
  throw new Error("PgBouncer doesn't answer")
}

function settings(place: string, port: number, database: TestDatabase): string {
  const { host, port: serverPort } = inject("postgres")
  return `[databases]
${database.name} = host=${host} port=${serverPort} dbname=${database.name}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = transaction
auth_type = scram-sha-256
auth_file = ${join(place, "users.txt")}
default_pool_size = 2
server_idle_timeout = 1
ignore_startup_parameters = extra_float_digits
`
}

async function answers(url: Secret): Promise<true | null> {
  const client = new Client({ connectionString: url.reveal() })
  client.on("error", () => {})
  try {
    await client.connect()
    await client.query("SELECT")
    return true
  } catch {
    return null
  } finally {
    await client.end().catch(() => {})
  }
}
