/**
 * The radio zones RC1..RC7: frequencies, powers, spectrum access and the timing that follows from it.
 *
 * Source: sigfox-ep-lib v4.3 `sigfox_rc.c` and `sigfox_types.h` (Sigfox facts, part 3). All
 * frequencies are in hertz and whole numbers.
 */

/** Width of a macro channel, without the hopping zones' margins. */
export const macroChannelHz = 192_000

export type ZoneName = "RC1" | "RC2" | "RC3" | "RC4" | "RC5" | "RC6" | "RC7"

export type Access = "duty-cycle" | "frequency-hopping" | "listen-before-talk"

export interface RadioZone {
  readonly name: ZoneName
  readonly access: Access
  /** Centre of the uplink macro channel. */
  readonly uplinkHz: number
  /** Centre of the downlink macro channel. */
  readonly downlinkHz: number
  /** Kept free at each edge of the channel, for the inaccuracy of oscillators. */
  readonly marginHz: number
  /** Ranks 2 and 3 are this far above and below rank 1 when a downlink is asked. */
  readonly rankOffsetHz: number
  readonly bitRates: ReadonlyArray<100 | 600>
  readonly eirpMaxDbm: number
  /** From the end of rank 1 to the opening of the downlink window. */
  readonly windowOpensMs: number
  readonly windowMs: number
}

const accesses = {
  "duty-cycle": { rankOffsetHz: 6000, windowOpensMs: 20_000, windowMs: 25_000 },
  // One micro channel.
  "frequency-hopping": { rankOffsetHz: 25_000, windowOpensMs: 20_000, windowMs: 25_000 },
  "listen-before-talk": { rankOffsetHz: 6000, windowOpensMs: 19_000, windowMs: 33_500 },
} as const

const both = [100, 600] as const
const fast = [600] as const

const zone = (
  name: ZoneName,
  access: Access,
  rest: Pick<RadioZone, "uplinkHz" | "downlinkHz" | "marginHz" | "bitRates" | "eirpMaxDbm">,
): RadioZone => ({ name, access, ...rest, ...accesses[access] })

/** The margins of RC1, 3, 5, 6 and 7 are network plus end-point inaccuracy (1.62 and 20 ppm). */
export const zones: Readonly<Record<ZoneName, RadioZone>> = {
  RC1: zone("RC1", "duty-cycle", {
    uplinkHz: 868_130_000,
    downlinkHz: 869_525_000,
    marginHz: 1410 + 17_370,
    bitRates: both,
    eirpMaxDbm: 16,
  }),
  RC2: zone("RC2", "frequency-hopping", {
    uplinkHz: 902_200_000,
    downlinkHz: 905_200_000,
    marginHz: 21_000,
    bitRates: fast,
    eirpMaxDbm: 24,
  }),
  RC3: zone("RC3", "listen-before-talk", {
    uplinkHz: 923_200_000,
    downlinkHz: 922_200_000,
    marginHz: 1500 + 18_470,
    bitRates: both,
    eirpMaxDbm: 16,
  }),
  RC4: zone("RC4", "frequency-hopping", {
    uplinkHz: 920_800_000,
    downlinkHz: 922_300_000,
    marginHz: 21_000,
    bitRates: fast,
    eirpMaxDbm: 24,
  }),
  RC5: zone("RC5", "listen-before-talk", {
    uplinkHz: 923_300_000,
    downlinkHz: 922_300_000,
    marginHz: 1500 + 18_470,
    bitRates: both,
    eirpMaxDbm: 14,
  }),
  RC6: zone("RC6", "duty-cycle", {
    uplinkHz: 865_200_000,
    downlinkHz: 866_300_000,
    marginHz: 1410 + 17_310,
    bitRates: both,
    eirpMaxDbm: 16,
  }),
  RC7: zone("RC7", "duty-cycle", {
    uplinkHz: 868_800_000,
    downlinkHz: 869_100_000,
    marginHz: 1410 + 17_380,
    bitRates: both,
    eirpMaxDbm: 16,
  }),
}
