"""Tests that compose.yaml gives each container only the secrets it needs."""

from typing import Any

import pytest
import yaml

from tests.conventions.test_conventions import PROJECT

SERVICES: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))["services"]
TELEGRAM_TOKENS = "telegram.env"
SECRETS = {
    "POSTGRES_PASSWORD": {"migrations", "postgres"},
    "APPLICATION_PASSWORD": {"bot", "worker", "postgres"},
    "READER_PASSWORD": {"console", "postgres"},
    "REDIS_PASSWORD": {"bot", "worker", "redis"},
    "STRIPE_SECRET_KEY": {"worker"},
    "STRIPE_WEBHOOK_SECRET": {"bot"},
    "STRIPE_CONNECT_WEBHOOK_SECRET": {"bot"},
    "TELEGRAM_WEBHOOK_SECRET": {"bot"},
    "GRAFANA_PASSWORD": {"grafana"},
    "HEARTBEAT_URL": {"worker"},
    TELEGRAM_TOKENS: {"bot", "console", "worker"},
}


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_reaches_only_the_containers_that_need_it(secret: str) -> None:
    assert {name for name, service in SERVICES.items() if secret in str(service)} == SECRETS[secret]


def test_no_container_gets_all_settings() -> None:
    files = {name: service["env_file"] for name, service in SERVICES.items() if "env_file" in service}
    assert set(files.values()) == {TELEGRAM_TOKENS}


def test_migrations_alone_own_the_database_and_the_console_reads() -> None:
    users = {
        name: service["environment"]["DATABASE_URL"].split("//")[1].split(":")[0]
        for name, service in SERVICES.items()
        if "DATABASE_URL" in service.get("environment", {})
    }
    assert users == {
        "bot": "campusg_app",
        "worker": "campusg_app",
        "console": "campusg_reader",
        "migrations": "campusg",
    }


def test_redis_asks_for_a_password() -> None:
    assert '--requirepass "$$REDIS_PASSWORD"' in str(SERVICES["redis"]["command"])
    for name in ("bot", "worker"):
        assert SERVICES[name]["environment"]["REDIS_URL"].startswith("redis://:${REDIS_PASSWORD:?")


def test_containers_of_ours_can_write_nowhere_and_gain_nothing() -> None:
    for name in ("bot", "console", "worker", "migrations"):
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_caddy_is_reachable_by_the_world_and_the_bot_from_this_machine_by_default() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    monitoring = {
        "prometheus": ["127.0.0.1:9090:9090"],
        "alertmanager": ["127.0.0.1:9093:9093"],
        "grafana": ["127.0.0.1:3000:3000"],
    }
    local = {"bot": ["${BIND:-127.0.0.1}:8080:8080"], "console": ["${BIND:-127.0.0.1}:8090:8090"]}
    assert ports == {**local, "caddy": ["80:80", "443:443"], **monitoring}


def test_caddy_waits_for_its_profile_and_reaches_the_bot_and_the_console_alone() -> None:
    caddy = SERVICES["caddy"]
    assert caddy["profiles"] == ["webhooks"]
    assert caddy["environment"] == {"PUBLIC_URL": "${PUBLIC_URL:-}"}
    assert caddy["volumes"][0] == "./deploy/caddy/Caddyfile:/etc/caddy/Caddyfile:ro"
    assert (caddy["read_only"], caddy["cap_drop"], caddy["cap_add"]) == (True, ["ALL"], ["NET_BIND_SERVICE"])
    networks = {name: service.get("networks", ["default"]) for name, service in SERVICES.items()}
    assert {name for name, joined in networks.items() if set(joined) & set(networks["caddy"])} == {
        "caddy",
        "bot",
        "console",
    }
