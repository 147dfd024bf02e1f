/** Which network the demo plays. A log that a demo began goes on with its own. */
export interface DemoOptions {
  readonly seed: number
  readonly devices: number
  readonly stations: number
}

export const optionsDefault: DemoOptions = { seed: 1, devices: 2_000, stations: 48 }
