/**
 * Every setting of the twin, with its default and its environment variable (`SIGTWIN_*`).
 *
 * A flag of the command line wins over the environment, the environment over the default.
 */
import * as Config from "effect/Config"

export const logDefault = "sqlite:sigtwin.db"

/** `sqlite:PATH`, `memory:` or `kurrentdb://HOST:PORT`. */
export const log = Config.String("SIGTWIN_LOG").pipe(Config.withDefault(logDefault))

/** Bytes that the log's file may grow to; what the disk leaves it where absent. */
export const logBytesMax = Config.option(Config.Int("SIGTWIN_LOG_BYTES_MAX"))

/** How many of the newest events stay in the log's file while older ones go into parts; all where absent. */
export const logKeepEvents = Config.option(Config.Int("SIGTWIN_LOG_KEEP_EVENTS"))

export const host = Config.String("SIGTWIN_HOST").pipe(Config.withDefault("127.0.0.1"))

/** 0 lets the system choose a free one. */
export const port = Config.Int("SIGTWIN_PORT").pipe(Config.withDefault(4280))

/** Further names that may stand in the Host header (a proxy's), separated by commas. */
export const hostNames = Config.String("SIGTWIN_HOST_NAMES").pipe(Config.withDefault(""))

/** Bearer token that ingest asks for; none is asked for where it is not set. */
export const ingestToken = Config.option(Config.Redacted("SIGTWIN_INGEST_TOKEN"))

/** Bearer token that changes over the API ask for; none is asked for where it is not set. */
export const commandToken = Config.option(Config.Redacted("SIGTWIN_COMMAND_TOKEN"))

/** `text` for people, `json` for programs. */
export const logFormat = Config.Literals(["text", "json"], "SIGTWIN_LOG_FORMAT").pipe(
  Config.withDefault("text" as const),
)

/** Where traces are sent over OTLP; none are kept where it is not set. The name is OpenTelemetry's own. */
export const otlpEndpoint = Config.option(Config.String("OTEL_EXPORTER_OTLP_ENDPOINT"))

/** The operator's mail server: `smtps://user:password@host`, or `smtp://…:587`. */
export const smtpUrl = Config.option(Config.Redacted("SIGTWIN_SMTP_URL"))

/** Whom e-mails come from. */
export const smtpFrom = Config.String("SIGTWIN_SMTP_FROM").pipe(
  Config.withDefault("sigtwin@localhost"),
)
/** Who runs the network, as callbacks name it (`operatorName`, `countryCode`). */
export const operatorName = Config.option(Config.String("SIGTWIN_OPERATOR_NAME"))
export const countryCode = Config.option(Config.String("SIGTWIN_COUNTRY_CODE"))

/** A credential's token, for asking a running server (`--server`). */
export const token = Config.option(Config.Redacted("SIGTWIN_TOKEN"))

/** Files with the certificate chain and the private key, PEM, to speak TLS with. */
export const tlsCertificate = Config.option(Config.String("SIGTWIN_TLS_CERT"))
export const tlsKey = Config.option(Config.String("SIGTWIN_TLS_KEY"))

/** An OpenID Connect provider to log in at: its issuer's URL, and what this server is there. */
export const oidcIssuer = Config.option(Config.String("SIGTWIN_OIDC_ISSUER"))
export const oidcClientId = Config.String("SIGTWIN_OIDC_CLIENT_ID").pipe(
  Config.withDefault("sigtwin"),
)
export const oidcClientSecret = Config.option(Config.Redacted("SIGTWIN_OIDC_CLIENT_SECRET"))
/** The claim that an account's `oidc` is compared with. */
export const oidcClaim = Config.String("SIGTWIN_OIDC_CLAIM").pipe(Config.withDefault("email"))

/** Where this server is found from outside, as `https://twin.example`. */
export const publicUrl = Config.option(Config.String("SIGTWIN_PUBLIC_URL"))

/** 64 hex digits; where absent, a key file beside the log is made on first use. */
export const masterKey = Config.option(Config.Redacted("SIGTWIN_MASTER_KEY"))

/** A command that prints it, as one that asks a KMS or an HSM. */
export const masterKeyCommand = Config.option(Config.String("SIGTWIN_MASTER_KEY_COMMAND"))

/** Its file, elsewhere than beside the log. */
export const masterKeyFile = Config.option(Config.String("SIGTWIN_MASTER_KEY_FILE"))

/** Where other processes on the same log find this one; its own address where it is not set. */
export const advertise = Config.option(Config.String("SIGTWIN_ADVERTISE"))
