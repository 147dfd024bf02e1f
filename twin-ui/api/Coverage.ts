/** Who usually hears whom, for a map: the answer of `GET /api/coverage`. */
import * as Schema from "effect/Schema"

/** Devices in one answer, the wanted one not counted. */
export const coverageDevicesMax = 1_500

const Receiver = Schema.Struct({
  station: Schema.String,
  /** Mean strength; absent where none was measured. */
  dbm: Schema.optionalKey(Schema.Finite),
})
type Receiver = typeof Receiver.Type

export const HeardDevice = Schema.Struct({
  id: Schema.String,
  /** Estimated from its receivers' places and strengths, degrees: no device says where it is. */
  lat: Schema.Finite,
  lng: Schema.Finite,
  /** That usually hear it, the strongest first. */
  receivers: Schema.Array(Receiver),
})
export type HeardDevice = typeof HeardDevice.Type

const StationReach = Schema.Struct({
  id: Schema.String,
  /** Devices that it usually hears. */
  devices: Schema.Int,
  /** Within it nine of ten of these devices are estimated to be; absent where it hears none together with another. */
  reachKm: Schema.optionalKey(Schema.Finite),
})
type StationReach = typeof StationReach.Type

export const CoverageAnswer = Schema.Struct({
  position: Schema.Int,
  /** Devices that a station with a known place usually hears. */
  total: Schema.Int,
  /** An even sample of them. */
  devices: Schema.Array(HeardDevice),
  stations: Schema.Array(StationReach),
})
export type CoverageAnswer = typeof CoverageAnswer.Type
