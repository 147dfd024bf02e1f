#!/usr/bin/env node
/**
 * The installed command: starts `main.js` on Node 24 or newer.
 *
 * An older Node finds this file and nothing else of ours. It then hands over to the Node that came with the
 * package (an optional dependency), or says what is needed. So nothing here may need a new Node.
 */
import { spawn } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

const majorNeeded = 24

/** The Node that npm installed beside the package, if it did. */
const packagedNode = (): string | undefined => {
  const platform = process.platform === "win32" ? "win" : process.platform
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `node-${platform}-${process.arch}/package.json`,
    )
    return join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node")
  } catch {
    return undefined
  }
}

const handOver = (node: string): void => {
  const main = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), "main.js")
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: "inherit" })
  // It stops as it likes, and this process after it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => child.kill(signal))
  child.on("error", (error) => {
    process.stderr.write(`sigtwin: cannot start ${node}: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128)
  })
}

if (Number(process.versions.node.split(".")[0]) >= majorNeeded) await import("./main.ts")
else {
  const node = packagedNode()
  if (node === undefined) {
    process.stderr.write(
      `sigtwin: needs Node ${majorNeeded} or newer, this is ${process.version}\n  install it from https://nodejs.org, or install sigtwin with its optional dependencies\n`,
    )
    process.exitCode = 2
  } else handOver(node)
}
