/**
 * Where a device seems to be, by who heard it how strongly: the middle of the stations, each weighed by the amplitude that it received.
 * Coarse, as the network's own location by RSSI is: kilometres.
 */
export interface Place {
  readonly lat: number
  readonly lng: number
}

export interface Located extends Place {
  /** Metres. */
  readonly radius: number
  /** 2: computed by the network from received strengths; 1: it could be computed (the backend's codes). */
  readonly source: 2
  readonly status: 1
}

/** A device that one station alone heard is somewhere around it. */
const aloneM = 10_000
const radiusMinM = 1_000
const metresPerDegree = 111_200

/** Undefined where nobody's place is known. */
export const locate = (
  heard: ReadonlyArray<Place & { readonly dbm: number }>,
): Located | undefined => {
  if (heard.length === 0) return undefined
  const strongest = Math.max(...heard.map(({ dbm }) => dbm))
  const weighed = heard.map((one) => ({ ...one, weight: 10 ** ((one.dbm - strongest) / 20) }))
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0)
  const middle = (of: (place: Place) => number): number =>
    weighed.reduce((sum, one) => sum + of(one) * one.weight, 0) / total
  const lat = middle((place) => place.lat)
  const lng = middle((place) => place.lng)
  const shorter = Math.cos((lat * Math.PI) / 180)
  const away = weighed.reduce(
    (sum, one) =>
      sum + Math.hypot(one.lat - lat, (one.lng - lng) * shorter) * metresPerDegree * one.weight,
    0,
  )
  const radius = heard.length === 1 ? aloneM : Math.max(radiusMinM, Math.round(away / total))
  return { lat: rounded(lat), lng: rounded(lng), radius, source: 2, status: 1 }
}

/** About a metre. */
const rounded = (degrees: number): number => Math.round(degrees * 1e5) / 1e5
