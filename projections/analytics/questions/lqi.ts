/** Named question: how the link quality of messages is spread. */
import { share } from "./clauses.ts"
import { customer, device, period } from "./Parameter.ts"
import { qualityByMessage } from "./qualityByMessage.ts"
import { column, question } from "./Question.ts"

export const lqi = question({
  name: "lqi",
  title: "link quality of messages",
  about:
    "How many messages had which link quality by the published table: how many stations heard them above its two thresholds. Messages without a signal strength are left out.",
  parameters: { device, customer, ...period },
  sql: (given) => `WITH quality AS (${qualityByMessage(given)})
SELECT lqi, CASE lqi WHEN 0 THEN 'limit' WHEN 1 THEN 'average' WHEN 2 THEN 'good' ELSE 'excellent' END AS quality,
  count(*) AS messages, ${share("count(*)", "sum(count(*)) OVER ()")} AS share
FROM quality WHERE lqi IS NOT NULL GROUP BY lqi ORDER BY lqi`,
  columns: [
    column("lqi", "", "Link quality, 0..3."),
    column("quality", "", "What it is called."),
    column("messages", "", "Messages that had it."),
    column("share", "share", "Of all messages asked about."),
  ],
  chart: () => ({ kind: "bars", x: "quality", y: "messages" }),
})
