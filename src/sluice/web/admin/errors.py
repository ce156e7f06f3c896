"""One shape for every failure: ``{"error": {"code", "message", "param", "request_id"}}``; ``code`` is for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from sluice.storage.engine import DatabaseAway
from sluice.storage.manage.common import Conflict, NotFound, Unfit
from sluice.storage.manage.paging import BadCursor, BadSort


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="A stable word for the kind of error.")
    message: str = Field(description="What happened, and what to change, in English.")
    param: str | None = Field(default=None, description="The field the error is about, when there is one.")
    request_id: str = Field(description="Also in the header x-request-id.")


class ErrorBody(BaseModel):
    """The body of every answer that is not a success."""

    error: ErrorDetail


@dataclass(slots=True, eq=False)
class ApiError(Exception):
    """A refusal. ``retry_after`` is seconds."""

    status: int
    code: str
    message: str
    param: str | None = None
    retry_after: int | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


def not_found(kind: str) -> ApiError:
    """There is no such thing, or the caller may not know of it."""
    return ApiError(404, "not_found", f"there is no such {kind}")


def forbidden(message: str) -> ApiError:
    """The caller's role does not allow it."""
    return ApiError(403, "forbidden", message)


def invalid(param: str, message: str) -> ApiError:
    """A field's value cannot be taken."""
    return ApiError(422, "invalid_value", message, param)


def answer(error: ApiError, request_id: str) -> JSONResponse:
    """The error as an answer."""
    detail = ErrorDetail(code=error.code, message=error.message, param=error.param, request_id=request_id)
    headers = {"retry-after": str(error.retry_after)} if error.retry_after is not None else None
    body = ErrorBody(error=detail).model_dump(exclude_none=True)
    return JSONResponse(body, error.status, headers)


_BY_NAME = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}}


def by_name(texts: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """The errors some operations may answer with besides, for the OpenAPI document."""
    return {status: {"description": text, **_BY_NAME} for status, text in texts.items()}


RESPONSES: dict[int | str, dict[str, Any]] = {
    # FastAPI makes a validator of each model of each operation: half a second of a worker's start for nine a piece.
    # One brings the model into the document; the others name it.
    status: {"description": text, **({"model": ErrorBody} if status == 422 else _BY_NAME)}
    for status, text in {
        400: "The request is not JSON, or its cursor is not one of this list's.",
        401: "Nobody is signed in, or the management token is not valid.",
        403: "The caller's role does not allow it, or the request may be forged.",
        404: "There is no such thing, or the caller may not know of it.",
        409: "Something else stands in the way: a taken name, the last root user.",
        413: "The body is too large.",
        422: "A field is missing, unknown or does not fit; `param` names it.",
        429: "Too many attempts; `retry-after` says when to come back.",
        503: "The database is away.",
    }.items()
}
"""The errors every operation may answer with, for the OpenAPI document."""

_CODES = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large", 415: "unsupported_media_type"}


def translate(error: Exception) -> ApiError | None:
    """The refusal that an exception stands for; None when it is a defect."""
    match error:
        case ApiError():
            return error
        case NotFound():
            return ApiError(404, "not_found", str(error))
        case Conflict():
            return ApiError(409, "conflict", error.message, error.field)
        case Unfit():
            return invalid(error.field, error.message)
        case BadCursor():
            return ApiError(400, "invalid_cursor", str(error), "cursor")
        case BadSort():
            return invalid("sort", str(error))
        case RequestValidationError():
            return _validation(error.errors()[0])
        case HTTPException():
            code = _CODES.get(error.status_code, "bad_request")
            return ApiError(error.status_code, code, str(error.detail).lower())
        case DatabaseAway():
            return ApiError(503, "database_away", "the database is away; try again", retry_after=2)
        case _:
            return None


def _validation(found: Mapping[str, Any]) -> ApiError:
    """The first of a request's mistakes, without the value that was sent: it may be a secret."""
    place = [str(step) for step in found["loc"][1:]]
    param = ".".join(place) or None
    match found["type"]:
        case "json_invalid":
            return ApiError(400, "invalid_json", "the body is not JSON")
        case "missing":
            return ApiError(
                422, "missing_field", "this field is required" if param else "a JSON body is required", param
            )
        case "extra_forbidden":
            return ApiError(422, "unknown_field", "there is no such field here", param)
        case _:
            message = str(found["msg"]).removeprefix("Value error, ")
            return ApiError(422, "invalid_value", message[:1].lower() + message[1:], param)


async def _handle(request: Request, error: Exception) -> JSONResponse:
    translated = translate(error)
    if translated is None:
        raise error
    return answer(translated, request.scope["sluice.request_id"])


def install(app: FastAPI) -> None:
    """Makes the app answer in this shape."""
    kinds: tuple[type[Exception], ...] = (
        ApiError,
        NotFound,
        Conflict,
        Unfit,
        BadCursor,
        BadSort,
        RequestValidationError,
        HTTPException,
        DatabaseAway,
    )
    for kind in kinds:
        app.add_exception_handler(kind, _handle)
