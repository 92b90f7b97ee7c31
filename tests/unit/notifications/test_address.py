"""Exactly one mailbox, or none."""

from __future__ import annotations

import pytest

from services.notifications.domain.address import address


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("zoe@example.com", "zoe@example.com"),
        ("zoe.zonder+returns@mail.example.co.uk", "zoe.zonder+returns@mail.example.co.uk"),
        ("o'neill_%x@EXAMPLE.com", "o'neill_%x@example.com"),
        ("jörg@exämple.test", "jörg@xn--exmple-cua.test"),
        ("小明@例え.jp", "小明@xn--r8jz45g.jp"),
    ],
)
def test_a_mailbox_is_understood(text, understood):
    """People have names, and names have letters."""
    assert str(address(text)) == understood


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zoe",
        "zoe@",
        "@example.com",
        "zoe@example",
        "a@b.test, c@evil.test",
        "a@b.test;c@evil.test",
        "a@b.test c@evil.test",
        "a@b@evil.test",
        "Zoë <zoe@example.com>",
        "<zoe@example.com>",
        '"a@evil.test,"@example.com',
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a(comment)@example.com",
        "a@example.com\r\nBcc: c@evil.test",
        "a\u2028@example.com",
        "a\u202e@example.com",
        "a\u200b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@-example.com",
        "a@example..com",
        "a@example.com.",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 64}.com",
        f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.com",
    ],
)
def test_what_could_be_several_recipients_or_none_is_refused(text):
    """A letter with a label goes to the customer and to nobody else."""
    assert address(text) is None


def test_an_address_stays_out_of_reprs():
    """Reprs end up in logs."""
    assert "zoe" not in repr(address("zoe@example.com"))
