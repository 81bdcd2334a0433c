"""The door's OpenAPI document: enough to build a client from, or a fuzzer.

FastAPI gives the skeleton of routes. The routes say with the functions below which structs they take and give; the
structs' own JSON Schemas and the table of refusals become the document's components.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ingest.problems import MEDIA_TYPE, REFUSALS

Described: TypeAlias = dict[str, Any]  # a JSON object of the OpenAPI document, as FastAPI takes it
Answers: TypeAlias = dict[int | str, Described]

_REF = "#/components/schemas/{name}"


def takes(shape: str, media_type: str = "application/json") -> Described:
    """The part of a route that says its body is of this component."""
    return {"requestBody": {"required": True, "content": {media_type: {"schema": _ref(shape)}}}}


def gives(shape: str, about: str, status: int = 200, media_type: str = "application/json") -> Answers:
    """The answers of a route: this component, or any of the refusals."""
    good: Answers = {status: {"description": about, "content": {media_type: {"schema": _ref(shape)}}}}
    return good | {refused: _refused(refused) for refused in sorted({refusal.status for refusal in REFUSALS})}


def describe(app: FastAPI, about: str, shapes: Iterable[type[msgspec.Struct]], more: Mapping[str, Described]) -> None:
    """Makes `app` answer with a document that holds the schemas of `shapes` and the hand-written ones of `more`."""

    def document() -> Described:
        if app.openapi_schema is None:
            app.openapi_schema = get_openapi(title=app.title, version=app.version, routes=app.routes, description=about)
            components = app.openapi_schema.setdefault("components", {})
            components["schemas"] = {**_schemas(shapes), **more, "ProblemCode": _codes(None)}
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way of extending the document


def _schemas(shapes: Iterable[type[msgspec.Struct]]) -> Described:
    _, components = msgspec.json.schema_components(shapes, ref_template=_REF)
    encoded = msgspec.json.encode(components)
    # Python ends a pattern with \Z where ECMA-262, which JSON Schema speaks, says $.
    described: Described = msgspec.json.decode(encoded.replace(rb"\\Z", b"$"))
    return described


def _refused(status: int) -> Described:
    titles = "; ".join(refusal.title for refusal in REFUSALS if refusal.status == status)
    schema = {"allOf": [_ref("Problem"), {"type": "object", "properties": {"code": _codes(status)}}]}
    return {"description": titles, "content": {MEDIA_TYPE: {"schema": schema}}}


def _codes(status: int | None) -> Described:
    return {
        "type": "string",
        "enum": [refusal.code for refusal in REFUSALS if status in (None, refusal.status)],
        "description": "stable; ingest/problems.py has the table",
    }


def _ref(shape: str) -> Described:
    return {"$ref": _REF.format(name=shape)}
