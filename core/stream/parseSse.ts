/**
 * Server-sent events from text that arrives in pieces (WHATWG HTML, "Event stream interpretation").
 *
 * `push` returns the messages that a piece completed. What is unfinished is kept, up to `carryMax`
 * characters; a message longer than that is an error, because no reader should hold an endless line.
 */
export interface SseMessage {
  /** The last id seen so far; undefined before the first. */
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

const carryMax = 8 * 1024 * 1024

class SseTooLong extends Error {
  override readonly name = "SseTooLong"
}

/** A comment line, sent to show that the stream lives, comes as a message with event `comment`. */
export const sseParser = (): ((text: string) => ReadonlyArray<SseMessage>) => {
  let carry = ""
  let id: string | undefined
  let event = ""
  let data: Array<string> = []
  const line = (text: string, out: Array<SseMessage>): void => {
    if (text === "") {
      if (data.length > 0) out.push({ id, event: event || "message", data: data.join("\n") })
      event = ""
      data = []
      return
    }
    const colon = text.indexOf(":")
    if (colon === 0) {
      out.push({ id, event: "comment", data: text.slice(1).trim() })
      return
    }
    const field = colon < 0 ? text : text.slice(0, colon)
    const rest = colon < 0 ? "" : text.slice(colon + 1)
    const value = rest.startsWith(" ") ? rest.slice(1) : rest
    if (field === "data") data.push(value)
    else if (field === "event") event = value
    else if (field === "id" && !value.includes("\0")) id = value
  }
  return (text) => {
    const out: Array<SseMessage> = []
    carry += text
    // A carriage return at the very end may be the first half of CRLF: it waits for the next piece.
    const end = carry.endsWith("\r") ? carry.length - 1 : carry.length
    const ready = carry.slice(0, end)
    const lines = ready.split(/\r\n|\n|\r/)
    carry = (lines.pop() ?? "") + carry.slice(end)
    if (carry.length > carryMax) throw new SseTooLong(`a line of more than ${carryMax} characters`)
    for (const one of lines) line(one, out)
    return out
  }
}
