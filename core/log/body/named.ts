/**
 * References read as the ids and words they were written as.
 *
 * The log holds only events that their schemas allowed: hence the casts.
 */
import type { Standing } from "../../event/attestation.ts"
import type { Notice } from "../../event/delivery.ts"
import type { AcceptWarning, MessageKind, RefusalReason } from "../../event/decision.ts"
import type {
  CustomerId,
  DestinationId,
  DeviceId,
  SourceId,
  SourceMessageId,
  StationId,
} from "../../event/ids.ts"
import type { FrameCheck, FrameSign } from "../../event/reception.ts"
import type { ReportKind } from "../../event/report.ts"
import { type ByteReader, reference, text } from "../ByteReader.ts"

export const device = (r: ByteReader): DeviceId => reference(r) as DeviceId
export const station = (r: ByteReader): StationId => reference(r) as StationId
export const source = (r: ByteReader): SourceId => reference(r) as SourceId
export const customer = (r: ByteReader): CustomerId => reference(r) as CustomerId
export const destination = (r: ByteReader): DestinationId => reference(r) as DestinationId
export const frameCheck = (r: ByteReader): FrameCheck => reference(r) as FrameCheck
export const frameSign = (r: ByteReader): FrameSign => reference(r) as FrameSign
export const reportKind = (r: ByteReader): ReportKind => reference(r) as ReportKind
export const notice = (r: ByteReader): Notice => reference(r) as Notice
export const messageKind = (r: ByteReader): MessageKind => reference(r) as MessageKind
export const acceptWarning = (r: ByteReader): AcceptWarning => reference(r) as AcceptWarning
export const standing = (r: ByteReader): Standing => reference(r) as Standing
export const refusalReason = (r: ByteReader): RefusalReason => reference(r) as RefusalReason

/** Each is seen once: a text, not a reference. */
export const messageId = (r: ByteReader): SourceMessageId => text(r) as SourceMessageId
