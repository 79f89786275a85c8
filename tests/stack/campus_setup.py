"""What a test stack begins with: campuses with a store, a menu and drop points, and the bot's settings."""

from sqlalchemy import insert

from domain.campuses.tables import campus, drop_point, menu_item, store
from domain.database.unit_of_work import UnitOfWork
from domain.settings.environment_variables import BotTokens, DeploymentEnvironment
from domain.settings.settings import BotSettings

SECRET = "letters-of-the-webhook"
STRIPE_SECRET, CONNECT_SECRET = "whsec_platform", "whsec_connect"
NORTH, SOUTH = ("north", "7001:north", "north_bot"), ("south", "7002:south", "south_bot")
FEES = {
    "service_fee": 80,
    "platform_basis_points": 1000,
    "headroom_basis_points": 2000,
    "headroom_least": 100,
    "headroom_most": 500,
    "delivery_fee_least": 150,
    "delivery_fee_most": 1500,
    "order_most": 8000,
}


async def found_campus(work: UnitOfWork, name: str, *, runner_group: int | None) -> int:
    """Insert a campus with a store, a menu and two drop points."""
    values = {"name": name, "title": name.title(), "currency": "sgd", "time_zone": "Asia/Singapore", "fees": FEES}
    given = {"runner_group": runner_group, "fee_suggestions": [200, 300], "open_to_all": True}
    made = insert(campus).values(**values, **given)
    campus_id = int((await work.connection.execute(made.returning(campus.c.id))).scalar_one())
    shop = insert(store).values(campus_id=campus_id, name="Koufu").returning(store.c.id)
    store_id = (await work.connection.execute(shop)).scalar_one()
    dishes = (("Chicken rice", 420), ("Mac & cheese", 650))
    for dish, price in dishes:
        await work.connection.execute(insert(menu_item).values(store_id=store_id, name=dish, price=price))
    for building in ("Library", "Hall 3"):
        await work.connection.execute(insert(drop_point).values(campus_id=campus_id, building=building, spot="door"))
    return campus_id


def bot_settings_for(database_url: str, redis_url: str, telegram_url: str, port: int, *, webhooks: bool) -> BotSettings:
    """The settings of the bot in this test stack."""
    return BotSettings(
        environment=DeploymentEnvironment.TEST,
        log_level="INFO",
        log_format="console",
        database_url=database_url,
        redis_url=redis_url,
        tokens=BotTokens(by_campus={NORTH[0]: NORTH[1], SOUTH[0]: SOUTH[1]}),
        telegram_api_url=telegram_url,
        public_url=f"http://127.0.0.1:{port}" if webhooks else None,
        telegram_webhook_secret=SECRET,
        stripe_webhook_secrets=("whsec_older", STRIPE_SECRET),
        stripe_connect_webhook_secrets=(CONNECT_SECRET,),
        http_host="127.0.0.1",
        http_port=port,
    )
