import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, chown, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { promisify } from "node:util"
import { Client } from "pg"
import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { clusterUser } from "../../src/stack/cluster-user.ts"
import { freePort } from "../../src/stack/free-port.ts"
import { startPostgres } from "../../src/stack/postgres-cluster.ts"
import type { Cluster } from "../../src/stack/postgres-cluster.ts"
import { findToolchain } from "../../src/stack/toolchain.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { connectClient, uniqueId } from "../harness/temporal.ts"
import { projectFile } from "./compose-file.ts"

/* There is no need of containers to see whether their scripts do what they should: the same programs run here. */

const run = promisify(execFile)
const toolchain = findToolchain()
let folder: string
let cluster: Cluster

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-compose-"))
  await chmod(folder, 0o755)
  cluster = await startPostgres({
    binDirectory: toolchain.postgresBin,
    dataDirectory: join(folder, "postgres"),
    password: new Secret("admin"),
    logFile: join(folder, "postgres.log"),
    port: null,
    settings: { fsync: "off", shared_preload_libraries: "pg_stat_statements" },
  })
  await connected(cluster.url("postgres"), (client) => client.query("CREATE DATABASE scheduledb"))
  await run("/bin/sh", [projectFile("docker/target/roles.sh")], {
    env: {
      PATH: [toolchain.postgresBin, process.env["PATH"]].join(delimiter),
      PGHOST: cluster.host,
      PGPORT: String(cluster.port),
      PGPASSWORD: "admin",
      POSTGRES_USER: "postgres",
      POSTGRES_DB: "scheduledb",
      SLUICE_PASSWORD: `it's "quoted"`,
      APP_PASSWORD: "app",
    },
  })
})
afterAll(async () => {
  await cluster.stop()
  await rm(folder, { recursive: true, force: true })
})

test("the sample target's role owns the database and is no superuser; applications may use its tables", async () => {
  await connected(urlOf("sluice", `it's "quoted"`), async (client) => {
    await client.query("CREATE TABLE employees (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)")
    const { rows } = await client.query("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
    expect(rows).toEqual([{ rolsuper: false, rolcreatedb: true }])
  })
  await connected(urlOf("app_v1", "app"), async (client) => {
    await client.query("INSERT INTO employees (name) VALUES ('a')")
    await expect(client.query("DROP TABLE employees")).rejects.toThrow("must be owner")
  })
})

test("applications reach the sample target through the pooler, in transaction mode", async () => {
  if (toolchain.pgbouncer === null) throw new Error("PgBouncer isn't installed; `npm run setup` says how")
  const user = clusterUser()
  const place = await mkdtemp(join(tmpdir(), "sluice-pooler-"))
  if (user) await chown(place, user.uid, user.gid)
  const port = await freePort()
  const pooler = spawn("/bin/sh", [projectFile("docker/pooler/start.sh")], {
    stdio: "ignore",
    cwd: "/",
    env: {
      PATH: [dirname(toolchain.pgbouncer), process.env["PATH"]].join(delimiter),
      POOLER_RUN: place,
      POOLER_LISTEN: "127.0.0.1",
      POOLER_LISTEN_PORT: String(port),
      POOLER_DATABASE: "scheduledb",
      POOLER_HOST: cluster.host,
      POOLER_PORT: String(cluster.port),
      APP_PASSWORD: "app",
    },
    ...(user && { uid: user.uid, gid: user.gid }),
  })
  const ended = once(pooler, "exit")
  try {
    const url = new Secret(`postgresql://app_v2:app@127.0.0.1:${port}/scheduledb`)
    const backends = (): Promise<number[]> =>
      connected(url, async (client) => {
        const pids: number[] = []
        for (let call = 0; call < 2; call += 1) {
          pids.push((await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]?.pid ?? 0)
        }
        return pids
      })
    const first = await waitUntil(() => backends().catch(() => null), { timeoutMs: 20_000 })
    // Another client gets the same server connection once the first transaction is over: that is transaction mode.
    expect(await backends()).toEqual(first)
    await expect(connected(new Secret(url.reveal().replace(":app@", ":wrong@")), backends)).rejects.toThrow(/auth/i)
  } finally {
    pooler.kill("SIGTERM")
    await ended
    await rm(place, { recursive: true, force: true })
  }
})

test("the namespace is made with its retention, and a second run changes only that", async () => {
  const { address, cli } = inject("temporal")
  const namespace = uniqueId("compose")
  const create = (retention: string): Promise<unknown> =>
    run("/bin/sh", [projectFile("docker/temporal/create-namespace.sh")], {
      env: {
        HOME: folder,
        PATH: [dirname(cli), process.env["PATH"]].join(delimiter),
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: namespace,
        RETENTION: retention,
      },
    })
  await create("90d")
  expect(await retentionDays(namespace)).toBe(90)
  // Not every part of the server knows a namespace at once; the container is started again after a failure, too.
  expect(
    await waitUntil(
      () =>
        create("30d").then(
          () => true,
          () => null,
        ),
      { timeoutMs: 40_000 },
    ),
  ).toBe(true)
  expect(await retentionDays(namespace)).toBe(30)
})

async function retentionDays(namespace: string): Promise<number> {
  const client = await connectClient()
  try {
    const found = await client.workflowService.describeNamespace({ namespace })
    return Number(found.config?.workflowExecutionRetentionTtl?.seconds) / 86_400
  } finally {
    await client.connection.close()
  }
}

function urlOf(user: string, password: string): Secret {
  return new Secret(`postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${cluster.port}/scheduledb`)
}

async function connected<T>(url: Secret, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url.reveal() })
  client.on("error", () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
