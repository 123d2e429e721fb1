// Holds a stack in a process of its own, as `sluice dev` does. The folder is the only argument. Says `up` when it is.
import { holdUntilSignal } from "../../dist/src/stack/hold.js"
import { startStack } from "../../dist/src/stack/start.js"

const stack = await startStack({ directory: process.argv[2] })
const held = holdUntilSignal(stack) // from here on it listens to signals
process.stdout.write("up\n")
await held
process.stdout.write("down\n")
