/**
 * Says whose a thing is, where copies share what nobody has changed yet: its owner may change it in
 * place, everybody else copies it first.
 *
 * A holder of things has an owner token and marks each thing it makes with it. Copying the holder
 * gives both, copy and original, new tokens: from then on neither owns what they share.
 */
export const owner: unique symbol = Symbol("owner")

/** Nothing but itself. */
export type Owner = object

/** The mark is no property that JSON or `Object.keys` know. */
export interface Owned {
  [owner]: Owner
}

export type Mutable<A> = { -readonly [Key in keyof A]: A[Key] }
