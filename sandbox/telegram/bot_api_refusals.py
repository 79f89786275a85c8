"""How the Bot API says no: the status, the sentence and sometimes a parameter."""

from .records import JsonObject


class BotApiRefusal(Exception):
    """An error answer of the Bot API; `description` begins with the title of its status, as the real ones do."""

    def __init__(self, error_code: int, description: str, parameters: JsonObject | None = None) -> None:
        super().__init__(description)
        self.error_code = error_code
        self.description = description
        self.parameters = parameters

    def answer(self) -> JsonObject:
        """The body of the HTTP answer."""
        body: JsonObject = {"ok": False, "error_code": self.error_code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(sentence: str, parameters: JsonObject | None = None) -> BotApiRefusal:
    """A 400 in the real service's own words."""
    return BotApiRefusal(400, f"Bad Request: {sentence}", parameters)


def sandbox_refusal(sentence: str) -> BotApiRefusal:
    """A 400 that the real service would not give, or not in these words; marked so that nobody is misled."""
    return BotApiRefusal(400, f"Bad Request: [sandbox] {sentence}")


def forbidden_refusal(sentence: str) -> BotApiRefusal:
    """A 403 in the real service's own words."""
    return BotApiRefusal(403, f"Forbidden: {sentence}")


class ControlRequestError(Exception):
    """A wrong request to the control API; its text is the sentence the caller reads."""
