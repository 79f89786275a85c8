"""Error answers of the Bot API, and the error of invalid control requests."""

from sandbox.telegram.records import JsonObject


class BotApiRefusal(Exception):
    """An error answer of the Bot API; as in the real service, `description` begins with the status title."""

    def __init__(self, error_code: int, description: str, parameters: JsonObject | None = None) -> None:
        super().__init__(description)
        self.error_code = error_code
        self.description = description
        self.parameters = parameters

    def answer(self) -> JsonObject:
        """Return the body of the HTTP answer."""
        body: JsonObject = {"ok": False, "error_code": self.error_code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(sentence: str, parameters: JsonObject | None = None) -> BotApiRefusal:
    """Return a 400 with the real service's sentence."""
    return BotApiRefusal(400, f"Bad Request: {sentence}", parameters)


def sandbox_refusal(sentence: str) -> BotApiRefusal:
    """Return a 400 that the real service does not give with this sentence; the mark [sandbox] makes that visible."""
    return BotApiRefusal(400, f"Bad Request: [sandbox] {sentence}")


def forbidden_refusal(sentence: str) -> BotApiRefusal:
    """Return a 403 with the real service's sentence."""
    return BotApiRefusal(403, f"Forbidden: {sentence}")


class ControlRequestError(Exception):
    """An invalid request to the control API; its text is sent to the caller."""
