### What a runner owes for refunds, kept of what they earn later. HTML: <b>, <i>, <code>.

notification-paid-less =
    💸 <b>{ $amount } sent</b> for job #{ $order }. Thank you!
    { $netted } of this job was kept for a refund that you owed. /me shows your sums.
notification-netted =
    ↩️ <b>Job #{ $order } is paid, and { $netted } of it was kept</b> for a refund that you owed. Nothing is left to send for it.
    /me shows your sums. If you see it differently, please talk to the campus team.
order-message-payout-netted = ↩️ { $amount } of it was kept for a refund that you owed.
bot-me-netted = Kept for refunds you owed: { $netted }
bot-me-refund-owed = You still owe { $owes } for a refund. It is kept of what you earn next.
