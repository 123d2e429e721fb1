import { benches } from "./benches/index.ts"
import { Ground } from "./ground/ground.ts"
const ground = new Ground((line) => process.stderr.write(`${line}\n`))
try {
  for (const bench of benches) console.log(await bench.measure(ground, { quick: process.argv.includes("--quick") }))
} finally {
  await ground.end()
}
