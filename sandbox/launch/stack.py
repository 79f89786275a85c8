"""The processes of a whole CampusG on one machine: their settings, order of start and stop, and addresses."""

import json
import os
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.launch import postgres, valkey
from sandbox.launch.application_role import READER, make_application_role
from sandbox.launch.campuses import Campus, PersonAccount
from sandbox.launch.ports import LOOPBACK, is_free, remembered_ports
from sandbox.launch.processes import LaunchError, Process, Program, sleep_between_polls, start_process, stop_together
from sandbox.launch.telegram_accounts import create_accounts

PROJECT = Path(__file__).parents[2]
SERVERS = ("postgres", "valkey")
SANDBOXES = ("telegram", "stripe")
MEASURED_WORKER = "worker-1"  # the only one with metrics: two on one machine need two ports
PORTS = (*SERVERS, *SANDBOXES, "bot", "page", "metrics", "console")
STRIPE_SECRET_KEY = "sk_test_sandbox"
STRIPE_HEADERS = {"Authorization": f"Bearer {STRIPE_SECRET_KEY}"}  # of a call to the Stripe stand-in
STRIPE_WEBHOOK_SECRET = "whsec_sandbox_of_the_platform_endpoint"
STRIPE_CONNECT_WEBHOOK_SECRET = "whsec_sandbox_of_the_connect_endpoint"
TELEGRAM_WEBHOOK_SECRET = "sandbox-webhook-secret-of-telegram"
PLATFORM = {"country": "SG", "settlement": ["sgd"]}  # of the Stripe stand-in, as the campus file wants it
READY_TIMEOUT_SECONDS = 90.0  # importing aiogram alone takes 3 s of processor time
# The events that docs/deployment.md tells an operator to choose; without them polling finds changes later.
WEBHOOK_EVENTS = (
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
    "account.updated",
    "account.application.deauthorized",
    "payout.failed",
)
COMMAND_TIMEOUT_SECONDS = 120.0  # for migrations, adding a campus, an audit


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """What to start, and with which settings."""

    folder: Path
    campuses: tuple[Campus, ...]
    customers: tuple[PersonAccount, ...] = ()  # those who have a Telegram account from the start
    page_chats: tuple[str, ...] = ()  # the chats of the page's first visit, PERSON:CHAT[:ROLE[:START]]; else no page
    durable: bool = False
    workers: int = 1
    webhooks: bool = False  # Telegram sends updates to the bot's webhook; otherwise the bot polls
    environment: Mapping[str, str] = field(default_factory=dict)  # additional settings, also for the sandboxes
    database_url: str | None = None  # None: start a local Postgres
    redis_url: str | None = None  # None: start a local Valkey


@dataclass(slots=True)
class Stack:
    """A CampusG that is starting, running or stopped; `processes` is in order of start."""

    config: StackConfig
    print_line: Callable[[str], None]
    pause: Callable[[], None] = sleep_between_polls  # called between two polls; may raise to give up
    processes: dict[str, Process] = field(default_factory=dict)
    database_url: str = ""  # of the owner, which migrates
    application_url: str = ""  # of the role of bot, workers and commands
    reader_url: str = ""  # of the role of the console
    redis_url: str = ""
    ports: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Choose the ports of the last start where they are free."""
        self.ports = remembered_ports(self.config.folder, PORTS)

    @property
    def telegram_url(self) -> str:
        """Return the address of the Telegram sandbox."""
        return self.url_of("telegram")

    @property
    def page_url(self) -> str:
        """Return the address of the chat page."""
        return self.url_of("page")

    @property
    def stripe_url(self) -> str:
        """Return the address of the Stripe sandbox."""
        return self.url_of("stripe")

    @property
    def bot_url(self) -> str:
        """Return the address of the bot's HTTP server, which serves /stripe, /health, /ready and /metrics."""
        return self.url_of("bot")

    @property
    def has_console(self) -> bool:
        """Return whether the console runs: where somebody looks at chats."""
        return bool(self.config.page_chats)

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings of the bot, the workers and the operator's commands."""
        settings = {
            "DATABASE_URL": self.application_url or self.database_url,
            "REDIS_URL": self.redis_url,
            "TELEGRAM_API_URL": self.telegram_url,
            "STRIPE_API_URL": self.stripe_url,
            "STRIPE_SECRET_KEY": STRIPE_SECRET_KEY,
            "STRIPE_CALLS_PER_SECOND": "100",  # Stripe's rate limit for a live account
            "STRIPE_WEBHOOK_SECRET": STRIPE_WEBHOOK_SECRET,
            "STRIPE_CONNECT_WEBHOOK_SECRET": STRIPE_CONNECT_WEBHOOK_SECRET,
            "HTTP_PORT": str(self.ports["bot"]),
        }
        if self.has_console:
            settings["CONSOLE_URL"] = self.url_of("console")
        if self.config.webhooks:
            settings |= {"PUBLIC_URL": self.bot_url, "TELEGRAM_WEBHOOK_SECRET": TELEGRAM_WEBHOOK_SECRET}
        tokens = {campus.token_variable: campus.bot_token for campus in self.config.campuses}
        return settings | tokens | dict(self.config.environment)

    def start(self) -> None:
        """Start everything and return when updates are handled; raise LaunchError when a process does not start."""
        self.start_dependencies()
        self.print_line("starting the bot and the workers")
        self.start_application()

    def start_dependencies(self) -> None:
        """Start everything but the bot and the workers, migrate the database and add the campuses."""
        self.start_sandboxes()
        self.start_servers()
        self.print_line("bringing the database to the newest schema")
        self.run_module("alembic", "upgrade", "head")
        self.make_application_role()
        for name in SANDBOXES:
            self.wait_ready(name)
        create_accounts(self.telegram_url, self.config.campuses, self.config.customers)
        if self.config.page_chats:
            self.start_page()
        self.print_line("founding the campus")
        self.run_module("workers.campus", "add", *(str(campus.file) for campus in self.config.campuses))

    def start_servers(self) -> None:
        """Start the database servers that the configuration does not name."""
        folder, durable, self.application_url, self.reader_url = self.config.folder, self.config.durable, "", ""
        self.database_url, self.redis_url = self.config.database_url or "", self.config.redis_url or ""
        if not self.database_url:
            started = postgres.start_postgres(folder, durable=durable, port=self.ports["postgres"])
            self.database_url, self.processes["postgres"] = started.url, started.process
        if not self.redis_url:
            started = valkey.start_valkey(folder, durable=durable, port=self.ports["valkey"])
            self.redis_url, self.processes["valkey"] = started.url, started.process

    def make_application_role(self) -> None:
        """Let all processes started from now on use a role that owns nothing, where the owner may create one."""
        try:
            self.application_url = make_application_role(self.database_url)
            self.reader_url = make_application_role(self.database_url, READER)
        except LaunchError as refusal:
            self.print_line(f"{refusal} Everything runs as the owner of the database.")

    def start_sandboxes(self) -> None:
        """Start the stand-ins for Telegram and Stripe without waiting; they get no secrets but the webhook secrets."""
        secrets = ("--webhook-secret", STRIPE_WEBHOOK_SECRET, "--connect-webhook-secret", STRIPE_CONNECT_WEBHOOK_SECRET)
        platform = self.config.folder / "platform.json"
        platform.parent.mkdir(parents=True, exist_ok=True)
        platform.write_text(json.dumps(PLATFORM))
        address = ("--webhook", f"{self.bot_url}/stripe", *secrets, "--platform", str(platform))
        webhook_options = (*address, "--webhook-events", *WEBHOOK_EVENTS)
        for name, extra_options in (("telegram", ()), ("stripe", webhook_options)):
            state = str(self.config.folder / name)
            arguments = ("--port", str(self.ports[name]), "--state", state, *extra_options)
            self.processes[name] = start_process(
                self.build_program(name, f"sandbox.{name}", *arguments, settings=self.config.environment)
            )

    def start_page(self) -> None:
        """Start the chat page without waiting."""
        chat_options = [word for chat in self.config.page_chats for word in ("--chat", chat)]
        port, console = str(self.ports["page"]), self.config.campuses[0].link_console(self.url_of("console"))
        arguments = ("--port", port, "--telegram", self.telegram_url, "--web-app", console, *chat_options)
        self.processes["page"] = start_process(self.build_program("page", "sandbox.page", *arguments, settings={}))

    def start_application(self) -> None:
        """Start the bot and the workers and wait until they and the page are ready."""
        workers = [f"worker-{number}" for number in range(1, self.config.workers + 1)]
        self.start_application_process("bot", "bot")
        for name in workers:
            self.start_application_process(name, "workers")
        if self.has_console:
            self.start_console()
        for name in ("page", "console", "bot", *workers):
            if name in self.processes:
                self.wait_ready(name)

    def start_console(self) -> None:
        """Start the console without waiting: with the role that reads, where there is one."""
        own = {"CONSOLE_PORT": str(self.ports["console"]), "DATABASE_URL": self.reader_url or self.database_url}
        program = self.build_program("console", "console", settings=self.environment | own)
        self.processes["console"] = start_process(program)

    def start_application_process(self, name: str, module: str, *arguments: str) -> None:
        """Start `python -m module` under this name, without waiting."""
        own = {"METRICS_PORT": str(self.ports["metrics"])} if name == MEASURED_WORKER else {}
        settings = {**self.environment, **own}
        self.processes[name] = start_process(self.build_program(name, module, *arguments, settings=settings))

    def wait_ready(self, name: str) -> None:
        """Block until a started process is ready; raise LaunchError when it is not in READY_TIMEOUT_SECONDS."""
        process = self.processes[name]

        def is_ready() -> bool:
            if name == "bot":
                return are_all_served(f"{self.bot_url}/ready")
            return not is_free(self.ports[name]) if name in self.ports else "workers ready" in process.read_output()

        process.wait_until(is_ready, timeout=READY_TIMEOUT_SECONDS, pause=self.pause)

    def run_module(self, module: str, *arguments: str) -> str:
        """Run `python -m module` with the stack's settings and return its output; raise LaunchError when it fails."""
        process = start_process(self.build_program(module.partition(".")[2] or module, module, *arguments))
        try:
            code = process.wait(timeout=COMMAND_TIMEOUT_SECONDS, pause=self.pause)
            if code != 0:
                raise LaunchError(
                    f"python -m {module} {' '.join(arguments)} ended with {code}:\n{process.last_lines(20)}"
                )
        finally:
            process.kill()  # when the wait was interrupted
        return process.read_output()

    def build_program(
        self, name: str, module: str, *arguments: str, settings: Mapping[str, str] | None = None
    ) -> Program:
        """Return how a module of the project runs, by default with the stack's settings; its log file has its name."""
        settings_given = self.environment if settings is None else settings
        return Program(
            name=name,
            command=[sys.executable, "-m", module, *arguments],
            log=self.config.folder / "logs" / f"{name}.log",
            environment={**os.environ, "PYTHONUNBUFFERED": "1", **settings_given},
            folder=PROJECT,
        )

    def stop(self) -> None:
        """Stop the application, then the sandboxes, then the servers; does nothing for ended processes."""
        application = [name for name in self.processes if name not in SERVERS + SANDBOXES]
        for group in (application, SANDBOXES, SERVERS):
            stop_together(self.processes[name] for name in group if name in self.processes)

    def url_of(self, name: str) -> str:
        """Return the HTTP address of a process."""
        return f"http://{LOOPBACK}:{self.ports[name]}"


def ignore_output(line: str) -> None:
    """Print nothing."""


@contextmanager
def running_stack(config: StackConfig, print_line: Callable[[str], None] = ignore_output) -> Iterator[Stack]:
    """Run a whole CampusG for the length of a `with` block."""
    stack = Stack(config, print_line)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def are_all_served(url: str) -> bool:
    """Return whether the bot says at this address that it serves every campus."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            campuses: dict[str, str] = json.load(answer)["campuses"]
            return bool(campuses) and all(state.startswith("serving") for state in campuses.values())
    except OSError:
        return False


def is_serving_ok(url: str) -> bool:
    """Return whether a server answers this address with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:  # no server listens yet, or it answers that it is not ready (HTTPError)
        return False
