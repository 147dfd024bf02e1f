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
  /** Certificate chain and private key, PEM, to speak TLS with; plain HTTP where absent. */
  readonly tls: Tls | undefined
  /** Where people may log in who have an account there. */
  readonly oidc: Oidc | undefined
  /** Folder of the built page (`dist/web`); undefined serves none. */
  readonly pageRoot: string | undefined
  /** Where investigations are kept; undefined keeps none. */
  readonly caseFile: string | undefined
  /** Readers of `/feed` and `/feed/chain` together; beyond it a reader is told to come again. */
  readonly feedClientsMax: number
  /** A comment line is sent to readers of `/feed` at least this often, so that a dead connection shows. */
  readonly heartbeatMs: number
}

export interface Tls {
  readonly certificate: string
  readonly key: Redacted.Redacted
}

/** An OpenID Connect provider. */
export interface Oidc {
  readonly issuer: string
  readonly clientId: string
  /** None for a public client: PKCE protects it. */
  readonly clientSecret: Redacted.Redacted | undefined
  /** The claim that says who it is; `email` counts only when the provider verified it. */
  readonly claim: string
  /** Where this server is found from outside, as the provider knows it: `https://twin.example`. */
  readonly publicUrl: string | undefined
}

export const settingsDefault: Omit<Settings, "version"> = {
  host: "127.0.0.1",
  port: 4280,
  hostNames: [],
  ingestToken: undefined,
  commandToken: undefined,
  tls: undefined,
  oidc: undefined,
  pageRoot: undefined,
  caseFile: undefined,
  feedClientsMax: 64,
  heartbeatMs: 5_000,
}

/** Addresses only this machine can reach. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)

/** Addresses that stand for all of a machine's own. */
export const isUnspecified = (host: string): boolean => host === "0.0.0.0" || host === "::"
