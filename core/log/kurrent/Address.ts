/**
 * Where a log on a KurrentDB (EventStoreDB) server lies: the server's connection string, and the log's name on it.
 *
 * `kurrentdb://USER:PASSWORD@HOST:PORT,…?tls=true&tlsCAFile=…&log=NAME`; `esdb://` means the same. All parameters but
 * `log` are the client's own. One server holds many logs: a log's streams all begin with its name and a dot.
 */
import * as Rejected from "../../kernel/Rejected.ts"

export interface Address {
  /** For the client. Holds the password. */
  readonly connection: string
  readonly name: string
  /** As the connection says them: the part of the client that reads does not undo their encoding. */
  readonly credentials?: { readonly username: string; readonly password: string }
  /** For people: without user and password. */
  readonly shown: string
}

const nameDefault = "sigtwin"
const discoveryMs = 50

const schemes: ReadonlyMap<string, string> = new Map([
  ["kurrentdb", "kurrentdb"],
  ["kurrentdb+discover", "kurrentdb+discover"],
  // The older name, which the client takes with a complaint.
  ["esdb", "kurrentdb"],
  ["esdb+discover", "kurrentdb+discover"],
])

/** Whether it names a log on such a server, rightly or wrongly. */
export const isOne = (text: string): boolean => schemes.has(text.split("://", 1)[0])

export const parse = (text: string): Address | Rejected.Rejected => {
  const [given, rest = ""] = text.split("://", 2)
  const scheme = schemes.get(given)
  if (scheme === undefined) return refused("begins with kurrentdb:// or esdb://")
  const [place, query = ""] = rest.split("?", 2)
  const hosts = place.slice(place.lastIndexOf("@") + 1).replace(/\/+$/, "")
  if (!/^[A-Za-z0-9._:,[\]-]+$/.test(hosts)) return refused("names no host")
  const parameters = query.split("&").filter((each) => each !== "")
  const names = parameters.filter((each) => /^log=/i.test(each)).map((each) => each.slice(4))
  const name = names[0] ?? nameDefault
  if (names.length > 1 || !/^[A-Za-z0-9_-]{1,64}$/.test(name))
    return refused("names its log with at most one log=NAME of letters, digits and dashes")
  const others = parameters.filter((each) => !/^log=/i.test(each))
  // The client waits so long before it says whether a server is there; its own default is half a second.
  if (!others.some((each) => /^discoveryInterval=/i.test(each)))
    others.push(`discoveryInterval=${discoveryMs}`)
  const at = place.includes("@") ? place.slice(0, place.lastIndexOf("@") + 1) : ""
  const credentials = credentialsIn(at)
  if (Rejected.is(credentials)) return credentials
  return {
    connection: `${scheme}://${at}${hosts}?${others.join("&")}`,
    name,
    ...(credentials !== undefined && { credentials }),
    shown: `${scheme}://${hosts}?log=${name}`,
  }
}

const credentialsIn = (at: string): Address["credentials"] | Rejected.Rejected => {
  if (at === "") return undefined
  const [username, password] = at.slice(0, -1).split(":")
  try {
    return password === undefined
      ? refused("gives a password with its user, as USER:PASSWORD@")
      : { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    return refused("writes other signs in user and password as %XX")
  }
}

const refused = (rule: string): Rejected.Rejected =>
  Rejected.make("address", "--log", `an address of a KurrentDB log ${rule}`)
