/**
 * A data centre is opened up: what it is made of becomes known, a server of it fails and returns, and then its load
 * balancer, on which all of it depends.
 */
import type { DataCentreId, PartId, ServiceId } from "../../event/ids.ts"
import type { PartKind } from "../../event/infrastructure.ts"
import { newEvent } from "../setup.ts"
import { dataCentres } from "../Station.ts"
import { type Adversary, nothing } from "./Adversary.ts"

export const serverOutage: Adversary = (_, { fromMs, untilMs, random }) => {
  const { id, links } = dataCentres[random.below(dataCentres.length)]
  // Ids of data centres are short, so these fit the pattern too.
  const part = (name: string): PartId => `${id}.${name}` as PartId
  const centre: DataCentreId = id
  const added = (name: string, kind: PartKind, joins: ReadonlyArray<string>) =>
    newEvent(fromMs, {
      _tag: "CorePartAdded",
      part: part(name),
      kind,
      dataCentre: centre,
      joins: joins.map(part),
    })
  const report = (atMs: number, name: string, up: boolean) =>
    newEvent(atMs, { _tag: "CorePartReported", part: part(name), up })
  const step = Math.floor((untilMs - fromMs) / 5)
  const note = `A server of ${id} fails and returns, then its load balancer.`
  return {
    ...nothing,
    truths: [{ kind: "server-outage", atMs: fromMs, untilMs, note }],
    facts: [
      added("balancer", "load-balancer", links),
      added("server-1", "server", ["balancer"]),
      added("server-2", "server", ["balancer"]),
      added("backend", "backend", ["server-1", "server-2"]),
      newEvent(fromMs, {
        _tag: "CoreServiceDeclared",
        // As above.
        service: `${id}.deliveries` as ServiceId,
        name: `Deliveries from ${id}`,
        from: links.map(part),
        to: [part("backend")],
      }),
      report(fromMs + step, "server-1", false),
      report(fromMs + 2 * step, "server-1", true),
      report(fromMs + 3 * step, "balancer", false),
      report(fromMs + 4 * step, "balancer", true),
    ],
  }
}
