### Restrictions of people: who may not order or take jobs, or only so much. HTML: <b>, <i>, <code>; errors are plain.

## To the person

error-person-barred = You can't order or take jobs { $ends ->
        [yes] until { $until }
       *[no] for now
    }: the team of { $team } decided so because of { $why ->
        [money] payments
       *[conduct] how people were treated
    }. If that is wrong, talk to them.
error-order-limit = You may { $counts ->
        [money] order for { $daily } in 24 hours
       *[orders] have { $most } open at the same time
    } { $ends ->
        [yes] until { $until }
       *[no] for now
    }: the team of { $team } decided so. If that is wrong, talk to them.
error-person-unknown = Nobody here has this number or name. People are known once they wrote to this bot.
notification-barred =
    ⛔ <b>You can't order or take jobs { $ends ->
        [yes] until { $until }
       *[no] for now
    }.</b> The team of { $team } decided so because of { $why ->
        [money] payments, so it holds on every campus here
       *[conduct] how people were treated
    }.
    Jobs you have now go on, and what you earned is paid. { $ends ->
        [yes] It ends by itself, and you will read so here.
       *[no] You will read here when it ends.
    } If you think it is wrong, please talk to that team.
notification-limited =
    ⚠️ <b>There is a limit on your orders { $ends ->
        [yes] until { $until }
       *[no] for now
    }:</b>{ $limited ->
        [yes] {" "}at most { $daily } in 24 hours
       *[no] {""}
    }{ $counted ->
        [yes] {" "}· at most { $most } open at the same time
       *[no] {""}
    }
    The team of { $team } decided so because of { $why ->
        [money] payments, so it holds on every campus here
       *[conduct] how people were treated
    }. { $ends ->
        [yes] It ends by itself, and you will read so here.
       *[no] You will read here when it ends.
    } If you think it is wrong, please talk to that team.
notification-restriction-ended = ▶️ <b>It is over.</b> What the team of { $team } decided about your orders and jobs holds no more.
error-runner-suspended-elsewhere = You can't take new jobs for now: the team of { $team } suspended you because of payments, and it holds on every campus here. Please talk to them.

## To admins

notification-suspended-elsewhere =
    ⛔ <b>{ $person } ({ $account }) takes no jobs here either.</b> The team of { $team } suspended this runner because of money, so it holds on every campus, until that team ends it. Why:
    { $reason }
notification-removal-failed =
    ⚠️ <b>{ $person } ({ $account }) may take no jobs and is still in the runner group.</b> Telegram does not let me remove them:
    { $error }
    Let me ban users there (as an administrator of the group), and I try again every hour. Or remove them by hand.

bot-act-restrict =
    <b>{ $kind ->
        [bar] Bar { $name } ({ $number }) from ordering and delivering
       *[limit] Limit what { $name } ({ $number }) may order
    } { $ends ->
        [yes] until { $until }
       *[no] without an end
    }?</b>
    { $limited ->
        [yes] At most { $daily } in 24 hours.
       *[no] {""}
    } { $counted ->
        [yes] At most { $most } open at the same time.
       *[no] {""}
    }
    { $why ->
        [money] Because of money: it holds on every campus of this deployment.
       *[conduct] Because of conduct: it holds here.
    } They read that in general words, until when, and whom to ask. Your note is for admins alone:
    { $note }
bot-restricted =
    <b>{ $name } ({ $number }) is { $kind ->
        [bar] barred
       *[limit] limited
    } { $ends ->
        [yes] until { $until }
       *[no] without an end
    } and has been told.</b>{ $limited ->
        [yes] {" "}At most { $daily } in 24 hours.
       *[no] {""}
    }{ $counted ->
        [yes] {" "}At most { $most } open at the same time.
       *[no] {""}
    } { $why ->
        [money] It holds on every campus.
       *[conduct] It holds here.
    }
    { $note }
bot-restrictions =
    { $count ->
        [0] <b>Nobody is barred or limited.</b> <code>/bar</code> and <code>/limit</code> say how.
       *[other] <b>Barred or limited by this campus: { $count }</b>
    }
bot-restrictions-line =
    <b>{ $name }</b> ({ $number }) · { $kind ->
        [bar] barred
       *[limit] limited
    } { $ends ->
        [yes] until { $until }
       *[no] without an end
    } · { $why ->
        [money] money, everywhere
       *[conduct] conduct, here
    }{ $limited ->
        [yes] {" "}· { $daily } in 24 hours
       *[no] {""}
    }{ $counted ->
        [yes] {" "}· { $most } open
       *[no] {""}
    }
    { $note }
bot-unbarred =
    { $name } may order and deliver as before and has been told ({ $count ->
        [one] one restriction
       *[other] { $count } restrictions
    } lifted).
bot-button-restrictions = ◀ Restrictions
bot-button-sure-bar = Yes, bar
bot-button-sure-limit = Yes, limit
bot-button-unbar = Lift { $name }…
bot-restrict-missing = <b>This is missing:</b>
bot-restrict-missing-length = · how long: <code>12h</code>, <code>7d</code>, <code>4w</code> or <code>forever</code>
bot-restrict-missing-reason = · <code>money</code> (it holds on every campus) or <code>conduct</code> (it holds here)
bot-restrict-missing-amount = · how much: <code>20.00</code> in 24 hours, or <code>1open</code> order at the same time, or both
bot-restrict-missing-note = · why, in your words, for the other admins
bot-restrict-example-bar = For example: <code>/bar { $person } 7d money two disputed payments</code>
bot-restrict-example-limit = For example: <code>/limit { $person } 30d money 20.00 1open two disputed payments</code>
bot-usage-bar = Write who, how long, <code>money</code> or <code>conduct</code>, and why: <code>/bar 2002 7d money two disputed payments</code>. Who is a number, an @name, or an order (<code>#17</code> means its customer). In reply to a message about an order, its customer is meant.
bot-usage-limit = Write who, how long, <code>money</code> or <code>conduct</code>, how much, and why: <code>/limit 2002 30d money 20.00 1open two disputed payments</code>. Who is a number, an @name, or an order (<code>#17</code> means its customer).
bot-usage-unbar = Write who and why: <code>/unbar 2002 it was paid</code>. All that this campus decided about this person ends.
bot-command-bar = No orders, no jobs: /bar 2002 7d money why
bot-command-limit = Only so much: /limit 2002 7d money 20.00 why
bot-command-unbar = End a bar or a limit: /unbar 2002 why
bot-command-restrictions = Who is barred or limited

## The card of an order, in Stripe's words

bot-order-card = 💳 Card <code>{ $fingerprint }</code> · risk { $level } ({ $score }) · { $outcome } · declined in 24 hours: { $declined }
