/**
 * What a station does with its TPM: show its keys, open a credential, quote, and seal a secret to the configuration it
 * starts in. Commands as measured against swtpm and tpm2-tools 5.4 (ATTESTATION.md part 5).
 */
import * as Effect from "effect/Effect"
import type { EnrolmentEvidence } from "../../../core/attestation/Enrolment.ts"
import type { Evidence } from "../../../core/attestation/Evidence.ts"
import * as Attest from "../../../core/attestation/Attest.ts"
import * as Malformed from "../../../core/attestation/Malformed.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { type Tools, ToolFailed } from "./Tools.ts"

/** Handles: where TCG's profile puts the endorsement key and its certificate, and one for ours (TPM 2.0 handles registry). */
const ekHandle = "0x81010001"
const ekCertificateIndex = "0x01c00002"
const akHandle = "0x81010002"

/** PCRs that the service's secret is sealed to: firmware, secure boot, kernel command line. */
const sealedTo = "sha256:0,7,8"

/** The TPM's keys, made where there are none. */
export const keys = Effect.fnUntraced(function* (tools: Tools) {
  yield* tools
    .run("readpublic", "-c", ekHandle, "-o", "ek.pub")
    .pipe(
      Effect.catch(() =>
        tools
          .run("createek", "-c", ekHandle, "-G", "rsa", "-u", "ek.pub")
          .pipe(Effect.andThen(flushed(tools))),
      ),
    )
  yield* tools
    .run("readpublic", "-c", akHandle, "-o", "ak.pub")
    .pipe(Effect.catch(() => makeAttestationKey(tools)))
  const certificate = yield* tools
    .run("nvread", ekCertificateIndex, "-C", "o", "-o", "ek.der")
    .pipe(
      Effect.andThen(tools.read("ek.der")),
      Effect.map((bytes) => Bytes.toHex(bytes.subarray(0, derLength(bytes)))),
      // Not every TPM has one; its key is pinned then.
      Effect.catch(() => Effect.succeed(null)),
    )
  const evidence: EnrolmentEvidence = {
    ekCertificate: certificate,
    ekPublic: Bytes.toHex(yield* tools.read("ek.pub")),
    akPublic: Bytes.toHex(yield* tools.read("ak.pub")),
  }
  return evidence
})

/** Under the endorsement key: a key in the owner hierarchy gets obfuscated counters. */
const makeAttestationKey = Effect.fnUntraced(function* (tools: Tools) {
  yield* tools.run(
    "createak",
    "-C",
    ekHandle,
    "-c",
    "ak.ctx",
    "-G",
    "rsa",
    "-g",
    "sha256",
    "-s",
    "rsassa",
    "-u",
    "ak.pub",
    "-r",
    "ak.priv",
    "-n",
    "ak.name",
  )
  yield* flushed(tools)
  yield* tools.run("evictcontrol", "-C", "o", "-c", "ak.ctx", akHandle)
  yield* flushed(tools)
  return yield* tools.run("readpublic", "-c", akHandle, "-o", "ak.pub")
})

/** The secret in a credential (hex of the file), in hex; null where the TPM will not open it. */
export const activate = Effect.fnUntraced(function* (tools: Tools, credential: string) {
  yield* tools.write("credential", Bytes.fromHex(credential) ?? new Uint8Array())
  yield* tools.run("startauthsession", "--policy-session", "-S", "session.ctx")
  const opened = yield* tools.run("policysecret", "-S", "session.ctx", "-c", "e").pipe(
    Effect.andThen(
      tools.run(
        "activatecredential",
        "-c",
        akHandle,
        "-C",
        ekHandle,
        "-i",
        "credential",
        "-o",
        "secret",
        "-P",
        "session:session.ctx",
      ),
    ),
    Effect.andThen(tools.read("secret")),
    Effect.map(Bytes.toHex),
    Effect.catch(() => Effect.succeed(null)),
  )
  yield* Effect.ignore(tools.run("flushcontext", "session.ctx"))
  yield* flushed(tools)
  return opened
})

/** A quote over these PCRs that carries the nonce, and their values. */
export const quote = Effect.fnUntraced(function* (
  tools: Tools,
  nonce: string,
  selection: Readonly<Record<string, ReadonlyArray<number>>>,
) {
  const list = Object.entries(selection)
    .map(([bank, indices]) => `${bank}:${indices.join(",")}`)
    .join("+")
  yield* tools.run(
    "quote",
    "-c",
    akHandle,
    "-l",
    list,
    "-q",
    nonce,
    "-g",
    "sha256",
    "-m",
    "attest",
    "-s",
    "signature",
    "-o",
    "pcrs",
    "-F",
    "values",
  )
  yield* flushed(tools)
  const values = yield* tools.read("pcrs")
  const quoted: Pick<Evidence, "attest" | "signature" | "pcrs"> = {
    attest: Bytes.toHex(yield* tools.read("attest")),
    signature: Bytes.toHex(yield* tools.read("signature")),
    pcrs: yield* divided(values, selection),
  }
  return quoted
})

/** Values one after the other, in the order of the selection. */
const divided = (
  values: Uint8Array,
  selection: Readonly<Record<string, ReadonlyArray<number>>>,
): Effect.Effect<Evidence["pcrs"], ToolFailed> => {
  let at = 0
  const pcrs = Object.fromEntries(
    Object.entries(selection).map(([bank, indices]) => [
      bank,
      Object.fromEntries(
        indices
          .toSorted((a, b) => a - b)
          .map((index) => {
            const value = values.subarray(at, (at += digestBytes[bank] ?? 32))
            return [String(index), Bytes.toHex(value)]
          }),
      ),
    ]),
  )
  return at === values.length
    ? Effect.succeed(pcrs)
    : Effect.fail(
        new ToolFailed({ tool: "tpm2_quote", detail: `gave ${values.length} bytes of PCRs` }),
      )
}

const digestBytes: Readonly<Record<string, number>> = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}

/** A sealed secret, as it is kept on disk: the TPM alone opens it, and only in the configuration of now. */
export interface SealedSecret {
  readonly publicHex: string
  readonly privateHex: string
}

export const seal = Effect.fnUntraced(function* (tools: Tools, secret: Uint8Array) {
  yield* tools.write("plain", secret)
  yield* tools.run("startauthsession", "-S", "trial.ctx")
  yield* tools.run("policypcr", "-S", "trial.ctx", "-l", sealedTo, "-L", "policy")
  yield* tools.run("flushcontext", "trial.ctx")
  yield* tools.run("createprimary", "-C", "o", "-c", "primary.ctx")
  yield* tools.run(
    "create",
    "-C",
    "primary.ctx",
    "-u",
    "sealed.pub",
    "-r",
    "sealed.priv",
    "-L",
    "policy",
    "-i",
    "plain",
  )
  yield* flushed(tools)
  const sealed: SealedSecret = {
    publicHex: Bytes.toHex(yield* tools.read("sealed.pub")),
    privateHex: Bytes.toHex(yield* tools.read("sealed.priv")),
  }
  return sealed
})

/** Fails with what the TPM says where the configuration is another than the one it was sealed in. */
export const unseal = Effect.fnUntraced(function* (tools: Tools, sealed: SealedSecret) {
  yield* tools.write("sealed.pub", Bytes.fromHex(sealed.publicHex) ?? new Uint8Array())
  yield* tools.write("sealed.priv", Bytes.fromHex(sealed.privateHex) ?? new Uint8Array())
  yield* tools.run("createprimary", "-C", "o", "-c", "primary.ctx")
  yield* tools.run(
    "load",
    "-C",
    "primary.ctx",
    "-u",
    "sealed.pub",
    "-r",
    "sealed.priv",
    "-c",
    "sealed.ctx",
  )
  yield* flushed(tools)
  yield* tools.run("startauthsession", "--policy-session", "-S", "policy.ctx")
  return yield* tools
    .run("policypcr", "-S", "policy.ctx", "-l", sealedTo)
    .pipe(
      Effect.andThen(
        tools.run("unseal", "-c", "sealed.ctx", "-p", "session:policy.ctx", "-o", "unsealed"),
      ),
      Effect.andThen(tools.read("unsealed")),
      Effect.ensuring(
        Effect.andThen(
          Effect.ignore(tools.run("flushcontext", "policy.ctx")),
          Effect.ignore(flushed(tools)),
        ),
      ),
    )
})

/** What a quote's own TPM says of itself; undefined for what is no quote. */
export const quotedIn = (attest: string): Attest.Quote | undefined => {
  const quoted = Attest.decode(Bytes.fromHex(attest) ?? new Uint8Array())
  return Malformed.is(quoted) ? undefined : quoted
}

const flushed = (tools: Tools) => Effect.ignore(tools.run("flushcontext", "-t"))

/** How long the DER value at the beginning is: an NV index is often larger than what it holds. */
const derLength = (bytes: Uint8Array): number => {
  const first = bytes[1] ?? 0
  if (first < 0x80) return 2 + first
  let length = 0
  for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + (bytes[2 + i] ?? 0)
  return 2 + (first & 0x7f) + length
}
