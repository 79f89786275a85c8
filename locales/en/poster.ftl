### Commands in Telegram's list (plain), and the poster that /poster makes. HTML: <b>, <i>, <code>.

bot-command-me = What you paid and earned, your card
bot-command-jobs = Your jobs, and where new ones come from
bot-command-poster = A code to print: who scans it may order

bot-poster =
    <b>{ $campus }: food from the shops around you, brought by students.</b>
    Scan, open Telegram, press Start.
    { $link }

    Print it and hang it where people are hungry. Who scans a place's own poster has it as her usual place:
bot-poster-place =
    <b>{ $campus }: food from the shops around you, brought to { $place }.</b>
    Scan, open Telegram, press Start.
    { $link }
bot-button-poster = { $place }
