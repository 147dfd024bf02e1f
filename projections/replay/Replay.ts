/**
 * Each device's counter as the twin sees it: two windows, which never mix.
 *
 * - *checked*: what the twin decided about messages it checked itself.
 * - *reported*: what a network reported. The network took the message, so its number becomes the reference;
 *   beside it stands what the twin's own window would have said under the policy then adopted.
 *
 * The rules are in `core/decide/CounterWindow.ts` alone; here they are only asked.
 */
import * as CounterWindow from "../../core/decide/CounterWindow.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import type { MessageAccepted, MessageRefused } from "../../core/event/decision.ts"
import { type Policy, policyDefault } from "../../core/event/policy.ts"
import type { MessageReported } from "../../core/event/report.ts"
import { outside } from "../../core/event/subjects.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"
import * as Account from "./Account.ts"

export type Device = {
  readonly device: string
  /** From its registration; null: the policy's default. */
  readonly contractPerDay: number | null
  readonly rollover: number | null
  readonly checked: Account.Account
  readonly reported: Account.Account
}

export interface State {
  policy: { readonly version: number; readonly policy: Policy }
  /** Devices that are registered, or of which a message with a number was reported. */
  readonly devices: Map<string, Device>
}

const apply = (draft: State, recorded: Recorded): void => {
  const { event } = recorded
  switch (event._tag) {
    case "MessageAccepted":
      return accepted(draft, recorded, event)
    case "MessageRefused":
      return refused(draft, recorded, event)
    case "MessageReported":
      return reported(draft, recorded, event)
    case "CounterDisengaged": {
      const known = draft.devices.get(event.device)
      if (known === undefined) return
      draft.devices.set(event.device, {
        ...known,
        checked: Account.disengaged(known.checked),
        reported: Account.disengaged(known.reported),
      })
      return
    }
    case "DeviceRegistered":
      draft.devices.set(event.device, {
        ...(draft.devices.get(event.device) ?? fresh(event.device)),
        contractPerDay: event.contractPerDay ?? null,
        rollover: event.rollover ?? null,
      })
      return
    case "PolicyAdopted":
      draft.policy = { version: event.version, policy: event.policy }
      return
    case "ReceptionReported":
    case "ServiceReported":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "StationEnrolled":
    case "StationRetired":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "EarlierTwinFound":
      return
    default:
      return outside<"decision" | "policy" | "registration" | "report">(event)
  }
}

export const projection: Projection<State> = {
  name: "replay",
  version: 2,
  passesReceptions: true,
  initial: () => ({ policy: { version: 0, policy: policyDefault }, devices: new Map() }),
  apply,
  copy: (state) => ({ policy: state.policy, devices: new Map(state.devices) }),
  encode: (state) => ({
    policy: state.policy,
    devices: sortedPairs(state.devices).map(([, device]) => ({
      device: device.device,
      contractPerDay: device.contractPerDay,
      rollover: device.rollover,
      checked: Account.encode(device.checked),
      reported: Account.encode(device.reported),
    })),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    return {
      policy: from.policy,
      devices: new Map(
        from.devices.map(({ checked, contractPerDay, device, reported: mirrored, rollover }) => [
          device,
          {
            device,
            contractPerDay,
            rollover,
            checked: checked ?? Account.initial,
            reported: mirrored ?? Account.initial,
          },
        ]),
      ),
    }
  },
}

type EncodedDevice = Omit<Device, "checked" | "reported"> & {
  readonly checked: Account.Account | null
  readonly reported: Account.Account | null
}

interface Encoded {
  readonly policy: State["policy"]
  readonly devices: ReadonlyArray<EncodedDevice>
}

export const find = (state: State, device: string): Device | undefined => state.devices.get(device)

/** What the checked window would say to a number sent at that instant. */
export const judge = (
  state: State,
  device: Device,
  seq: number,
  atMs: number,
): CounterWindow.Judgement =>
  CounterWindow.judge(device.checked.window, questionOf(state, device, seq, atMs))

/** The numbers that the window takes next: `from` on, up to `gapMax` further than the last. */
export const expected = (
  state: State,
  device: Device,
  account: Account.Account,
  atMs: number,
): { readonly from: number; readonly low: number; readonly high: number } | undefined => {
  if (account.window.last < 0) return undefined
  const question = questionOf(state, device, 0, atMs)
  const { high, low } = CounterWindow.gapLimits(question, account.window.lastMs)
  return { from: (account.window.last + 1) % question.rollover, low, high }
}

const fresh = (device: string): Device => ({
  device,
  contractPerDay: null,
  rollover: null,
  checked: Account.initial,
  reported: Account.initial,
})

const questionOf = (
  { policy: { policy } }: State,
  device: Device,
  seq: number,
  atMs: number,
): CounterWindow.Question => ({
  seq,
  atMs,
  // 0 stands for the policy's default too, as in the decider.
  contractPerDay: device.contractPerDay || policy.contractPerDay,
  rollover: rolloverBy(policy, device),
  policy,
})

/** Where a device's counter starts again. */
export const rolloverOf = ({ policy: { policy } }: State, device: Device): number =>
  rolloverBy(policy, device)

const rolloverBy = (policy: Policy, device: Device): number =>
  device.rollover || policy.rollover || policyDefault.rollover

const accepted = (
  draft: State,
  { occurredMs, position }: Recorded,
  event: MessageAccepted,
): void => {
  const known = draft.devices.get(event.device) ?? fresh(event.device)
  const { rollover } = questionOf(draft, known, event.seq, occurredMs)
  draft.devices.set(event.device, {
    ...known,
    checked: Account.accepted(known.checked, rollover, {
      position,
      seq: event.seq,
      atMs: occurredMs,
      accepted: true,
      reason: null,
      warning: event.warning ?? null,
      missing: event.missing,
      expectedSeq: null,
      gapMax: null,
      policy: event.policy,
    }),
  })
}

/** Refusals of ids never registered nor reported are not kept: anybody can invent ids. */
const refused = (draft: State, { occurredMs, position }: Recorded, event: MessageRefused): void => {
  const known = draft.devices.get(event.device)
  if (known === undefined) return
  draft.devices.set(event.device, {
    ...known,
    checked: Account.refused(known.checked, {
      position,
      seq: event.seq,
      atMs: occurredMs,
      accepted: false,
      reason: event.reason,
      warning: null,
      missing: 0,
      expectedSeq: event.expectedSeq ?? null,
      gapMax: event.gapMax ?? null,
      policy: event.policy,
    }),
  })
}

const reported = (draft: State, recorded: Recorded, event: MessageReported): void => {
  if (event.seq === undefined) return
  const { occurredMs, position } = recorded
  const known = draft.devices.get(event.device) ?? fresh(event.device)
  const question = questionOf(draft, known, event.seq, occurredMs)
  draft.devices.set(event.device, {
    ...known,
    reported: Account.reported(known.reported, question, position, draft.policy.version),
  })
}
