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

notification-exempted = ▶️ <b>It is over at { $campus }.</b> What the team of { $team } decided about your orders and jobs does not hold at { $campus } any more. On other campuses it still does.
notification-still-restricted =
    ℹ️ <b>The team of { $campus } ended your suspension.</b> You still can't take jobs { $ends ->
        [yes] until { $until }
       *[no] for now
    }: the team of { $team } decided so because of { $why ->
        [money] payments
       *[conduct] how people were treated
    }. You will read here when that ends. If you think it is wrong, please talk to that team.

## To admins

error-not-suspended-here = The team of { $team } suspended this runner, yours did not. To lift that here alone: /unbar { $number } why
error-own-elsewhere = The team of { $team } decided this about you, so you can't lift it yourself, not even here. Please talk to them.
error-suspended-here = This runner is suspended, not barred or limited. /unsuspend ends that.

notification-restricted-elsewhere =
    ⛔ <b>{ $person } ({ $account }) { $kind ->
        [bar] orders nothing and takes no jobs here either
        [limit] orders only so much here too
       *[suspension] takes no jobs here either
    } { $ends ->
        [yes] until { $until }
       *[no] until that ends
    }.</b>{ $limited ->
        [yes] {" "}At most { $daily } in 24 hours.
       *[no] {""}
    }{ $counted ->
        [yes] {" "}At most { $most } open at the same time.
       *[no] {""}
    } The team of { $team } decided so because of money, so it holds on every campus. /restrictions lists it. You may lift it for this campus alone: <code>/unbar { $account } why</code>. Their words:
    { $reason }
notification-exempted-admins =
    ℹ️ <b>{ $kind ->
        [bar] Your bar of
        [limit] Your limit for
       *[suspension] Your suspension of
    } { $person } ({ $account }) does not hold at { $team } any more.</b> { $admin } of that team lifted it there. Everywhere else it holds as before. Why:
    { $reason }
notification-restriction-ended-admins =
    ▶️ The team of { $team } ended { $kind ->
        [bar] its bar of
        [limit] its limit for
       *[suspension] its suspension of
    } { $person } ({ $account }), which held here too. Why:
    { $reason }
notification-owes-elsewhere = 💳 <b>{ $person } ({ $account }) wanted to order here and could not:</b> they owe { $amount } at { $team } for order #{ $order }, which holds on every campus. They were shown how to pay it there. Only the team of { $team } can let it go.
button-lift-here = Lift it here…
notification-removal-failed =
    ⚠️ <b>{ $person } ({ $account }) may take no jobs and is still in the runner group.</b> Telegram does not let me remove them:
    { $error }
    Let me ban users there (as an administrator of the group), and I try again every hour. Or remove them by hand.

bot-which-person =
    <b>Which one?</b> { $count } people may be meant. Nothing has happened yet.
bot-which-person-line = <b>{ $name }</b> ({ $number }) · { $order ->
        [0] no order yet
       *[other] last order #{ $order }, { $day }
    }
bot-button-which-person =
    { $name } · { $order ->
        [0] no order yet
       *[other] #{ $order }, { $day }
    }
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
       *[other] <b>What holds for people here: { $count }</b>
    }
bot-restrictions-line =
    <b>{ $name }</b> ({ $number }) · { $kind ->
        [bar] barred
        [suspension] takes no jobs
       *[limit] limited
    } { $ends ->
        [yes] until { $until }
       *[no] without an end
    } · { $why ->
        [money] money, everywhere
       *[conduct] conduct, here
    }{ $by ->
        [here] {""}
       *[elsewhere] , decided at { $team }
    }{ $exempt ->
        [no] {""}
       *[yes] , but not at { $campuses }
    }{ $limited ->
        [yes] {" "}· { $daily } in 24 hours
       *[no] {""}
    }{ $counted ->
        [yes] {" "}· { $most } open
       *[no] {""}
    }
    { $note }
bot-unbarred =
    { $name } has been told that { $count ->
        [one] one restriction is
       *[other] { $count } restrictions are
    } lifted. { $elsewhere ->
        [0] {""}
        [one] What another campus decided is lifted here alone, and its team reads your words.
       *[other] What other campuses decided is lifted here alone, and their teams read your words.
    }{ $suspended ->
        [yes] {" "}They are still suspended: <code>/unsuspend { $number }</code> ends that.
       *[no] {""}
    }
bot-unsuspended-restricted = The suspension of { $name } is over, but they still take no jobs here: the team of { $team } decided so, see /restrictions. They have been told.
bot-restrictions-owes = <b>{ $name }</b> ({ $number }) · owes { $amount } at { $team } for #{ $order }, so orders nowhere. They were shown how to pay it there; only that team can let it go.
bot-button-restrictions = ◀ Restrictions
bot-button-sure-bar = Yes, bar
bot-button-sure-limit = Yes, limit
bot-button-unbar = Lift { $name }…
bot-restrict-missing = <b>This is missing:</b>
bot-restrict-missing-duration = · how long: <code>12h</code>, <code>7d</code>, <code>4w</code> or <code>forever</code>
bot-restrict-missing-reason = · <code>money</code> (it holds on every campus) or <code>conduct</code> (it holds here)
bot-restrict-missing-amount = · how much: <code>20.00</code> in 24 hours, or <code>1open</code> order at the same time, or both
bot-restrict-missing-note = · why, in your words, for the other admins
bot-restrict-example-bar = For example: <code>/bar { $person } 7d money two disputed payments</code>
bot-restrict-example-limit = For example: <code>/limit { $person } 30d money 20.00 1open two disputed payments</code>
bot-usage-bar = Write who, how long, <code>money</code> or <code>conduct</code>, and why: <code>/bar 2002 7d money two disputed payments</code>. Who is a number, an @name, or an order (<code>#17</code> means its customer). In reply to a message, whom it is about is meant; I ask when that may be two.
bot-usage-limit = Write who, how long, <code>money</code> or <code>conduct</code>, how much, and why: <code>/limit 2002 30d money 20.00 1open two disputed payments</code>. Who is a number, an @name, or an order (<code>#17</code> means its customer).
bot-usage-unbar = Write who and why: <code>/unbar 2002 it was paid</code>. Who is a number, an @name, or an order (<code>#17</code> means its customer). What this campus decided about this person ends; what another campus decided is lifted here alone.
bot-command-bar = No orders, no jobs: /bar 2002 7d money why
bot-command-limit = Only so much: /limit 2002 7d money 20.00 why
bot-command-unbar = End a bar or a limit: /unbar 2002 why
bot-command-restrictions = Who is barred or limited

## The card of an order, in Stripe's words

bot-order-card = 💳 Card <code>{ $fingerprint }</code> · risk { $level } ({ $score }) · { $outcome } · declined in 24 hours: { $declined }
