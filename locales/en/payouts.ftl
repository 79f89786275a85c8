### A runner's pay-out account after it was set up. HTML: <b>, <i>, <code>.

notification-payouts-lost = 💰 Stripe can't send you money just now: it wants to know something more. What you earned stays yours. Finish your pay-out set-up, and it is sent by itself.
notification-payouts-cut-off = 💰 Your Stripe account is no longer connected to us, so nothing can be sent. What you earned stays yours. Set up your pay-out again, and it is sent by itself.
notification-payout-account-gone = 💰 Stripe does not know your account any more, so { $amount } for job #{ $order } could not be sent. It stays yours. A link to set up another account is coming; then it is sent by itself.
notification-account-page = 🏦 Your pay-out is set up, and Stripe asks for nothing. On your own page there you can change your bank details and see what was paid out.
button-open-account-page = My page at Stripe
notification-account-trouble =
    💰 { $what ->
        [past_due] <b>Stripe waits for answers of yours that are overdue,</b> so your money stays at Stripe and may not reach your bank.
        [no_payouts] <b>Stripe sends nothing to your bank just now.</b> Your money is safe at Stripe.
       *[due] <b>Stripe will soon need something more from you,</b> else your money stays at Stripe later.
    } Tap below: the link leads to what is missing.
notification-account-well = ✅ Stripe has all it needs: your money goes to your bank again.
notification-bank-refused = 🏦 Your bank sent { $amount } back to your Stripe account. The money is safe there. Look at your bank details at Stripe, and it is paid out again.
