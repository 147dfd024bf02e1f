/**
 * What is so before anything happens: stations, devices, their places and keys, and every message
 * that a device sends by itself. All of it a function of the seed; what is kept is only a cache.
 */
import { type KeyCipher, makeKeyCipher, uplinkMac } from "../crypto/Mac.ts"
import { type Encoded, encodeRanks, type MacOf, type Sent } from "../frame/encodeUplink.ts"
import * as Random from "../kernel/Random.ts"
import * as Burst from "./Burst.ts"
import * as Device from "./Device.ts"
import * as FrequencyWalk from "./FrequencyWalk.ts"
import * as Geography from "./Geography.ts"
import * as Links from "./Links.ts"
import * as Noise from "./Noise.ts"
import * as Payload from "./Payload.ts"
import * as Recent from "./Recent.ts"
import * as Schedule from "./Schedule.ts"
import * as Station from "./Station.ts"

/** A device where it stands, with what it keeps. */
export interface Site {
  readonly device: Device.Device
  readonly position: Geography.Position
  readonly links: Links.Links
  readonly mac: MacOf
}

/** A message as its device sends it. */
export interface Message {
  readonly site: Site
  readonly slot: number
  readonly seq: number
  /** When its first transmission begins. */
  readonly atMs: number
  readonly sent: Sent
  readonly encoded: readonly [Encoded, Encoded, Encoded]
  readonly burst: Burst.Burst
  /** Where the device sends its confirmation of the downlink that the message asks for. */
  readonly confirmationHz: number | undefined
}

export interface Ground {
  readonly root: Random.Random
  readonly ages: Schedule.Ages
  readonly stations: ReadonlyArray<Station.Station>
  readonly deviceCount: number
  /** The device alone, for who has no need of its place and key. */
  readonly device: (index: number) => Device.Device
  /** Also beyond `deviceCount`: devices that nobody registered. */
  readonly site: (index: number) => Site
  readonly message: (index: number, slot: number) => Message
  /** From `slot` on the device's counter begins at 0 again; for good. */
  readonly reflash: (index: number, slot: number) => void
}

/** Sites kept ready: 65,536 of about 2 KB (a cipher is most of it). */
const sitesMax = 65_536
/** How often a device looks for a better place before it stays where it is. */
const placesMax = 8
/** Installers want this much more than the sensitivity from the best station. */
const installMarginDb = 6

export const keyOf = (root: Random.Random, index: number): Uint8Array =>
  root.fork(`key-${index}`).bytes(16)

export const make = (given: {
  readonly seed: number
  readonly ages: Schedule.Ages
  readonly deviceCount: number
  readonly stationCount: number
}): Ground => {
  const { ages, deviceCount, stationCount } = given
  const root = Random.make(given.seed)
  const stations = Array.from({ length: stationCount }, (_, index) => Station.at(root, index))
  const radiusKm = Station.cityRadiusKm(stationCount)
  const flashed = new Map<number, number>()

  const site = Recent.make(sitesMax, (index): Kept => {
    const device = Device.at(root, index, Geography.cities.length)
    const place = settle(root, device, stations, radiusKm)
    let cipher: KeyCipher | undefined
    const mac: MacOf = (packet, length) => {
      cipher ??= makeKeyCipher(keyOf(root, index))
      return uplinkMac(cipher, packet, length)
    }
    return { device, ...place, mac, slot: -1, x: 0 }
  })

  const message = (index: number, slot: number): Message => {
    const kept = site(index)
    const { device, links, mac } = kept
    const from = flashed.get(index)
    const seq =
      from === undefined || slot < from
        ? Device.seqOf(device, slot)
        : (Device.numbersBefore(device, slot) - Device.numbersBefore(device, from)) %
          device.rollover
    const sent = Payload.sentOf(device, slot, seq)
    const encoded = encodeRanks(sent, mac)
    const plan = FrequencyWalk.planAt(
      device,
      slot,
      kept.slot === slot ? kept.x : FrequencyWalk.before(device, slot),
    )
    kept.slot = slot + 1
    kept.x = plan.x
    const atMs = Schedule.timeOf(device, ages, slot)
    const salt = Noise.mix(device.seed, slot)
    const burst = Burst.make({
      order: index,
      device: index,
      salt,
      links,
      atMs,
      encoded,
      gapsMs: Burst.gapsOf(salt, sent.downlinkAsked),
      frequenciesHz: plan.frequenciesHz,
    })
    const { confirmationHz } = plan
    return { site: kept, slot, seq, atMs, sent, encoded, burst, confirmationHz }
  }

  return {
    root,
    ages,
    stations,
    deviceCount,
    device: (index) => Device.at(root, index, Geography.cities.length),
    site,
    message,
    reflash: (index, slot) => {
      flashed.set(index, slot)
    },
  }
}

/** A site and where its frequency generator stands: at `x` before `slot`. */
interface Kept extends Site {
  slot: number
  x: number
}

const settle = (
  root: Random.Random,
  device: Device.Device,
  stations: ReadonlyArray<Station.Station>,
  radiusKm: number,
): { readonly position: Geography.Position; readonly links: Links.Links } => {
  const random = root.fork(`place-${device.index}`)
  const { centre } = Geography.cities[device.city]
  const look = () => {
    const position = Geography.within(random, centre, radiusKm)
    return { position, links: Links.from(stations, position, random.u32()) }
  }
  let place = look()
  for (let i = 1; i < placesMax; i++) {
    if (Links.best(place.links) >= Links.sensitivityDbm + installMarginDb) break
    place = look()
  }
  return place
}
