/** The page: twin-ui/web, built to dist/web. */
import { join } from "node:path"
import { defineConfig } from "vite"

const root = import.meta.dirname

export default defineConfig({
  root: join(root, "twin-ui", "web"),
  base: "./",
  publicDir: false,
  build: {
    outDir: join(root, "dist", "web"),
    emptyOutDir: true,
    target: "es2023",
    sourcemap: false,
    modulePreload: { polyfill: false },
  },
})
