"""The same two routes, a JSON answer and a page, in the city and in what others build on.

Every peer renders the very template and context of the city's home page and answers the very JSON of `/health`;
none of them checks guards, sets security headers or writes a line for the request, as the city does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HTML = "text/html; charset=utf-8"
STATE = {"status": "ok", "stage": "test"}

Event = dict[str, Any]
Handler = Callable[[Event, Any], Any]
Render = Callable[[str], str]


@dataclass
class Context:
    """What Lambda hands to a function, as far as adapters look at it."""

    aws_request_id: str = "request"
    function_name: str = "api"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:ap-southeast-3:000000000000:function:api"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


def stock_chalice(render: Render) -> Handler:
    """API Gateway resolves the routes for it, as without a `/{proxy+}`."""
    from chalice.app import Chalice, Response

    app = Chalice("peer", configure_logs=False)
    app.route("/health")(lambda: STATE)
    app.route("/{lang}/")(lambda lang: Response(render(lang), headers={"Content-Type": HTML}))
    return lambda event, context: app(_resolved(event), context)


def _resolved(event: Event) -> Event:
    resource = "/health" if event["path"] == "/health" else "/{lang}/"
    asked = {**event["requestContext"], "resourcePath": resource}
    params = {"lang": "id"} if resource == "/{lang}/" else None
    return {**event, "resource": resource, "requestContext": asked, "pathParameters": params}


def powertools(render: Render) -> Handler:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

    app = APIGatewayRestResolver()
    app.get("/health")(lambda: STATE)
    app.get("/<lang>/")(lambda lang: Response(200, HTML, render(lang)))
    return app.resolve


def flask(render: Render) -> Handler:
    from apig_wsgi import make_lambda_handler
    from flask import Flask

    app = Flask("peer")
    app.get("/health")(lambda: STATE)
    app.get("/<lang>/", endpoint="page")(render)
    handler: Handler = make_lambda_handler(app.wsgi_app)
    return handler


def fastapi(render: Render) -> Handler:
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse
    from mangum import Mangum

    app = FastAPI()

    async def health() -> dict[str, str]:
        return STATE

    async def page(lang: str) -> HTMLResponse:
        return HTMLResponse(render(lang))

    app.get("/health")(health)
    app.get("/{lang}/", response_class=HTMLResponse)(page)
    handler: Handler = Mangum(app, lifespan="off")
    return handler


PEERS: dict[str, Callable[[Render], Handler]] = {
    "stock Chalice": stock_chalice,
    "Powertools APIGatewayRestResolver": powertools,
    "Flask + apig-wsgi": flask,
    "FastAPI + Mangum": fastapi,
}
