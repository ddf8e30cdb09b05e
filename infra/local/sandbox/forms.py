"""What the API is sent: nested form fields (`line_items[0][quantity]=2`), and what is wrong with them."""

import re
from typing import Any
from urllib.parse import parse_qsl

from infra.local.sandbox.refusals import Refusal, missing, unknown

Tree = dict[str, Any]

NAME = re.compile(r"\[([^\[\]]*)\]")


def read_form(text: str) -> Tree:
    """Nested mappings and lists of strings; `a[]` appends, `a[0]` counts. Refusal for a name that is both."""
    tree: Tree = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, _, rest = name.partition("[")
        _put(tree, [first, *NAME.findall(f"[{rest}" if rest else "")], value)
    listed: Tree = _listed(tree)
    return listed


def _put(tree: Tree, path: list[str], value: str) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise Refusal("Invalid request: a parameter is a value and an object at once")
    tree[path[-1] or str(len(tree))] = value


def _listed(thing: Any) -> Any:
    if not isinstance(thing, dict):
        return thing
    if thing and all(key.isdigit() for key in thing):
        return [_listed(thing[key]) for key in sorted(thing, key=int)]
    return {key: _listed(value) for key, value in thing.items()}


def only(form: Tree, known: str, inside: str = "") -> None:
    """Refusal for a parameter that the sandbox does not play; `known` are words."""
    for name in form:
        if name not in known.split():
            raise unknown(f"{inside}[{name}]" if inside else name)


def needed(form: Tree, name: str, inside: str = "") -> Any:
    if form.get(name) in (None, "", {}, []):
        raise missing(f"{inside}[{name}]" if inside else name)
    return form[name]


def whole(value: Any, name: str) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}", value):
        raise Refusal(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def metadata(form: Tree, name: str = "metadata") -> dict[str, str]:
    """At most 50 pairs, names of 40 and values of 500 characters."""
    found = form.get("metadata") or {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refusal("Invalid object", param=name)
    if len(found) > 50 or any(len(key) > 40 or len(value) > 500 for key, value in found.items()):
        raise Refusal("Metadata can have up to 50 keys, with names of 40 and values of 500 characters", param=name)
    return found
