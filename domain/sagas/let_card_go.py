"""Another card took a card's place: Stripe shall not keep the former one."""

from domain.saga import Outside, Pivot, Saga

LET_CARD_GO = Saga(
    kind="let_card_go",
    parts=(
        Pivot(),
        Outside(name="detach_card"),
    ),
)
