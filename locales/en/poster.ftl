### Commands in Telegram's list (plain), and the poster that /poster makes. HTML: <b>, <i>, <code>.

bot-command-me = What you paid and earned, your card
bot-command-jobs = Your jobs, and where new ones come from
bot-command-poster = A code to print: who scans it may order

bot-poster =
    <b>The way into { $campus }</b>, to print and to hang where people are hungry: { $link }
    A place's own poster makes it the usual place of whoever scans it there:
bot-poster-place =
    <b>The way into { $campus }</b>, to hang at { $place }: { $link }
    Whoever scans it there has it as the usual place.
bot-poster-line = Food from the shops around you, brought by students. Scan, press Start.
bot-poster-place-line = Food brought to { $place }. Scan, press Start.
bot-button-poster = { $place }
