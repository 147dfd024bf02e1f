/** Commands to the API, in the name of who uses the page: what came of one, as a value. */
import type { Outcome } from "../panel/Desk.ts"

export interface Order {
  /** In words, for the reader: "callback main of hydro". */
  readonly what: string
  readonly method: "POST" | "DELETE"
  readonly path: string
  readonly body?: unknown
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>

/** `token`: where the server asks for one and nobody logs in. */
export const command = async (
  { body, method, path, what }: Order,
  token: string,
  fetching: Fetch = (to, init) => fetch(to, init),
): Promise<Outcome> => {
  const headers: Record<string, string> = { accept: "application/json" }
  if (body !== undefined) headers["content-type"] = "application/json"
  if (token !== "") headers["authorization"] = `Bearer ${token}`
  try {
    const answer = await fetching(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const said: unknown = await answer.json().catch(() => undefined)
    if (answer.ok) return { _tag: "done", what, positions: positionsIn(said) }
    const detail = textIn(said, "detail") ?? `the server answered ${answer.status}`
    if (answer.status !== 401) return { _tag: "refused", what, detail }
    const isLogin = (textIn(said, "type") ?? "").endsWith("no-login")
    return { _tag: "unknown", what, detail, by: isLogin ? "login" : "token" }
  } catch (error) {
    const detail = error instanceof Error ? error.message : "no answer"
    return { _tag: "refused", what, detail }
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined

const textIn = (value: unknown, name: string): string | undefined => {
  const text = memberOf(value, name)
  return typeof text === "string" ? text : undefined
}

const positionsIn = (value: unknown): ReadonlyArray<number> => {
  const positions = memberOf(value, "positions")
  return Array.isArray(positions) ? positions.filter((one) => typeof one === "number") : []
}
