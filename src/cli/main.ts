import { readFileSync } from "node:fs"
import { packageDirectory } from "../stack/toolchain.ts"
import { run } from "./run.ts"

const { version } = JSON.parse(readFileSync(`${packageDirectory()}/package.json`, "utf8")) as { version: string }

// Somebody who reads only the first lines (`| head`) has heard enough: no error, and nothing more to say.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0)
    throw error
  })

const { stdin, stdout, stderr, env } = process
const code = await run(process.argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd() }, version)

// What was written to a pipe may still be under way; the process ends once it has arrived.
await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write("", resolve))))
process.exit(code)
