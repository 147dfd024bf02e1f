/** Somebody with a radio: where it stands and what it sends. It knows nothing of frequency plans. */
import type { Encoded } from "../../frame/encodeUplink.ts"
import { macroChannelHz, zones } from "../../frame/RadioZone.ts"
import type { Random } from "../../kernel/Random.ts"
import * as Burst from "../Burst.ts"
import * as Geography from "../Geography.ts"
import type { Ground, Site } from "../Ground.ts"
import * as Links from "../Links.ts"

/** Within three kilometres of a device: hears what it sends. */
export const near = (ground: Ground, random: Random, site: Site): Links.Links =>
  audible(ground, random, () => Geography.within(random, site.position, 3))

/** In the middle of another city than the device's. */
export const far = (ground: Ground, random: Random, site: Site): Links.Links => {
  const others = Geography.cities.filter((_, city) => city !== site.device.city)
  const { centre } = others[random.below(others.length)]
  return audible(ground, random, () => Geography.within(random, centre, 2))
}

export const burst = (given: {
  readonly order: number
  readonly random: Random
  readonly links: Links.Links
  readonly atMs: number
  readonly encoded: ReadonlyArray<Encoded>
}): Burst.Burst => {
  const { order, random, links, atMs, encoded } = given
  const salt = random.u32()
  return Burst.make({
    order,
    device: -1,
    salt,
    links,
    atMs,
    encoded,
    gapsMs: Burst.gapsOf(salt, false),
    frequenciesHz: encoded.map(() => someFrequencyHz(random)),
  })
}

const someFrequencyHz = (random: Random): number => {
  const { uplinkHz, marginHz } = zones.RC1
  const halfHz = macroChannelHz / 2 - marginHz
  return uplinkHz - halfHz + random.below(2 * halfHz)
}

/** An attacker moves until stations hear it, or gives up after some tries. */
const audible = (ground: Ground, random: Random, place: () => Geography.Position): Links.Links => {
  const look = () => Links.from(ground.stations, place(), random.u32())
  let links = look()
  for (let i = 0; i < 16 && Links.best(links) < Links.sensitivityDbm + 10; i++) links = look()
  return links
}
