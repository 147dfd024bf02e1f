/** The page and the console of questions, each loaded alone: twin-ui/web, built to dist/web. */
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
    rolldownOptions: {
      input: ["index.html", "questions.html"].map((name) => join(root, "twin-ui", "web", name)),
    },
    target: "es2023",
    sourcemap: false,
    modulePreload: { polyfill: false },
  },
})
