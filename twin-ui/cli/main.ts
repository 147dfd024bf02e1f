#!/usr/bin/env node
/**
 * The program `sigtwin` from its sources, or built: keeps what Node compiled for the next start, which halves the
 * time a command takes to begin, and loads `program.ts`.
 *
 * The cache lies in the user's own folder: in a folder that all may write, as Node's usual one, another user could
 * put code of theirs.
 */
import { enableCompileCache } from "node:module"
import { homedir } from "node:os"
import { join } from "node:path"

const cache = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "sigtwin",
  "compiled",
)

// Where it cannot be written, everything is compiled anew; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
const { directory } = enableCompileCache(process.env["NODE_COMPILE_CACHE"] || cache)
// For the processes that this one starts.
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= cache

await import("./program.ts")
