/**
 * Where the built page stands. A package has it built; in the checkout it is built here, when its sources
 * changed, so that starting the server is the only step.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The page's sources do not build. */
export class PageNotBuilt extends Schema.TaggedError<PageNotBuilt>()("PageNotBuilt", {
  detail: Schema.String,
}) {
  override get message() {
    return `the page could not be built: ${this.detail}`
  }
}

const isCheckout = import.meta.filename.endsWith(".ts")

/** undefined where there is none: the server then serves the API alone. */
export const pageRoot: Effect.Effect<string | undefined, PageNotBuilt> = isCheckout
  ? Effect.tryPromise({
      try: async () => {
        const folder = join(import.meta.dirname, "..", "..", "dist", "web")
        const { buildPage } = await import("../web/build.ts")
        await buildPage(folder)
        return folder
      },
      catch: (cause) =>
        new PageNotBuilt({ detail: cause instanceof Error ? cause.message : String(cause) }),
    })
  : Effect.sync(() => {
      const folder = join(import.meta.dirname, "..", "..", "web")
      return existsSync(folder) ? folder : undefined
    })
