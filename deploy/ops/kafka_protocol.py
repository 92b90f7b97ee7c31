"""Requests that aiokafka's clients do not make: access control lists by the hundred, passwords.

Source: Apache Kafka 4.1, `AlterUserScramCredentialsRequest.json` and its response, version 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from aiokafka.protocol.admin import CreateAclsRequest_v1, DeleteAclsRequest_v1
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

API: Final = 51
SCRAM_SHA_512: Final = 2

Credential = tuple[str, int, bytes, bytes]
"""Name, iterations, salt, salted password."""

Allowed = tuple[int, str, int, str, str, int, int]
"""Resource type, name, pattern type, principal, host, operation, permission."""


class CreateAcls(Request[CreateAclsRequest_v1]):
    """All of these are there. aiokafka's own request takes one at a time."""

    API_KEY = CreateAclsRequest_v1.API_KEY

    def __init__(self, acls: Sequence[Allowed]) -> None:
        self._acls = acls

    def build(self, request_struct_class: type[CreateAclsRequest_v1]) -> CreateAclsRequest_v1:
        """The request as it goes on the wire."""
        return request_struct_class(list(self._acls))


class DeleteAcls(Request[DeleteAclsRequest_v1]):
    """None of these is there any more."""

    API_KEY = DeleteAclsRequest_v1.API_KEY

    def __init__(self, acls: Sequence[Allowed]) -> None:
        self._acls = acls

    def build(self, request_struct_class: type[DeleteAclsRequest_v1]) -> DeleteAclsRequest_v1:
        """The request as it goes on the wire."""
        return request_struct_class(list(self._acls))


class AlterScramResponse_v0(Response):  # noqa: N801  # named as aiokafka names them
    """What became of each name."""

    API_KEY = API
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class AlterScramRequest_v0(RequestStruct):  # noqa: N801
    """Credentials to be gone, and credentials to be there."""

    FLEXIBLE_VERSION = True
    API_KEY = API
    API_VERSION = 0
    RESPONSE_TYPE = AlterScramResponse_v0
    SCHEMA = Schema(
        (
            "deletions",
            CompactArray(
                ("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields)
            ),
        ),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class AlterScramRequest(Request[AlterScramRequest_v0]):
    """Each of these names has this SCRAM-SHA-512 credential, whatever it had before."""

    API_KEY = API

    def __init__(self, credentials: Sequence[Credential]) -> None:
        self._credentials = credentials

    def build(self, request_struct_class: type[AlterScramRequest_v0]) -> AlterScramRequest_v0:
        """The request as it goes on the wire."""
        there: list[Any] = [
            (name, SCRAM_SHA_512, iterations, salt, salted, {})
            for name, iterations, salt, salted in self._credentials
        ]
        return request_struct_class([], there, {})
