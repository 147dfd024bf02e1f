/** A customer's endpoint answers, and takes seconds to do so. How long is said in `Customers.ts`. */
import * as Group from "../Group.ts"
import { type Adversary, nothing } from "./Adversary.ts"

export const slowCustomer: Adversary = (_, { fromMs, untilMs, random }) => {
  const customer = Group.customers[random.below(Group.customers.length - 1)].id
  const note = "The customer's endpoint takes seconds to answer."
  return {
    ...nothing,
    truths: [{ kind: "slow-customer", customer, atMs: fromMs, untilMs, note }],
    outages: [{ customer, fromMs, untilMs, slow: true }],
  }
}
