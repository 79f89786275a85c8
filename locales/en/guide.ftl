### /help: how it works. HTML: <b>, <i>, <code>.

bot-command-help = How it works

bot-guide =
    <b>How { $campus } eats</b>
    1. You choose a shop and food, and confirm one number. You never pay more than that.
    2. A student takes the job, buys it and brings it. Your order's card always shows where it stands; reply to the card to write to each other.
    3. At the door you say the PIN from this chat. Only then you pay: what the receipt says, and the fees.
    Something wrong on the way? Tap Ask the team on the order's card. Wrong, cold, missing? Tap Problem on it.
bot-guide-runner =
    <b>Delivering</b>
    Jobs appear in the runner group: the first tap on Claim has it. Wait for its card here, buy for at most what it says, keep the receipt, ask for the PIN. Your money back and your pay are sent after that.
