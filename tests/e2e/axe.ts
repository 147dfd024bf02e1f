/** What axe-core finds wrong for people who use a keyboard, a screen reader, or need contrast. */
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import type { Page } from "playwright-core"

const source = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

/** Violations inside of an element, as `rule: element`; of these rules only, where some are named. */
export const violationsIn = async (
  page: Page,
  selector: string,
  rules?: ReadonlyArray<string>,
): Promise<ReadonlyArray<string>> => {
  const options = {
    resultTypes: ["violations"],
    ...(rules === undefined ? {} : { runOnly: rules }),
  }
  // Evaluated, not added as a script: the page's content policy allows none from elsewhere.
  await page.evaluate(await source)
  const found: unknown = await page.evaluate(
    `axe.run(${JSON.stringify(selector)}, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 160))))`,
  )
  return Array.isArray(found) ? found.map(String) : [`no answer: ${String(found)}`]
}
