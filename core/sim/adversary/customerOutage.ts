/** A customer's endpoint hangs for a while. What it answers then is said in `Customers.ts`. */
import * as Group from "../Group.ts"
import { type Adversary, nothing } from "./Adversary.ts"

export const customerOutage: Adversary = (_, { fromMs, untilMs, random }) => {
  const customer = Group.customers[random.below(Group.customers.length)].id
  const note =
    "The customer's endpoint hangs; its messages wait, and are delivered when it answers again."
  return {
    ...nothing,
    truths: [{ kind: "customer-outage", customer, atMs: fromMs, untilMs, note }],
    outages: [{ customer, fromMs, untilMs }],
  }
}
