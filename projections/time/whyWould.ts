/** Why a message would be decided on otherwise: what the decider compared under the supposition. */
import { rowOf } from "../chain/EventRow.ts"
import { labelOf, type Would } from "./Supposition.ts"
import { leaf } from "./why/follow.ts"
import { reason, type Reason } from "./why/Reason.ts"
import { comparisons, counterReason } from "./why/whyVerdict.ts"

export const whyWould = ({ heard, trust, verdict, window, ...known }: Would): Reason => {
  const { tone } = rowOf({ ...heard, event: verdict })
  const { position, policy, version } = known.policy
  return reason({
    text: `would be ${labelOf(verdict)} · ${verdict.device} · seq ${verdict.seq}`,
    tone,
    position: heard.position,
    rule: {
      name: `counter ${policy.counterRule}`,
      version: version < 0 ? "the supposed policy" : `policy ${version}`,
    },
    compared: comparisons(verdict, heard, trust, { window, ...known }),
    because: [
      leaf(heard),
      counterReason(window, []),
      ...(position < 0 ? [] : [reason({ text: `policy ${version}`, position })]),
    ],
  })
}
