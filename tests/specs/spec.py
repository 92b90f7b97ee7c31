"""A carrier's own OpenAPI file, made ready to judge what we send and what we are answered."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema_path.loaders import JsonschemaSafeLoader
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.paths.finders import APICallPathFinder
from werkzeug.datastructures import Headers, ImmutableMultiDict

DATA = Path(__file__).parents[3] / "shared/data"
FOLDERS = (
    "carrier-specs/no-licence-stated",
    "carrier-specs/declared-in-file",
    "carrier-specs/mit",
    "sendcloud-returns-spec",
)
METHODS = ("get", "put", "post", "delete", "patch")

Whole = dict[str, Any]
Mend = Callable[[Whole], object]
"""Puts right, in place, what a specification says wrong of itself."""


@dataclass(frozen=True)
class Asked:
    """A request as openapi-core wants to see it."""

    host_url: str
    path: str
    method: str
    parameters: RequestParameters
    body: bytes | None
    content_type: str


@dataclass(frozen=True)
class Told:
    """An answer as openapi-core wants to see it."""

    status_code: int
    content_type: str
    headers: Headers
    data: bytes


@dataclass(frozen=True)
class Spec:
    """One file. `name` is the file's, without its ending.

    `mend` puts right what the carrier itself does otherwise than it writes: say why where it is
    written. `closed`: a name in a request's body that the file does not know is a mistake.
    """

    name: str
    mend: Mend | None = None
    closed: bool = True
    base: str = ""
    """Where the carrier answers in this test."""

    def at(self, base: str) -> Spec:
        """The same, answering there."""
        return _at(self, base.rstrip("/"))

    @cached_property
    def document(self) -> Whole:
        """The file's text, at its base."""
        whole = copy.deepcopy(loaded(self.name))
        if self.mend is not None:
            self.mend(whole)
        for item in [whole, *whole["paths"].values()]:
            item.pop("servers", None)
            for method in METHODS:
                item.get(method, {}).pop("servers", None)
        whole["servers"] = [{"url": self.base}]
        return whole

    def knows(self, request: httpx.Request) -> bool:
        """Whether the file describes such a path and method there."""
        return self._found(request) is not None

    def operation(self, request: httpx.Request) -> str:
        """What the file calls this operation."""
        found = self._found(request)
        assert found is not None
        said = (found.operation / "operationId").read_str("")
        return said or f"{request.method} {self.path(request)}"

    def path(self, request: httpx.Request) -> str:
        """The operation's path as the file writes it, with its braces."""
        found = self._found(request)
        assert found is not None
        return str(found.path.parts[-1])

    def wrong_in_request(self, request: httpx.Request) -> Iterator[str]:
        """Everything the file objects to in what we send."""
        yield from map(reason, self._strict.iter_request_errors(asked(request)))
        unknown = set(request.url.params) - self._query_names(request)
        yield from (f"query: {name} is not known" for name in sorted(unknown))

    def wrong_in_answer(self, request: httpx.Request, response: httpx.Response) -> Iterator[str]:
        """Everything the file objects to in what came back, which has been read."""
        yield from map(reason, self._open.iter_response_errors(asked(request), told(response)))

    def documents(self, request: httpx.Request, status: int) -> bool:
        """Whether the file says that such a status may come."""
        found = self._found(request)
        assert found is not None
        known = set((found.operation / "responses").str_keys())
        return bool(known & {str(status), f"{status // 100}XX", "default"})

    @cached_property
    def _open(self) -> OpenAPI:
        return self._judge("allow")

    @cached_property
    def _strict(self) -> OpenAPI:
        return self._judge("forbid") if self.closed else self._open

    def _judge(self, policy: Any) -> OpenAPI:
        config = Config(
            spec_validator_cls=None,  # half the files break some rule of OpenAPI: not our business
            extra_media_type_deserializers=dict.fromkeys(json_types(self.document), exact),
            additional_properties_default_policy=policy,
        )
        return OpenAPI.from_dict(self.document, config=config)

    def _found(self, request: httpx.Request) -> Any:
        finder = APICallPathFinder(self._open.spec)
        try:
            return finder.find(request.method.lower(), str(request.url.copy_with(query=None)))
        except PathError:
            return None

    def _query_names(self, request: httpx.Request) -> set[str]:
        found = self._found(request)
        lists = (holder / "parameters" for holder in (found.path, found.operation))
        return {
            (one / "name").read_str() for many in lists if many.exists() for one in many
        }  # those in headers and paths do no harm here


@cache
def _at(spec: Spec, base: str) -> Spec:
    """One for each base: to read a large file takes half a second."""
    return replace(spec, base=base)


@cache
def loaded(name: str) -> Whole:
    """The file's content, in the few words of OpenAPI that all files then share."""
    file = file_of(name)
    if file is None:
        pytest.skip(f"no {name} in {DATA.parent.name}/{DATA.name}: carriers' files are not ours")
    whole = yaml.load(file.read_text(), Loader=JsonschemaSafeLoader)  # noqa: S506  # a safe one
    for scheme in whole.get("components", {}).get("securitySchemes", {}).values():
        if scheme["type"] in ("oauth2", "openIdConnect"):  # openapi-core lets anybody pass these
            scheme.clear()
            scheme |= {"type": "http", "scheme": "bearer"}
    plain = _plain(whole)
    assert isinstance(plain, dict)
    return plain


def file_of(name: str) -> Path | None:
    """The file of a specification, if this machine has it."""
    found = (file for folder in FOLDERS for file in (DATA / folder).glob(f"{name}.*"))
    return next(found, None)


def _plain(node: Any) -> Any:
    """Media types without parameters and in lower case; steps of numbers exact."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    out = {key: _plain(value) for key, value in node.items()}
    if isinstance(out.get("content"), dict) and not {"type", "properties"} & set(out):
        out["content"] = {_media_type(key): value for key, value in out["content"].items()}
    if isinstance(out.get("multipleOf"), float):
        out["multipleOf"] = Decimal(str(out["multipleOf"]))  # 4.35 is a multiple of 0.01
    if out.get("type") == "number":
        out.pop("format", None)  # float or double: here they are neither, but exact
    return out


def _media_type(said: str) -> str:
    return str(said).partition(";")[0].strip().lower()


def json_types(whole: Mapping[str, Any]) -> set[str]:
    """Every media type in the file that is JSON by its name."""
    found: set[str] = {"application/json"}
    pending: list[Any] = [whole]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if isinstance(node.get("content"), dict):
                found |= {key for key in node["content"] if "json" in str(key)}
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return found


def exact(body: bytes) -> Any:
    """JSON, its fractions as they are written."""
    return json.loads(body, parse_float=Decimal)


def asked(request: httpx.Request) -> Asked:
    """The request, for openapi-core."""
    url = request.url
    return Asked(
        host_url=f"{url.scheme}://{url.netloc.decode()}",
        path=url.path,
        method=request.method.lower(),
        parameters=RequestParameters(
            query=ImmutableMultiDict(url.params.multi_items()),
            header=Headers(request.headers.multi_items()),
        ),
        body=request.content or None,
        content_type=_media_type(request.headers.get("content-type", "")),
    )


def told(response: httpx.Response) -> Told:
    """The answer, for openapi-core."""
    media_type = _media_type(response.headers.get("content-type", ""))
    headers = Headers(response.headers.multi_items())
    return Told(response.status_code, media_type, headers, response.content)


def reason(error: BaseException) -> str:
    """What is wrong and where, from the innermost words of openapi-core."""
    innermost: BaseException = error
    cause: BaseException | None = error
    while cause is not None:
        if found := getattr(cause, "schema_errors", None):
            return "; ".join(f"{one.json_path}: {_short(one)}" for one in found)
        if isinstance(cause, OpenAPIError):
            innermost = cause
        cause = cause.__cause__ or cause.__context__
    return f"{type(innermost).__name__}: {str(innermost)[:160]}"


def _short(error: Any) -> str:
    deeper = [f"{one.json_path}: {one.message[:80]}" for one in error.context or ()]
    return " / ".join([error.message[:160], *deeper])
