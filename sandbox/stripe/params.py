"""Validation of request parameters against the SDK's TypedDicts, as strict as Stripe's."""

import importlib
import re
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict

from sandbox.stripe.documents import Document
from sandbox.stripe.form_encoding import FormValue
from sandbox.stripe.stripe_refusals import StripeRefusal, bad_parameter

SCALARS: tuple[object, ...] = (bool, int, float, str)  # narrowest type first
INTEGER = re.compile(r"-?\d{1,18}")
CLIENT_OPTIONS = frozenset(RequestOptions.__annotations__)


def validate_params(types: str, raw: dict[str, FormValue]) -> Document:
    """Return the parameters converted to their declared types; raise StripeRefusal for the first that does not fit.

    `types` names the SDK's TypedDict, for example payment_intent_create or checkout.session_create.
    """
    return _fit_object(_declared(types), raw, "")


@cache
def _declared(types: str) -> type:
    folder, _, name = types.rpartition(".")
    package = f"stripe.params.{folder}" if folder else "stripe.params"
    module = importlib.import_module(f"{package}._{name}_params")
    declared: type = getattr(module, "".join(word.capitalize() for word in name.split("_")) + "Params")
    return declared


@cache
def _fields(declared: type) -> Mapping[str, object]:
    # The SDK imports these two types only for type checkers. They belong to client options, which are never sent.
    hints = get_type_hints(declared, None, {"StripeContext": str, "Mapping": Mapping})
    return {name: hint for name, hint in hints.items() if name not in CLIENT_OPTIONS}


def _fit_object(declared: type, raw: dict[str, FormValue], at: str) -> Document:
    fields = _fields(declared)
    for name in raw:
        if name not in fields:
            raise bad_parameter(
                f"Received unknown parameter: {_path(at, name)}", param=_path(at, name), code="parameter_unknown"
            )
    required: frozenset[str] = getattr(declared, "__required_keys__", frozenset())
    for name in sorted(required & fields.keys()):
        if name not in raw:
            raise bad_parameter(
                f"Missing required param: {_path(at, name)}.", param=_path(at, name), code="parameter_missing"
            )
    return {name: _fit(fields[name], value, _path(at, name)) for name, value in raw.items()}


def _path(at: str, name: str) -> str:
    return f"{at}[{name}]" if at else name


def _fit(hint: object, value: FormValue, at: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _fit_one_of(get_args(hint), value, at)
    if origin is Literal:
        return _fit_choice(get_args(hint), value, at)
    if origin is list:
        return _fit_list(get_args(hint)[0], value, at)
    if is_typeddict(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise bad_parameter("Invalid object", param=at)
        return _fit_object(hint, value, at)
    if origin is not None:  # Dict[str, X] or the SDK's alias of it
        return _fit_mapping(get_args(hint)[-1], value, at)
    return _fit_scalar(hint, value, at)


def _fit_one_of(hints: tuple[object, ...], value: FormValue, at: str) -> Any:
    choices = [choice for hint in hints if get_origin(hint) is Literal for choice in get_args(hint)]
    if value == "" and "" in choices:
        return ""
    # The SDK declares open enums (a Literal or any str), but Stripe accepts only the listed values.
    # A Literal with only "" is no enum: it allows unsetting the parameter.
    closed = any(choices)
    shapes = [hint for hint in hints if get_origin(hint) is not Literal and not (closed and hint is str)]
    scalars = [hint for hint in SCALARS if hint in shapes]
    others = [hint for hint in shapes if hint not in SCALARS]
    shapes = (others or scalars) if isinstance(value, dict) else (scalars or others)
    attempts: list[object] = [*shapes, *([Literal[tuple(filter(None, choices))]] if closed else [])]
    refusal: StripeRefusal | None = None
    for hint in attempts:
        try:
            return _fit(hint, value, at)
        except StripeRefusal as refused:
            refusal = refused
    raise refusal or bad_parameter(f"Invalid value for {at}", param=at)


def _fit_choice(choices: tuple[object, ...], value: FormValue, at: str) -> str:
    if isinstance(value, str) and value in choices:
        return value
    *most, last = [str(choice) for choice in choices]
    listed = f"{', '.join(most)}, or {last}" if most else last
    raise bad_parameter(f"Invalid {at}: must be one of {listed}", param=at)


def _fit_list(hint: object, value: FormValue, at: str) -> list[Any]:
    if value == "":
        return []
    if not isinstance(value, dict) or not all(key.isdigit() for key in value):
        raise bad_parameter("Invalid array", param=at)
    return [_fit(hint, value[key], f"{at}[{key}]") for key in sorted(value, key=int)]


def _fit_mapping(hint: object, value: FormValue, at: str) -> Document:
    if not isinstance(value, dict):
        raise bad_parameter("Invalid object", param=at)
    return {key: "" if item == "" else _fit(hint, item, f"{at}[{key}]") for key, item in value.items()}


def _fit_scalar(hint: object, value: FormValue, at: str) -> str | int | float | bool:
    if not isinstance(value, str):
        raise bad_parameter(f"Invalid string: {value}", param=at)
    if value == "":
        raise bad_parameter(
            f"You passed an empty string for '{at}'. We assume empty values are an attempt to unset a parameter;"
            f" however '{at}' cannot be unset. You should remove '{at}' from your request or supply a non-empty value.",
            param=at,
            code="parameter_invalid_empty",
        )
    if hint is bool:
        if value not in ("true", "false"):
            raise bad_parameter(f"Invalid boolean: {value}", param=at)
        return value == "true"
    if hint is int:
        if not INTEGER.fullmatch(value):
            raise bad_parameter(f"Invalid integer: {value}", param=at, code="parameter_invalid_integer")
        return int(value)
    return float(value) if hint is float else value
