/** Where the messages of a customer's devices go now; nowhere for a retired or unknown customer. */
import type { CustomerId, DestinationId } from "../event/ids.ts"
import type * as Network from "./Network.ts"

export const customerDestinations = (
  state: Network.State,
  customer: string | undefined,
): ReadonlyArray<{ readonly customer: CustomerId; readonly destination: DestinationId }> => {
  const known = customer === undefined ? undefined : state.customers.get(customer)
  if (known === undefined || known.retired) return []
  return known.destinations.map(({ id }) => ({
    // Both came out of events, whose schemas checked them.
    customer: customer as CustomerId,
    destination: id as DestinationId,
  }))
}
