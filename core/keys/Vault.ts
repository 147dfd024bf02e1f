/**
 * What may be done with keys, without showing them: check a MAC, make a downlink's, seal a payload, open one,
 * decrypt one that a device encrypted, sign a checkpoint of the log.
 *
 * Radio keys and data keys come from `Secrets` when they are first needed and stay in two bounded
 * caches. A device's data key is made when its first payload is sealed; it must be durable before the
 * event that rests on it, so the pipeline calls `flush` before each append.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CipherCache from "../crypto/CipherCache.ts"
import * as ed25519 from "../crypto/ed25519.ts"
import { hmac } from "../crypto/hmac.ts"
import * as Mac from "../crypto/Mac.ts"
import type { PayloadScheme } from "../crypto/PayloadScheme.ts"
import { payloadSchemes } from "../crypto/payloadSchemes.ts"
import * as seal from "../crypto/seal.ts"
import type { DeviceId } from "../event/ids.ts"
import { deviceIdOf } from "../event/ids.ts"
import type { Sealed } from "../event/sealed.ts"
import { type Kind, type Secrets, SecretsUnavailable } from "./Secrets.ts"

/** Data keys kept open, two KeyObjects of 0.7 KB each (measured): 46 MB. */
export const dataKeysMax = 32_768

/** Data keys made and not yet flushed; the pipeline's batches are far smaller. */
export const freshMax = 200_000

/** Version of the data key that payloads are sealed under now. */
const inUse = 1

/** Devices that nobody registered share this data key: anybody with a radio can invent them. */
const strangers = "~strangers"

export interface Packet {
  /** Flags to MAC, as long as `packetLength` says. */
  readonly body: Uint8Array
  readonly packetLength: number
  readonly macLength: number
  readonly device: number
}

/** An encrypted payload, and what its counter block is made of. */
export interface Encrypted {
  readonly device: number
  readonly seq: number
  readonly rolloverCounter: number
  readonly scheme: string
  readonly keyVersion: number
  readonly payload: Uint8Array
}

/** What a password or token is checked against: never the thing itself. */
export interface Verifier {
  readonly kind: "password" | "token"
  /** Of the account, or the credential. */
  readonly id: string
  readonly version: number
  readonly bytes: Uint8Array
}

/** Whose secrets, and which of them. */
export interface SecretOf {
  readonly id: string
  readonly version: number
}

export interface DestinationSecrets {
  readonly headers?: Readonly<Record<string, string>>
  readonly signingKey?: string
}

export interface SourceCredentials {
  readonly login: string
  readonly password: string
}

export interface VaultShape {
  readonly macHolds: (packet: Packet, keyVersion: number) => boolean
  /** The two-byte MAC of a downlink, over the block that `Downlink.macInput` builds; undefined without the key. */
  readonly downlinkMac: (
    device: number,
    keyVersion: number,
    macInput16: Uint8Array,
  ) => Uint8Array | undefined
  readonly knowsScheme: (id: string) => boolean
  /** The plain payload; undefined without the key or the scheme. A wrong key gives other bytes: nothing proves it. */
  readonly decryptPayload: (encrypted: Encrypted) => Uint8Array | undefined
  readonly putPayloadKey: (key: {
    readonly device: DeviceId
    readonly version: number
    readonly key: Uint8Array
  }) => Effect.Effect<void, SecretsUnavailable>
  readonly putDestinationSecrets: (
    of: SecretOf,
    secrets: DestinationSecrets,
  ) => Effect.Effect<void, SecretsUnavailable>
  /** Secret headers as a destination's requests carry them; none where its secrets are not here. */
  readonly destinationHeaders: (of: SecretOf) => Readonly<Record<string, string>>
  /** HMAC-SHA-256 of the text under the destination's signing key, hex; undefined where it has none. */
  readonly signFor: (of: SecretOf, text: string) => string | undefined
  readonly putSourceCredentials: (
    of: SecretOf,
    credentials: SourceCredentials,
  ) => Effect.Effect<void, SecretsUnavailable>
  /** The Authorization header for a polled network; undefined where its credentials are not here. */
  readonly sourceAuthorization: (of: SecretOf) => string | undefined
  readonly seal: (what: {
    readonly device: DeviceId
    readonly stranger: boolean
    readonly packet: Uint8Array
    readonly payload: Uint8Array
  }) => Sealed
  /** The plain payload, or undefined where its key was destroyed or never was here. */
  readonly unseal: (device: DeviceId, sealed: Sealed) => Uint8Array | undefined
  readonly putRadioKeys: (
    keys: ReadonlyArray<{
      readonly device: DeviceId
      readonly version: number
      readonly key: Uint8Array
    }>,
  ) => Effect.Effect<void, SecretsUnavailable>
  readonly putVerifier: (verifier: Verifier) => Effect.Effect<void, SecretsUnavailable>
  readonly verifier: (
    kind: Verifier["kind"],
    id: string,
    version: number,
  ) => Effect.Effect<Uint8Array | undefined, SecretsUnavailable>
  /** Bytes that nobody can guess; a simulation's come from its seed. */
  readonly random: (count: number) => Uint8Array
  /** Makes data keys durable that were made since the last time. */
  readonly flush: Effect.Effect<void, SecretsUnavailable>
  /**
   * Signs the log's checkpoints. The same key each time: with `make` it is made and durable where there is none yet,
   * without it is undefined there.
   */
  readonly logKey: (
    make: boolean,
  ) => Effect.Effect<ed25519.SigningKey | undefined, SecretsUnavailable>
  /**
   * Seals what comes from here on under another key. The old one is kept as that of the day (since 1970) on which it went out of use; once
   * a day at most. False where nothing was sealed since.
   */
  readonly renewDataKey: (
    device: DeviceId,
    day: number,
  ) => Effect.Effect<boolean, SecretsUnavailable>
  /** Erases for good what was sealed under keys that went out of use before the day; gives how many there were. */
  readonly expireDataKeys: (
    device: DeviceId,
    day: number,
  ) => Effect.Effect<number, SecretsUnavailable>
  /** Erases a device's payloads for good. */
  readonly destroyDataKey: (device: DeviceId) => Effect.Effect<void, SecretsUnavailable>
}

export class Vault extends Context.Service<Vault, VaultShape>()("sigtwin/core/keys/Vault") {}

export interface Options {
  /** Where new data keys come from; a simulation hands in seeded bytes. */
  readonly random?: (count: number) => Uint8Array
  /** How devices may encrypt their payloads; the built-in schemes where absent. */
  readonly schemes?: ReadonlyArray<PayloadScheme>
}

export const make = (secrets: Secrets, options: Options = {}): VaultShape => {
  const random = options.random ?? seal.secretBytes
  const ciphers = CipherCache.make((device, version) =>
    secrets.get("radio-key", deviceIdOf(device), version),
  )
  const schemes = new Map((options.schemes ?? payloadSchemes).map((each) => [each.id, each]))
  const fresh = new Map<string, Uint8Array>()
  let open = new Map<string, seal.DataKey>()
  let older = new Map<string, seal.DataKey>()

  const remember = (id: string, key: seal.DataKey): seal.DataKey => {
    if (open.size >= dataKeysMax / 2) {
      older = open
      open = new Map()
    }
    open.set(id, key)
    return key
  }
  const kept = (id: string): seal.DataKey | undefined => {
    const known = open.get(id)
    if (known !== undefined) return known
    const old = older.get(id)
    if (old !== undefined) return remember(id, old)
    const secret = fresh.get(id) ?? secrets.get("data-key", id, inUse)
    return secret === undefined ? undefined : remember(id, seal.dataKeyOf(secret))
  }
  const keptOrMade = (id: string): seal.DataKey => {
    const known = kept(id)
    if (known !== undefined) return known
    if (fresh.size >= freshMax) flush()
    const secret = seal.newDataSecret(random)
    fresh.set(id, secret)
    return remember(id, seal.dataKeyOf(secret))
  }
  const flush = (): void => {
    if (fresh.size === 0) return
    secrets.put(
      [...fresh].map(([id, bytes]) => ({ kind: "data-key", id, version: inUse, bytes }) as const),
    )
    fresh.clear()
  }

  const formerVersions = (id: string): ReadonlyArray<number> =>
    secrets.versions("data-key", id).filter((version) => version > inUse)
  const forget = (id: string): void => {
    open.delete(id)
    older.delete(id)
  }

  const putJson = (kind: Kind, { id, version }: SecretOf, value: unknown) =>
    attempt(() =>
      secrets.put([{ kind, id, version, bytes: Buffer.from(JSON.stringify(value), "utf8") }]),
    )
  const json = (kind: Kind, { id, version }: SecretOf): unknown => {
    const bytes = secrets.get(kind, id, version)
    return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString("utf8"))
  }
  // Both were put by this module, in these shapes.
  const destinationSecrets = (of: SecretOf) =>
    json("destination", of) as DestinationSecrets | undefined
  const sourceCredentials = (of: SecretOf) => json("source", of) as SourceCredentials | undefined

  return {
    putDestinationSecrets: (of, given) => putJson("destination", of, given),
    destinationHeaders: (of) => destinationSecrets(of)?.headers ?? {},
    signFor: (of, text) => {
      const key = destinationSecrets(of)?.signingKey
      return key === undefined ? undefined : hmac(key, text)
    },
    putSourceCredentials: (of, given) => putJson("source", of, given),
    sourceAuthorization: (of) => {
      const known = sourceCredentials(of)
      if (known === undefined) return undefined
      return `Basic ${Buffer.from(`${known.login}:${known.password}`, "utf8").toString("base64")}`
    },
    macHolds: (packet, keyVersion) => {
      const cipher = ciphers.get(packet.device, keyVersion)
      return (
        cipher !== undefined &&
        Mac.uplinkMacHolds(cipher, packet.body, packet.packetLength, packet.macLength)
      )
    },
    downlinkMac: (device, keyVersion, macInput16) => {
      const cipher = ciphers.get(device, keyVersion)
      return cipher === undefined ? undefined : Mac.downlinkMac(cipher, macInput16)
    },
    knowsScheme: (id) => schemes.has(id),
    decryptPayload: ({ device, keyVersion, payload, scheme: id, ...at }) => {
      const scheme = schemes.get(id)
      if (scheme === undefined) return undefined
      const key = secrets.get("payload-key", deviceIdOf(device), keyVersion)
      return key === undefined ? undefined : scheme.decrypt(key, { device, ...at }, payload)
    },
    putPayloadKey: ({ device, key, version }) =>
      attempt(() => secrets.put([{ kind: "payload-key", id: device, version, bytes: key }])),
    seal: ({ device, stranger, packet, payload }) =>
      seal.sealPayload(keptOrMade(stranger ? strangers : device), packet, payload),
    unseal: (device, sealed) => {
      for (const id of [device, strangers]) {
        const key = kept(id)
        const payload = key === undefined ? undefined : seal.openPayload(key, sealed)
        if (payload !== undefined) return payload
      }
      // Newest first: what is asked for is mostly new.
      for (const version of formerVersions(device).toReversed()) {
        const secret = secrets.get("data-key", device, version)
        const payload =
          secret === undefined ? undefined : seal.openPayload(seal.dataKeyOf(secret), sealed)
        if (payload !== undefined) return payload
      }
      return undefined
    },
    putRadioKeys: (keys) =>
      attempt(() => {
        secrets.put(
          keys.map(({ device, version, key }) => ({
            kind: "radio-key",
            id: device,
            version,
            bytes: key,
          })),
        )
        ciphers.clear()
      }),
    putVerifier: (verifier) => attempt(() => secrets.put([verifier])),
    verifier: (kind, id, version) => attempt(() => secrets.get(kind, id, version)),
    random,
    flush: attempt(flush),
    logKey: (isMade) =>
      attempt(() => {
        const made = secrets.get("log-key", "log", 1)
        if (made !== undefined) return ed25519.signingKeyOf(made)
        if (!isMade) return undefined
        const bytes = random(ed25519.seedBytes)
        secrets.put([{ kind: "log-key", id: "log", version: 1, bytes }])
        return ed25519.signingKeyOf(bytes)
      }),
    renewDataKey: (device, day) =>
      attempt(() => {
        flush()
        const secret = secrets.get("data-key", device, inUse)
        if (secret === undefined || secrets.get("data-key", device, day) !== undefined) return false
        const next = seal.renewedSecret(secret, random)
        secrets.put([
          { kind: "data-key", id: device, version: day, bytes: secret },
          { kind: "data-key", id: device, version: inUse, bytes: next },
        ])
        forget(device)
        return true
      }),
    expireDataKeys: (device, day) =>
      attempt(() => {
        const expired = formerVersions(device).filter((version) => version < day)
        for (const version of expired) secrets.destroy("data-key", device, version)
        return expired.length
      }),
    destroyDataKey: (device) =>
      attempt(() => {
        secrets.destroy("data-key", device)
        fresh.delete(device)
        forget(device)
      }),
  }
}

/** A vault over secrets that are opened with the layer and closed with it. */
export const layer = (
  open: () => Secrets,
  options: Options = {},
): Layer.Layer<Vault, SecretsUnavailable> =>
  Layer.effect(
    Vault,
    Effect.acquireRelease(attempt(open), (secrets) => Effect.sync(() => secrets.close())).pipe(
      Effect.map((secrets) => make(secrets, options)),
    ),
  )

/** Runs what a store does; what it throws is a `SecretsUnavailable` or named as one. */
const attempt = <A>(run: () => A): Effect.Effect<A, SecretsUnavailable> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      cause instanceof SecretsUnavailable
        ? cause
        : new SecretsUnavailable({
            file: "secrets",
            reason: "unreadable",
            detail: cause instanceof Error ? cause.message : String(cause),
          }),
  })
