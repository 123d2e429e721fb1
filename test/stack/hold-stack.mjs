// Holds a stack in a process of its own, as `sluice dev` does. The folder is the only argument. Says `up` when it is.
import { holdUntilSignal } from "../../dist/src/stack/hold.js"
import { startStack } from "../../dist/src/stack/start.js"

const stack = await startStack({ directory: process.argv[2] })
process.stdout.write("up\n")
await holdUntilSignal(stack)
process.stdout.write("down\n")
