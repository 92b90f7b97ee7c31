"""Every principal, topic, group and request of Kafka: allowed or denied (D11).

The table below was written by hand, from what each of them is for. It shares no line with the one
the rights are made from, and what the broker really lets pass is tried through another client.
A new reader or writer is one more word here, and that is the moment to ask whether it should be.
"""

from __future__ import annotations

import asyncio

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from deploy.local.secured import ADMIN, SecuredStack
from deploy.ops import access, acls
from deploy.ops.access import Right
from tests.support.eventually import eventually
from tests.support.kafka_powers import Power, librdkafka, powers

pytestmark = [pytest.mark.real, pytest.mark.slow]

TOLD_ABOUT_RETURNS = """
    return-approved return-rejected return-awaiting-approval return-cancelled return-unchanged
    refund-due
    label-issued label-delayed label-refused label-cancelled label-lapsed parcel-moved
    customer-emailed email-bounced merchant-alerted
"""
TOLD = (
    TOLD_ABOUT_RETURNS
    + """
    portal-opened portal-refused shipment-found shipment-not-found options-offered
    service-points-proposed reasons-found reason-spiked
"""
)
"""Nothing here names a person: `label-printed`, the documents, is missing on purpose."""

HEARS = {
    "lookup": "shipment-recorded portal-opened portal-refused find-shipment",
    "rules": """
        portal-configured shipment-recorded shipment-found request-return
        approve-return refuse-return cancel-return release-refund parcel-moved
    """,
    "labels": """
        shipment-recorded options-offered find-service-points return-approved return-cancelled
    """,
    "notifications": """
        portal-configured shipment-recorded
        return-approved return-rejected return-awaiting-approval return-cancelled refund-due
        label-issued label-printed label-delayed label-refused label-lapsed parcel-moved
    """,
    "analytics": """
        shipment-recorded return-approved return-rejected return-awaiting-approval return-cancelled
        label-issued find-reasons
    """,
    "shop": TOLD_ABOUT_RETURNS,
    "back-office": TOLD + "portal-configured",
    "frontend": TOLD,
}
SAYS = {
    "lookup": "shipment-found shipment-not-found",
    "rules": """
        portal-opened portal-refused options-offered return-approved return-rejected
        return-awaiting-approval return-cancelled return-unchanged refund-due
    """,
    "labels": """
        service-points-proposed label-issued label-printed label-delayed label-refused
        label-cancelled label-lapsed parcel-moved
    """,
    "notifications": "customer-emailed email-bounced merchant-alerted",
    "analytics": "reasons-found",
    "shop": "shipment-recorded",
    "back-office": """
        portal-configured approve-return refuse-return release-refund cancel-return find-reasons
    """,
    "frontend": "find-shipment find-service-points request-return cancel-return",
}
SERVICES = ("lookup", "rules", "labels", "notifications", "analytics")
GROUPS = {
    **{service: [service] for service in SERVICES},
    "shop": ["shop", "shop-2"],
    "back-office": ["back-office", "back-office-2"],
    "frontend": ["frontend", "frontend-2"],
}
"""Whose consumer groups are whose."""
STRANGE = "strange.topic"
EVERY_GROUP = [*(group for groups in GROUPS.values() for group in groups), "strangers"]
OPERATORS_WRITING = [
    *(f"returns.redriven.{service}" for service in SERVICES),
    *(f"returns.dead-letters.{service}" for service in SERVICES),
    "returns.dead-letters-handled",
    "returns.customers-forgotten",
    *(f"returns.{name}.v1" for name in ("shipment-recorded", "request-return", "label-printed")),
]
"""Putting back, writing it down, and erasing a customer."""


def expected(principal: str, topics: list[str]) -> set[Power]:
    """What this principal may do, and nothing else."""
    ours = [topic for topic in topics if topic.startswith("returns.")]
    if principal == "operator":
        looked_after = ("read", "describe_configs", "alter_configs")
        return {
            *((power, topic) for power in looked_after for topic in ours),
            *(("write", topic) for topic in OPERATORS_WRITING),
            *((power, group) for power in ("look", "describe") for group in SERVICES),
            ("create", "returns.fresh"),
        }
    hears = [f"returns.{name}.v1" for name in HEARS[principal].split()]
    says = [f"returns.{name}.v1" for name in SAYS[principal].split()]
    if principal in SERVICES:
        hears.append(f"returns.redriven.{principal}")
        says.append(f"returns.dead-letters.{principal}")
    in_groups = ("look", "describe", "commit")
    return {
        *(("read", topic) for topic in hears),
        *(("write", topic) for topic in says),
        *((power, group) for power in in_groups for group in GROUPS[principal]),
    }


@pytest.fixture(scope="module")
def topics(empty_house: SecuredStack) -> list[str]:
    """Every topic there is on the broker, one that is none of ours among them."""
    admin = AdminClient(librdkafka(empty_house.kafka_as(ADMIN)))
    admin.create_topics([NewTopic(STRANGE, 1, 1)])[STRANGE].result(30)

    def there() -> set[str]:
        return set(admin.list_topics(timeout=30).topics)

    both = {STRANGE, "__consumer_offsets"}
    asyncio.run(eventually(lambda: both <= there(), "both topics to be known"))
    return sorted(there())


def differences(stack: SecuredStack, principal: str, topics: list[str]) -> list[str]:
    """What is allowed and should not be, and the other way round; in words."""
    found = powers(stack.kafka_as(principal), topics, EVERY_GROUP)
    wanted = expected(principal, topics)
    return [
        *(f"{principal} may {power} {what}" for power, what in sorted(found - wanted)),
        *(f"{principal} may not {power} {what}" for power, what in sorted(wanted - found)),
    ]


@pytest.mark.parametrize("principal", [*HEARS, "operator"])
def test_a_principal_may_do_what_it_is_for_and_nothing_else(
    empty_house: SecuredStack, topics: list[str], principal: str
):
    """Whoever breaks into one service gets what that service has, and not the house."""
    assert differences(empty_house, principal, topics) == []


def test_nobody_is_left_out(empty_house: SecuredStack):
    """A principal that nobody tried may be able to do anything."""
    assert sorted([*HEARS, "operator"]) == sorted(access.PRINCIPALS)


def test_whoever_is_not_named_may_do_nothing(empty_house: SecuredStack, topics: list[str]):
    """A password of its own is all that the last principal has."""
    stranger = empty_house.kafka_as("stranger")

    empty_house.introduce("stranger")

    assert powers(stranger, topics, EVERY_GROUP) == set()
    log = (empty_house.logs / "kafka.log").read_text()
    assert "Principal = User:stranger is Denied operation = " in log  # D44: for whoever looks


def test_the_probe_sees_every_power(empty_house: SecuredStack, topics: list[str]):
    """A probe that cannot see an open door proves nothing by not seeing one."""
    found = powers(empty_house.kafka_as(ADMIN), topics, EVERY_GROUP)

    for power in ("read", "describe_configs", "alter_configs", "alter"):
        assert {topic for done, topic in found if done == power} == set(topics)
    assert {topic for done, topic in found if done == "write"} >= set(topics) - {
        "__consumer_offsets"
    }
    for power in ("look", "describe", "commit", "delete"):
        assert {group for done, group in found if done == power} == set(EVERY_GROUP)
    assert {done for done, what in found if what == "cluster"} == {
        "describe_acls",
        "create_acls",
        "alter_users",
        "describe_broker",
    }
    assert {what for done, what in found if done == "create"} == {"returns.fresh", "strange.fresh"}


@pytest.mark.parametrize(
    ("planted", "noticed"),
    [
        (
            Right("lookup", "read", "topic", "returns.label-printed.v1"),
            ["lookup may read returns.label-printed.v1"],
        ),
        (
            Right("shop", "write", "topic", "returns.refund-due.v1"),
            ["shop may write returns.refund-due.v1"],
        ),
        (
            Right("labels", "read", "group", "notif", prefixed=True),
            [f"labels may {power} notifications" for power in ("commit", "describe", "look")],
        ),
        (
            Right("frontend", "create", "topic", "strange", prefixed=True),
            ["frontend may create strange.fresh"],
        ),
        (
            Right("rules", "describe", "cluster", "kafka-cluster"),
            ["rules may describe_acls cluster"],
        ),
    ],
)
async def test_one_right_too_many_is_noticed(
    empty_house: SecuredStack, topics: list[str], planted: Right, noticed: list[str]
):
    """Planted on the real broker: a matrix that finds nothing must be one that can find something.

    And `retour access apply` takes it away again.
    """
    admin = empty_house.kafka_as(ADMIN)
    await acls.grant(admin, [planted])

    assert differences(empty_house, planted.principal, topics) == noticed

    given, taken = await acls.apply(admin, list(access.rights()))

    assert (given, taken) == (set(), {planted})
    assert differences(empty_house, planted.principal, topics) == []


async def test_one_right_too_few_is_noticed(empty_house: SecuredStack, topics: list[str]):
    """A service that may not park has to stop; better known here."""
    admin = empty_house.kafka_as(ADMIN)
    lost = Right("rules", "write", "topic", "returns.dead-letters.rules")
    await acls.revoke(admin, [lost])

    assert differences(empty_house, "rules", topics) == [
        "rules may not write returns.dead-letters.rules"
    ]

    assert await acls.apply(admin, list(access.rights())) == ({lost}, set())


async def test_applying_again_changes_nothing(empty_house: SecuredStack):
    """What stands is the table."""
    admin = empty_house.kafka_as(ADMIN)

    assert await acls.apply(admin, list(access.rights())) == (set(), set())
    named = {right for right in await acls.standing(admin) if right.principal != "strange"}
    assert named == set(access.rights())
