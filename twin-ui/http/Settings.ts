/** What the server is told: where to listen, who may do what, and its bounds. Filled in by `twin-ui/config.ts`. */
import type * as Redacted from "effect/Redacted"

export interface Settings {
  /** Of this build, for `/healthz` and the documents. */
  readonly version: string
  /** Address to listen on. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  /** Further names that may stand in the Host header: those of a proxy in front. */
  readonly hostNames: ReadonlyArray<string>
  /** `SIGTWIN_INGEST_TOKEN`: bearer token that `/ingest/…` then asks for. */
  readonly ingestToken: Redacted.Redacted | undefined
  /** `SIGTWIN_COMMAND_TOKEN`: bearer token that everything under `/api` that changes the twin then asks for. */
  readonly commandToken: Redacted.Redacted | undefined
  /** Folder of the built page (`dist/web`); undefined serves none. */
  readonly pageRoot: string | undefined
  /** Readers of `/feed` and `/feed/chain` together; beyond it a reader is told to come again. */
  readonly feedClientsMax: number
  /** A comment line is sent to readers of `/feed` at least this often, so that a dead connection shows. */
  readonly heartbeatMs: number
}

export const settingsDefault: Omit<Settings, "version"> = {
  host: "127.0.0.1",
  port: 4280,
  hostNames: [],
  ingestToken: undefined,
  commandToken: undefined,
  pageRoot: undefined,
  feedClientsMax: 64,
  heartbeatMs: 5_000,
}

/** Addresses only this machine can reach. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)

/** Addresses that stand for all of a machine's own. */
export const isUnspecified = (host: string): boolean => host === "0.0.0.0" || host === "::"
