"""Messages held against OpenAPI 3.0 descriptions: our small ones always, the official files where they are at hand.

OPEN_BANKING_SPECS names the folder with the official files (account-info-openapi.yaml,
payment-initiation-openapi.yaml; v4.0), which are not ours to ship.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft4Validator, FormatChecker, RefResolver, ValidationError
from jsonschema.validators import extend

Headers = Mapping[str, str]
OURS = {"aisp": "aisp.yml", "pisp": "pisp.yml"}
OFFICIAL = {"aisp": "account-info-openapi.yaml", "pisp": "payment-initiation-openapi.yaml"}
NAMESPACE = "UK."

in_bodies, in_queries = FormatChecker(()), FormatChecker(())


@in_bodies.checks("date-time", ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None


@in_queries.checks("date-time", ValueError)
def _is_local_time(value: object) -> bool:
    """The profile's text: times in a query must not have a zone."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is None


@in_bodies.checks("uri", ValueError)
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme and urlsplit(value).netloc)


def _namespaced(_: Any, allowed: list[str], value: object, __: Any) -> Iterator[Exception]:
    """The specification's own keyword: names of its namespace are closed, other namespaces are free."""
    if isinstance(value, str) and value.startswith(NAMESPACE) and value not in allowed:
        yield ValidationError(f"{value} is not in its namespace")


Validator = extend(Draft4Validator, {"x-namespaced-enum": _namespaced})


class Description:
    """One OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._resolver = RefResolver("", document)
        self._templates = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template)), operations)
            for template, operations in document["paths"].items()
        ]

    def request_faults(self, method: str, path: str, query: Headers, headers: Headers, body: bytes) -> list[str]:
        """What is wrong with a request, one line each; `headers` has names in lower case."""
        operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path} is not described"]
        faults = []
        places = {"header": headers, "query": query}
        for parameter in map(self.resolved, operation.get("parameters", ())):
            name = parameter["name"]
            given = places.get(parameter["in"], {}).get(name.lower() if parameter["in"] == "header" else name)
            if given is not None:
                faults += self._faults(name, parameter["schema"], given, in_queries)
            elif parameter.get("required") and parameter["in"] in places:
                faults.append(f"{name} is missing")
        wanted = operation.get("requestBody")
        if wanted is not None:
            faults += self._body_faults(self.resolved(wanted)["content"], headers, body)
        elif body:
            faults.append("a body that is not described")
        return faults

    def answer_faults(self, method: str, path: str, status: int, headers: Headers, body: bytes) -> list[str]:
        operation = self._operation(method, path)
        if operation is None or str(status) not in operation["responses"]:
            return [f"{method} {path} does not answer {status}"]
        response = self.resolved(operation["responses"][str(status)])
        faults = []
        for name, header in response.get("headers", {}).items():
            given = headers.get(name.lower())
            if given is None and header.get("required"):
                faults.append(f"{name} is missing")
        if "content" in response:
            faults += self._body_faults(response["content"], headers, body)
        elif body:
            faults.append("a body that is not described")
        return faults

    def answer_schema(self, method: str, path: str, status: int) -> Mapping[str, Any]:
        """The schema of an answer's JSON body."""
        operation = self._operation(method, path)
        assert operation is not None
        response = self.resolved(operation["responses"][str(status)])
        return self.resolved(response["content"]["application/json"]["schema"])

    def _body_faults(self, content: Mapping[str, Any], headers: Headers, body: bytes) -> list[str]:
        kind = headers.get("content-type", "")
        if kind not in content:
            return [f"content type {kind!r}"]
        try:
            message = json.loads(body)
        except ValueError:
            return ["no JSON"]
        return self._faults("body", content[kind]["schema"], message, in_bodies)

    def _faults(self, name: str, schema: Mapping[str, Any], value: object, formats: FormatChecker) -> list[str]:
        validator = Validator(schema, resolver=self._resolver, format_checker=formats)
        return [f"{name}: {'/'.join(map(str, error.path))} {error.message}" for error in validator.iter_errors(value)]

    def _operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        for template, operations in self._templates:
            if template.fullmatch(path) and method.lower() in operations:
                found: Mapping[str, Any] = operations[method.lower()]
                return found
        return None

    def resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            _, part = self._resolver.resolve(part["$ref"])
        return part


@lru_cache(maxsize=1)
def descriptions() -> dict[str, list[Description]]:
    """`aisp` and `pisp`, each with every description there is."""
    here = Path(__file__).with_name("description")
    found = {group: [_load(here / name)] for group, name in OURS.items()}
    folder = os.environ.get("OPEN_BANKING_SPECS")
    if folder:
        for group, name in OFFICIAL.items():
            found[group].append(_load(Path(folder) / name))
    return found


def _load(path: Path) -> Description:
    return Description(yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
