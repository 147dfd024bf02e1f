/** `npm run build`: the program as JavaScript and the page, into `dist`. */
import { execFileSync } from "node:child_process"
import { chmodSync, rmSync } from "node:fs"
import { join } from "node:path"
import { buildPage } from "./web/build.ts"

const root = join(import.meta.dirname, "..")
const dist = join(root, "dist")

rmSync(dist, { recursive: true, force: true })
execFileSync(
  process.execPath,
  [join(root, "node_modules", "typescript", "bin", "tsc"), "--project", "tsconfig.build.json"],
  { cwd: root, stdio: "inherit" },
)
chmodSync(join(dist, "twin-ui", "cli", "launch.js"), 0o755)
await buildPage(join(dist, "web"))
