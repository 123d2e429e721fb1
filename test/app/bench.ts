import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { App } from "../../src/app/context.ts"
import { loadConfig } from "../../src/config/load.ts"
import { openControl } from "../../src/ledger/control.ts"
import { migrateControl } from "../../src/ledger/migrate.ts"
import { folderWith } from "../config/folder.ts"
import { createDatabase, createRole, type TestDatabase, type TestRole } from "../harness/database.ts"

export const addEmail = `id: 0001_email
title: An address for everybody
operations:
  - add_column:
      table: people
      column: {name: email, type: text, nullable: false}
      up: "lower(name) || '@example.com'"
`

/** A project as a user has it, in a folder of its own: sluice.yaml, revisions, a target and a control database. */
export class Bench {
  readonly folder: string
  readonly role: TestRole
  readonly target: TestDatabase
  readonly control: TestDatabase
  readonly env: NodeJS.ProcessEnv
  readonly #apps: App[] = []

  private constructor(parts: Pick<Bench, "folder" | "role" | "target" | "control" | "env">) {
    this.folder = parts.folder
    this.role = parts.role
    this.target = parts.target
    this.control = parts.control
    this.env = parts.env
  }

  static async begin(temporal: { readonly address: string; readonly namespace: string }): Promise<Bench> {
    const role = await createRole({ prefix: "sluice", createDatabase: true })
    const target = await createDatabase({ prefix: "target", owner: role })
    const control = await createDatabase({ prefix: "control", owner: role })
    await target.query(`SET ROLE ${role.name}; CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL)`)
    const env = { SHOP_URL: target.urlAs(role).reveal(), CONTROL_URL: control.urlAs(role).reveal() }
    const folder = folderWith({
      "sluice.yaml": `version: 1
temporal: {address: "${temporal.address}", namespace: ${temporal.namespace}}
control: {url: \${CONTROL_URL}}
targets: {shop: {url: \${SHOP_URL}, soak: 0, keep: 0}}
`,
      "migrations/0001_email.yaml": addEmail,
    })
    const bench = new Bench({ folder, role, target, control, env })
    await bench.migrate()
    return bench
  }

  async migrate(): Promise<void> {
    const control = openControl(this.control.urlAs(this.role))
    await migrateControl(control)
    await control.close()
  }

  /** The use cases, with other variables where a test needs them so. */
  async app(env: NodeJS.ProcessEnv = {}): Promise<App> {
    const all = { ...this.env, ...env }
    const app = new App(await loadConfig({ cwd: this.folder, env: all }), { actor: "tester", env: all })
    this.#apps.push(app)
    return app
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.folder, "migrations"), { recursive: true })
    writeFileSync(join(this.folder, "migrations", name), text)
  }

  async end(): Promise<void> {
    for (const app of this.#apps) await app.close()
    await this.target.drop()
    await this.control.drop()
    await this.role.drop()
  }
}
