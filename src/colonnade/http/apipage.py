"""A page on which people read the description of an API and try it out. Nothing of it comes from other servers."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

ASSETS = ("fastapi_offline", "static")
"""The package that ships Swagger UI, and the folder in it."""

POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PARAMETERS = {"validatorUrl": None, "docExpansion": "list", "defaultModelsExpandDepth": 0}
"""The first: no badge of a validator elsewhere, which would be sent the description."""


def serve_page(app: FastAPI, path: str) -> None:
    """Let an application answer at this path, in the form that it has for the door's routes, with the page of its own
    description."""
    assets = f"{path.rstrip('/')}/assets"

    def get_page(request: Request) -> Response:
        root = request.scope.get("root_path", "").rstrip("/")
        page = get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{root}{assets}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{assets}/swagger-ui.css",
            swagger_favicon_url=f"{root}{assets}/favicon.png",
            swagger_ui_parameters=PARAMETERS,
        )
        page.headers["Content-Security-Policy"] = POLICY
        page.headers["X-Content-Type-Options"] = "nosniff"
        return page

    app.add_route(path, get_page, include_in_schema=False)
    app.mount(assets, StaticFiles(packages=[ASSETS]))
