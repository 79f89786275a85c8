### A runner's pay-out account after it was set up. HTML: <b>, <i>, <code>.

notification-payouts-lost = 💰 Stripe can't send you money just now: it wants to know something more. What you earned stays yours. Finish your pay-out set-up, and it is sent by itself.
notification-payouts-cut-off = 💰 Your Stripe account is no longer connected to us, so nothing can be sent. What you earned stays yours. Set up your pay-out again, and it is sent by itself.
notification-bank-refused = 🏦 Your bank sent { $amount } back to your Stripe account. The money is safe there. Look at your bank details at Stripe, and it is paid out again.
