"""Prism, which serves the carriers' OpenAPI files over HTTP, and the way of a client to it.

One process of Node serves all files, each on a port of its own. It ends when we close its input,
and so it never outlives us.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.specs.spec import Spec, file_of

TOOLS = Path(__file__).parent / "prism"
CREDENTIALS = ("authorization", "dhl-api-key", "apikey")


@dataclass(frozen=True)
class Crossing:
    """One request over the wire. `status` is what Prism answered, `came_out` what we made of it."""

    carrier: str
    operation: str
    case: str
    status: int
    came_out: str


CROSSED: list[Crossing] = []
"""Every operation and case of this process, in order."""


@dataclass(frozen=True)
class Seen:
    """One exchange with Prism. `objections` are its own to what we sent."""

    method: str
    path: str
    status: int
    objections: tuple[str, ...]


def installed() -> None:
    """Prism is there, from its lock."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: Prism needs Node 20 or newer")
    lock = (TOOLS / "package-lock.json").read_bytes()
    stamp = TOOLS / "node_modules" / f".installed-{hashlib.sha256(lock).hexdigest()[:16]}"
    with (TOOLS / ".gitignore").open() as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # another run of the tests may be installing just now
        if not stamp.exists():
            made = subprocess.run(
                ["npm", "ci"], cwd=TOOLS, capture_output=True, text=True, timeout=300, check=False
            )
            assert made.returncode == 0, made.stderr
            stamp.touch()


@contextmanager
def served(specs: Sequence[Spec], folder: Path) -> Iterator[Mapping[str, str]]:
    """Where each of these files is served, by its name."""
    words = [f"{spec.name}={_file(spec, folder)}" for spec in specs]
    with subprocess.Popen(
        ["node", "serve.cjs", *words],
        cwd=TOOLS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(folder / "prism.err").open("w"),
        text=True,
    ) as prism:
        assert prism.stdin is not None
        assert prism.stdout is not None
        try:
            said = prism.stdout.readline()
            assert said, (folder / "prism.err").read_text()
            yield json.loads(said)
        finally:
            prism.stdin.close()


def _file(spec: Spec, folder: Path) -> Path:
    """The carrier's own file, or the mended copy of it."""
    own = file_of(spec.name)
    if own is None:
        pytest.skip(f"no {spec.name}: carriers' files are not ours")
    if spec.mend is None:
        return own
    mended = folder / f"{spec.name}.json"
    mended.write_text(json.dumps(spec.at("http://carrier").document, default=_number))
    return mended


def _number(value: object) -> float:
    assert isinstance(value, Decimal)
    return float(value)


class ToPrism(httpx.AsyncBaseTransport):
    """Brings what a client sends to the Prism that serves its file.

    `prefer` is the status that is asked for at the operation (method and path) which is tried; all
    others go well. `unknown`: it is not said there who we are. `canned` are answers, by address,
    of what no file is about.
    """

    def __init__(
        self,
        specs: Sequence[Spec],
        addresses: Mapping[str, str],
        tried: tuple[str, str],
        *,
        prefer: int | None = None,
        unknown: bool = False,
        canned: Mapping[str, Any] | None = None,
    ) -> None:
        self._specs, self._addresses, self._tried = specs, addresses, tried
        self._prefer, self._unknown, self._canned = prefer, unknown, canned or {}
        # To this machine, in the clear: a context of its own saves reading every root there is.
        self._http = httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self.seen: list[Seen] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Prism's answer."""
        if request.url.path in self._canned:
            said = json.dumps(self._canned[request.url.path]).encode()
            return httpx.Response(200, stream=httpx.ByteStream(said))
        spec = next(one for one in self._specs if one.knows(request))
        path = str(request.url.copy_with(query=None)).removeprefix(spec.base)
        operation = (request.method, spec.path(request))
        headers = self._headers(request, is_tried=operation == self._tried)
        url = httpx.URL(self._addresses[spec.name] + path).copy_with(query=request.url.query)
        asked = httpx.Request(request.method, url, headers=headers, content=await request.aread())
        response = await self._http.handle_async_request(asked)
        found = json.loads(response.headers.get("sl-violations", "[]"))
        wrong = tuple(one["message"] for one in found if one["location"][0] == "request")
        self.seen.append(Seen(*operation, response.status_code, wrong))
        return response

    def _headers(self, request: httpx.Request, *, is_tried: bool) -> dict[str, str]:
        left_out = {"host", *(CREDENTIALS if is_tried and self._unknown else ())}
        kept = {name: value for name, value in request.headers.items() if name not in left_out}
        asked = {"prefer": f"code={self._prefer}"} if is_tried and self._prefer else {}
        return kept | asked

    @property
    def answers(self) -> list[Seen]:
        """What was answered at the operation that is tried."""
        return [one for one in self.seen if (one.method, one.path) == self._tried]

    async def aclose(self) -> None:
        """No connection is open."""
        await self._http.aclose()
