/**
 * The gate of a route: whether a viewer may ask it at all. What of the answer they see is the handler's
 * to filter (`Viewer.ts`); a route that does not is shut to all who do not see the whole twin.
 */
import type { Right } from "../../core/access/Right.ts"
import * as Problem from "./Problem.ts"
import type { About } from "./Route.ts"
import type { Viewer } from "./Viewer.ts"

/** What a route takes; the administrator's own right where it changes something and says nothing. */
export const rightOf = ({ access, right }: Pick<About, "access" | "right">): Right | undefined => {
  if (right !== undefined) return right
  switch (access) {
    case "page":
      return undefined
    case "api":
      return "read"
    case "ingest":
    case "command":
      return "manage-accounts"
  }
}

/** Nobody said who they are. */
export const unknownProblem = Problem.make(
  "no-login",
  "this needs a login or a credential's token",
  {
    headers: { "www-authenticate": 'Bearer realm="sigtwin"' },
  },
)

/** Why the viewer may not ask the route; undefined when they may. */
export const shutProblem = (
  viewer: Viewer,
  route: Pick<About, "access" | "right" | "whoever" | "filtered" | "whole">,
): Problem.Problem | undefined => {
  if (route.whoever === true) return undefined
  const right = rightOf(route)
  if (right === undefined) return undefined
  if (!viewer.may(right))
    return Problem.make(
      "not-permitted",
      `${viewer.name} may not do this: it takes the right ${right}`,
      { more: { right } },
    )
  if (route.access === "api" && route.filtered !== true && !viewer.whole)
    return Problem.make(
      "not-permitted",
      `${viewer.name} sees a part of the twin, and this cannot be narrowed to it: ${route.whole ?? "it is about all of the twin"}`,
      { more: { right } },
    )
  return undefined
}
