/** What came of the last command: said where it was given, and to screen readers. */
import { plural } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { place } from "./parts.ts"
import type { Scene } from "./Scene.ts"

export const outcomeOf = ({ desk, does }: Scene): Tree => {
  const { outcome } = desk
  return h("div", { key: "outcome", class: "outcome", role: "status" }, outcomeIn(outcome, does))
}

const outcomeIn = (outcome: Scene["desk"]["outcome"], does: Scene["does"]): ReadonlyArray<Tree> => {
  if (outcome === undefined) return []
  const { what } = outcome
  switch (outcome._tag) {
    case "under-way":
      return [h("p", { class: "quiet" }, [`${what} …`])]
    case "done":
      return [
        h("p", { class: "good" }, [
          outcome.positions.length === 0
            ? `○ ${what}: it was so already.`
            : `○ ${what}: done, ${plural(outcome.positions.length, "event")}`,
          outcome.positions.length === 0 ? undefined : place(outcome.positions[0], does),
        ]),
      ]
    case "refused":
      return [h("p", { class: "refused" }, [`✕ ${what}: ${outcome.detail}`])]
    case "unknown":
      return [
        h("p", { class: "suspicious" }, [`▲ ${what}: ${outcome.detail}`]),
        outcome.by === "login"
          ? h("p", {}, [
              h("a", { href: `/login?next=${encodeURIComponent(hereOf())}` }, ["Log in"]),
              ", then do it again.",
            ])
          : h(
              "form",
              { class: "fields" },
              [
                h("label", {}, [
                  "Command token",
                  h("input", {
                    name: "token",
                    type: "password",
                    autocomplete: "off",
                    required: true,
                  }),
                ]),
                h("button", { type: "submit" }, ["Use it"]),
              ],
              {
                submit: ({ token = "" }) => does.change({ token, outcome: undefined }),
              },
            ),
      ]
  }
}

const hereOf = (): string => `${location.pathname}${location.search}`
