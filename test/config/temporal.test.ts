import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { loadConfig } from "../../src/config/load.ts"
import { folderWith, minimal } from "./folder.ts"

describe("Temporal's own variables", () => {
  test("they are used where the file says nothing, and the file wins where it does", async () => {
    const env = { TEMPORAL_ADDRESS: "cloud:7233", TEMPORAL_NAMESPACE: "prod", TEMPORAL_API_KEY: "key" }
    const config = await loadConfig({ cwd: folderWith({ "sluice.yaml": minimal }), env })
    expect(config.temporal).toMatchObject({ address: "cloud:7233", namespace: "prod", tls: {} })
    const own = await loadConfig({
      cwd: folderWith({ "sluice.yaml": `${minimal}temporal: {address: "here:7233"}\n` }),
      env,
    })
    expect(own.temporal).toMatchObject({ address: "here:7233", namespace: "prod" })
  })

  test("a profile of Temporal's configuration file is read, and a broken one is told", async () => {
    const cwd = folderWith({
      "sluice.yaml": minimal,
      "temporal.toml": '[profile.ops]\naddress = "ops:7233"\nnamespace = "n"\n',
      "broken.toml": "[profile",
    })
    const env = { TEMPORAL_CONFIG_FILE: join(cwd, "temporal.toml"), TEMPORAL_PROFILE: "ops" }
    expect((await loadConfig({ cwd, env })).temporal).toMatchObject({ address: "ops:7233", namespace: "n" })
    await expect(loadConfig({ cwd, env: { TEMPORAL_CONFIG_FILE: join(cwd, "broken.toml") } })).rejects.toMatchObject({
      code: "TEMPORAL_PROFILE",
    })
  })
})
