"""Lists and expansions: https://docs.stripe.com/api/pagination, https://docs.stripe.com/api/expanding_objects."""

from typing import Any

from infra.local.sandbox.account import KINDS, Account, Tree, shown
from infra.local.sandbox.forms import only, whole
from infra.local.sandbox.refusals import Refusal

USUAL, MOST = 10, 100
DEEPEST = 4
EXPANDABLE = frozenset({"payment_intent", "latest_charge", "charge", "balance_transaction", "source"})
COMPARED = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}


def listed(account: Account, kind: str, path: str, form: Tree, filters: str = "") -> Tree:
    """One page, newest first. filters: words of fields that may be asked for by their value."""
    only(form, f"limit starting_after created {filters}")
    wanted = {name: form[name] for name in filters.split() if name in form}
    found = [one for one in account.newest_first(kind, **wanted) if _made(one, form.get("created"))]
    rest = found[_start(account, kind, found, form) :]
    limit = whole(form.get("limit", str(USUAL)), "limit")
    if not 1 <= limit <= MOST:
        raise Refusal("Limit must be between 1 and 100", code="parameter_invalid_integer", param="limit")
    return {"object": "list", "url": path, "has_more": len(rest) > limit, "data": shown(rest[:limit])}


def _start(account: Account, kind: str, found: list[Tree], form: Tree) -> int:
    if "starting_after" not in form:
        return 0
    last = account.find(kind, form["starting_after"], "starting_after")
    return next((n + 1 for n, one in enumerate(found) if one["id"] == last["id"]), 0)


def _made(thing: Tree, created: Any) -> bool:
    if created is None:
        return True
    if not isinstance(created, dict):
        return bool(thing["created"] == whole(created, "created"))
    only(created, " ".join(COMPARED), "created")
    return all(COMPARED[name](thing["created"], whole(limit, "created")) for name, limit in created.items())


def expand(account: Account, answer: Tree, paths: list[str]) -> Tree:
    """The answer with ids replaced by their things. Refusal for what cannot be."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise Refusal("You cannot expand more than 4 levels of a property", param="expand")
        _expand(account, answer, steps)
    return answer


def _expand(account: Account, thing: Any, steps: list[str]) -> None:
    if not steps or thing is None:
        return
    step, rest = steps[0], steps[1:]
    if step == "data" and isinstance(thing.get("data"), list):
        for one in thing["data"]:
            _expand(account, one, rest)
        return
    if step not in EXPANDABLE or (step not in thing and thing.get("object") in OBJECTS):
        raise Refusal(f"This property cannot be expanded ({step}).", param="expand")
    if isinstance(thing.get(step), str):
        thing[step] = shown(account.anything(thing[step]))
    _expand(account, thing.get(step), rest)


OBJECTS = frozenset(name for _, name, _ in KINDS.values())
