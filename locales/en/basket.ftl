### Filling a basket and ordering again. HTML: <b>, <i>, <code>; labels and toasts are plain. One thing asked at a time.

## The first screen

bot-button-usual = Usual · { $store } · max { $ceiling }
bot-button-go-on = 🍜 Continue my order
bot-button-me = 👤 Me

## Shops

bot-stores = <b>Where from?</b> Choose a shop, or type its name.
bot-stores-basket = Your basket is from { $store }. Another shop starts a new one.
bot-other-store = <b>Which shop?</b> Type its name, and where it is if runners might not know.
bot-store-not-understood = I need the shop's name, at most { $most } characters.
bot-store-gone = { $store } takes no orders here any more. Choose another shop.
bot-store-shut =
    { $days ->
        [-1] { $store } is closed until further notice.
        [0] { $store } is closed now. It opens at { $clock }.
        [1] { $store } is closed now. It opens tomorrow at { $clock }.
       *[other] { $store } is closed now. It opens in { $days } days, at { $clock }.
    }
bot-store-closes = { $store } closes at { $clock }. If no runner gets there in time, you pay nothing.
bot-basket-kept = I keep your basket until then.
bot-button-store = { $store }
bot-button-store-closed = { $store } · closed now
bot-button-other-store = Another shop
bot-button-stores = ◀ Shops

## Food

bot-items = <b>{ $store }: what would you like?</b>
bot-items-typed-store = { $store } is not on my list, so your runner looks for it by this name.
bot-items-none = <i>Your basket is empty.</i>
bot-items-instruction = Tap, or type a line for each thing with its price: <code>{ $example }</code>
bot-items-type = Type a line for each thing with its price: <code>{ $example }</code>
bot-items-too-dear = { $item } is { $cost }, and an order here may cost at most { $most }. Nothing was added.
bot-item = { $quantity } × { $name } · { $cost }
bot-item-added = Added: { $item }
bot-item-now = { $quantity } × { $item }
bot-item-removed = Removed: { $item }
bot-line-not-understood =
    I can't read this line, so nothing was added: “{ $line }”
    Write what it is and what it costs, like <code>{ $example }</code>
bot-line-price-missing =
    “{ $line }”: I do not know what { $item } costs, so nothing was added.
    Write it with the price of one, like <code>{ $example }</code>
bot-line-number-or-price =
    “{ $line }”: is { $number } how many, or the price? Nothing was added.
    For how many, write <code>{ $number }x</code> before it. For the price, write it with cents or its sign: { $price }
bot-line-each-or-all =
    “{ $line }”: is { $price } for one, or for all { $number }? Nothing was added.
    Write <b>each</b> or <b>total</b> behind the price.
bot-line-far-from-menu =
    { $item } is { $cost } on the menu, and you wrote { $price } for one. Nothing was added.
    If your price is right, write it with an @: <code>{ $number }x { $item } @ { $price }</code>
bot-basket = <b>Your basket</b> from { $store }
bot-basket-full = That is more than one runner can carry: at most 20 different things, and 99 of each.
bot-button-menu-item = { $item } · { $price }
bot-button-items-done = That's all · { $cost }
bot-button-basket = Change basket
bot-button-clear = Clear
bot-button-less = − { $item }
bot-button-remove = ✕ Remove { $item }
bot-button-more = + { $item }
bot-button-discard = Start over

bot-discard-sure = Start over? Your basket, with everything in it, will be empty.
bot-button-discard-sure = Yes, start over
bot-discarded = Your basket is empty.

## Where to

bot-drop-points = <b>Where to?</b> Choose a place to meet your runner, or type one.
bot-spots = <b>Where in { $building }?</b> Choose a spot, or type your room, like <code>room 412</code>
bot-place-not-understood = I need a place to bring it to, at most { $most } characters.
bot-button-usual-place = 📍 { $place }
bot-button-drop-point = { $place }
bot-button-building = { $building } · { $spots } spots

## Fee, tip, note

bot-fee = <b>What is it worth to you?</b> Choose the fee for bringing it, or type an amount from { $least } to { $most }. Your runner keeps { $share } % of it.
bot-fee-not-understood = I need an amount, like <code>{ $example }</code>.
bot-fee-unfit = { $fee } does not fit here.
bot-button-fee = { $amount }
bot-tip-set = Tip: { $amount }, all of it for your runner.
bot-tip-none = No tip.
bot-button-tip = Tip { $amount }
bot-button-no-tip = No tip
bot-note =
    <b>A note for your runner?</b> Type it, at most { $most } characters.
    Whoever takes the job reads it at once. A phone number or a door code can wait: write it to them when your food is bought.
bot-note-not-understood = I need words, at most { $most } characters. That was { $written }.
bot-note-removed = The note is gone.
bot-button-add-note = Add note
bot-button-change-note = Change note
bot-button-drop-note = Remove note

## The whole offer

bot-review = <b>Your order</b>: { $store } → { $place }
bot-review-limit = Food about { $cost }. If the shop is dearer, at most { $limit }.
bot-review-delivery = Delivery fee, your offer: { $amount }
bot-review-service = Service fee: { $amount }
bot-review-tip = Tip: { $amount }
bot-review-note =
    📝 Note for the runner:
    { $note }
bot-review-note-instruction = <i>A note for your runner? Just type it.</i>
bot-review-card = 💳 { $brand } ending in { $last4 }
bot-review-no-card = 💳 No card yet: you will get a link to add one. Nothing is charged by adding it.
bot-review-ceiling = <b>You never pay more than { $ceiling }.</b> It is held on your card now and charged after delivery; the rest is released.
bot-button-review = Look at my order
bot-button-place = Place order · max { $ceiling }
bot-button-change-items = ✏️ Food
bot-button-change-place = ✏️ Place
bot-button-change-fee = ✏️ Fee
bot-button-add-card = Add card
bot-button-change-card = Change card

## Ordering again

bot-again-items-gone = ⚠️ Not on the menu any more, so left out: { $items }
bot-again-prices = ⚠️ The price has changed: { $items }
bot-instead = <b>You have a basket already</b>, from { $store }:
bot-button-keep-basket = Keep my basket
bot-button-instead = Take #{ $order } instead

bot-orders = <b>Your orders</b>, the newest first. Tap one to look at it.
bot-orders-open = <b>Your orders under way</b>, the newest first. Tap one to look at it.
bot-orders-ended = <b>Your orders that are over</b>, the newest first. Tap one to look at it, or to order it again.
bot-orders-none = You have not ordered anything yet.
bot-orders-open-none = Nothing is under way.
bot-orders-ended-none = None of your orders is over yet.
bot-order-below = Here is order #{ $order } again, below.
bot-button-orders-all = Show all
bot-button-orders-open = Under way
bot-button-orders-ended = Ended

## Lists of several pages

bot-button-list-before = ◀ Previous
bot-button-list-after = More ▶

## What was not asked for

bot-help-picture = I can't do anything with that here. Here is what I can do for you:
bot-not-understood = I did not understand that.
bot-unknown-command = I don't know that command.
bot-words-please = I need words here, not a picture.
bot-still-asked = I am still waiting for your answer to my last question.
bot-asked-store = I am asking: which shop shall it be from? Type its name.
bot-asked-items = I am asking: what would you like? Type a line for each thing, with its price.
bot-asked-place = I am asking: where shall it be brought? Type the place.
bot-asked-fee = I am asking: how much is bringing it worth to you? Type an amount.
bot-asked-note = Your order is ready to be placed. What you type becomes a note for your runner.
bot-asked-receipt = I am asking: what does the receipt say? Type the amount.
bot-asked-pin = I am asking for the PIN: four digits, which your customer knows.
