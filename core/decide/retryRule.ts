/**
 * When a delivery counts, and when it is tried again (Sigfox facts, part 6): the customer answers
 * within 10 s; after a time-out or an error code there are retries 1, 2 and 4 minutes after the
 * failure before; then it is abandoned.
 */
export const answerWithinMs = 10_000

const retriesAfterMs: ReadonlyArray<number> = [60_000, 120_000, 240_000]

/** All four attempts, had they been made and hung: what waits longer is given up without more. */
export const lifetimeMs = 4 * answerWithinMs + 60_000 + 120_000 + 240_000

/** How long after a failed attempt (1, 2 …) the next is due; undefined when that was the last. */
export const retryAfterMs = (attempt: number): number | undefined => retriesAfterMs[attempt - 1]

/** Customers answer 200 or 204; any 2xx counts. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300
