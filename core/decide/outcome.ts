/** What a decision on a command comes to, and the ways of refusing one. */
import type { Event } from "../event/Event.ts"
import { CommandRefused } from "./Command.ts"

export type Outcome = ReadonlyArray<Event> | CommandRefused

export const unknown = (subject: string, detail: string): CommandRefused =>
  new CommandRefused({ reason: "unknown", subject, detail })

export const exists = (subject: string, detail: string): CommandRefused =>
  new CommandRefused({ reason: "exists", subject, detail })

export const retired = (subject: string): CommandRefused =>
  new CommandRefused({ reason: "retired", subject, detail: "is retired" })

export const invalid = (subject: string, detail: string): CommandRefused =>
  new CommandRefused({ reason: "invalid", subject, detail })
