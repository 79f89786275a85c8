"""Opens Stripe's pages like a browser, fills in a form and submits it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp

from sandbox.people.control_clients import PlayError

HTTP_OK = 200
HTTP_SEE_OTHER = 303  # the redirect after an accepted form


@dataclass(slots=True)
class PageForm:
    """A form of a page: its target, its fields, and the fields that each button adds."""

    action: str
    inputs: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)


class PageFormParser(HTMLParser):
    """An HTML parser that collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._button_fields: dict[str, str] | None = None
        self._label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect a form, a field or the start of a button."""
        attributes = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self.forms.append(PageForm(attributes.get("action", "")))
            case "input" | "select" if self.forms and "name" in attributes:
                self.forms[-1].inputs[attributes["name"]] = attributes.get("value", "")
            case "button" if self.forms:
                self._label = ""
                self._button_fields = {attributes["name"]: attributes.get("value", "")} if "name" in attributes else {}

    def handle_data(self, data: str) -> None:
        """Collect text, which may be the label of a button."""
        self._label += data

    def handle_endtag(self, tag: str) -> None:
        """Store a finished button."""
        if tag == "button" and self._button_fields is not None:
            self.forms[-1].buttons[self._label.strip()] = self._button_fields
            self._button_fields = None


async def submit_page_form(session: aiohttp.ClientSession, link: str, button: str, **field_values: str) -> str:
    """Fill in the form with this button, submit it, and return where it leads. Raise PlayError when a page refuses."""
    async with session.get(link) as answer:
        page = await answer.text()
        if answer.status != HTTP_OK:
            raise PlayError(f"The page {link} could not be opened ({answer.status}): {page}")
    parser = PageFormParser()
    parser.feed(page)
    form = next((form for form in parser.forms if button in form.buttons), None)
    if form is None:
        raise PlayError(f"The page {link} has no button {button!r}: {page}")
    filled = {**form.inputs, **field_values, **form.buttons[button]}
    async with session.post(urljoin(link, form.action), data=filled, allow_redirects=False) as answer:
        if answer.status not in (HTTP_OK, HTTP_SEE_OTHER):
            raise PlayError(f"The page {link} did not take it ({answer.status}): {await answer.text()}")
        return answer.headers.get("Location", "")
