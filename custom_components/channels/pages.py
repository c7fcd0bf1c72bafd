"""The built widget: the demo bank's page and its assets."""

from __future__ import annotations

import mimetypes

from sanic.response import HTTPResponse, raw

from common.settings import ROOT
from custom_components.security.errors import Missing, Unavailable

DIST = ROOT / "widget" / "dist"
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}


def page() -> HTTPResponse:
    """The demo page; raises Unavailable when the widget was not built."""
    index = DIST / "index.html"
    if not index.is_file():
        raise Unavailable("page_not_built", "The widget is not built: run make run.")
    return raw(index.read_bytes(), content_type="text/html; charset=utf-8", headers=_PAGE_HEADERS)


def asset(name: str) -> HTTPResponse:
    """A file of the build's assets, which carries a hash in its name; raises Missing for anything else."""
    folder = (DIST / "assets").resolve()
    if "\0" in name:
        raise Missing("not_found", "There is nothing here.")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise Missing("not_found", "There is nothing here.")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return raw(path.read_bytes(), content_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})
