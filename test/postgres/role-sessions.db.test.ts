import { expect, test } from "vitest"
import { countRoleSessions } from "../../src/postgres/role-sessions.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase, createRole } from "../harness/database.ts"

test("the application's sessions are counted by a role that may see no more of them than whose they are", async () => {
  const [application, ours] = [await createRole({ prefix: 'App "1"' }), await createRole()]
  const database = await createDatabase()
  try {
    const count = (): Promise<number> =>
      withSession({ url: database.urlAs(ours), applicationName: "test" }, (session) =>
        countRoleSessions(session, application.name),
      )
    expect(await count()).toBe(0)
    await withSession({ url: database.urlAs(application), applicationName: "app" }, async () => {
      expect(await count()).toBe(1)
    })
    await withSession({ url: database.urlAs(application), applicationName: "app" }, () =>
      withSession({ url: database.urlAs(application), applicationName: "app" }, async () => {
        expect(await count()).toBe(2)
      }),
    )
  } finally {
    await database.drop()
    await Promise.all([application.drop(), ours.drop()])
  }
})
