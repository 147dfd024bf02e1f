/** What stations and the server say to each other: enrolment, challenges, evidence, boots. Bytes are hex. */
import * as Schema from "effect/Schema"
import { EnrolmentEvidence } from "../../core/attestation/Enrolment.ts"
import { Warning } from "../../core/attestation/Evidence.ts"

/** Second step: the secret that the TPM gave back; null where it would not open the credential. */
export const Activation = Schema.Struct({
  secret: Schema.NullOr(
    Schema.String.check(
      Schema.isPattern(/^([0-9a-f]{2}){1,64}$/, { message: "hex in lower case" }),
    ),
  ),
  /** PKCS #10 in PEM, for the key of its channel; needs a server with a CA. */
  csr: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(16_384))),
})
export type Activation = typeof Activation.Type

export const EnrolBody = Schema.Union([EnrolmentEvidence, Activation])
export type EnrolBody = typeof EnrolBody.Type

/** Answer to the first step: for `tpm2_activatecredential`. */
export const CredentialAnswer = Schema.Struct({
  akName: Schema.String,
  /** A credential file as tpm2-tools read it. */
  credential: Schema.String,
  expiresMs: Schema.Int,
})

/** Answer to the second. */
export const EnrolledAnswer = Schema.Struct({
  akName: Schema.String,
  qualifiedName: Schema.String,
  /** PEM, where a request was sent: its own, then the CA's. */
  certificate: Schema.optionalKey(Schema.String),
  ca: Schema.optionalKey(Schema.String),
})

export const EnrolAnswer = Schema.Union([CredentialAnswer, EnrolledAnswer])

export const ChallengeAnswer = Schema.Struct({
  nonce: Schema.String,
  issuedMs: Schema.Int,
  expiresMs: Schema.Int,
  why: Schema.String,
  /** PCRs to quote, by bank: exactly these. */
  selection: Schema.Record(Schema.String, Schema.Array(Schema.Int)),
  bootLog: Schema.Literals(["required", "absent"]),
  /** Files measured in the boot with this reset count that need not be sent again; absent for none. */
  appraised: Schema.optionalKey(Schema.Struct({ resetCount: Schema.Int, entries: Schema.Int })),
})
export type ChallengeAnswer = typeof ChallengeAnswer.Type

export const AppraisalAnswer = Schema.Struct({
  accepted: Schema.Literal(true),
  warnings: Schema.Array(Warning),
  /** What its receptions carry from here on. */
  configDigest: Schema.NullOr(Schema.String),
  /** Of the appraisal. */
  position: Schema.Int,
  /** The same evidence was appraised before; nothing was added. */
  known: Schema.Boolean,
})

export const BootBody = Schema.Struct({
  /** What the TPM said where the sealed secret did not unseal; absent where it did. */
  refused: Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))),
})

export const BootAnswer = Schema.Struct({
  /** Whether the station is believed to run what it should, for now. */
  trusted: Schema.Boolean,
})
