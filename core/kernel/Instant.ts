/** Instants are whole milliseconds since 1970 UTC (`…Ms`); people see ISO 8601 in UTC. */

/** 2100-01-01: what lies beyond is a unit mistaken (microseconds for milliseconds), not a date. */
export const latestMs = Date.UTC(2100, 0, 1)

export const toIso = (ms: number): string => new Date(ms).toISOString()

/**
 * Reads ISO 8601 (a missing zone means UTC) or whole milliseconds; undefined for anything else.
 */
export const parse = (text: string): number | undefined => {
  if (/^\d{9,15}$/.test(text)) return inRange(Number(text))
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text))
    return undefined
  const zoned = text.length === 10 || /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`
  return inRange(Date.parse(zoned.replace(" ", "T")))
}

const inRange = (ms: number): number | undefined =>
  Number.isFinite(ms) && ms >= 0 && ms < latestMs ? Math.trunc(ms) : undefined
