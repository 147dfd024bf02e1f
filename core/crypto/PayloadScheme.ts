/**
 * How a device may encrypt its payloads towards the network: a port, since the network's own scheme is not public
 * (Sigfox facts, part 5).
 *
 * A scheme keeps the payload's length, and is given all that a counter may be made of. It proves nothing: the frame's
 * MAC does, over the encrypted payload. What a customer encrypts for itself passes through it as any other bytes.
 */
export interface PayloadScheme {
  /** Its stored name: lower case, digits and dashes, 32 at most. Never given to another layout. */
  readonly id: string
  readonly encrypt: (key: Uint8Array, at: Place, payload: Uint8Array) => Uint8Array
  readonly decrypt: (key: Uint8Array, at: Place, payload: Uint8Array) => Uint8Array
}

/** Which payload it is. No two payloads of a key may have the same place. */
export interface Place {
  /** 0 .. 2^32-1. */
  readonly device: number
  /** 0..4095. */
  readonly seq: number
  /** How often the device's counter rolled over, as the device counts it, 0 .. 2^32-1. */
  readonly rolloverCounter: number
}
