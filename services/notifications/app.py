"""Wiring for notifications. Run it: `python -m services.notifications`."""

from __future__ import annotations

from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services._runtime.service import Parts, Service
from services.notifications.adapters.facts_mongo import FactsMongo
from services.notifications.adapters.mail_smtp import MailSmtp, Privacy
from services.notifications.adapters.words_toml import words
from services.notifications.domain.address import address
from services.notifications.handlers import Handlers
from services.notifications.ports import ALERT_MERCHANT, EMAIL_CUSTOMER
from services.notifications.settings import Settings
from services.notifications.workers import AlertMerchant, EmailCustomer, Post

NAME = "notifications"


def privacy(settings: Settings) -> Privacy:
    """How private the line to the mail server must be."""
    user, password = settings.smtp_user, settings.smtp_password
    return Privacy(settings.smtp_tls, settings.smtp_ca_file, user, password)


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo_access(), NAME)
    now = DatabaseClock(db)
    facts = FactsMongo(db)
    sender = address(settings.mail_from)
    assert sender is not None  # noqa: S101  -- the settings were checked
    post = Post(
        MailSmtp(settings.smtp_host, settings.smtp_port, privacy=privacy(settings)),
        words(),
        sender,
        settings.smtp_drops_repeats,
        now,
    )
    parts = Parts(
        NAME,
        routes=Handlers(facts).routes(),
        performers={
            EMAIL_CUSTOMER: EmailCustomer(facts, post),
            ALERT_MERCHANT: AlertMerchant(facts, post),
        },
    )
    return Service(settings, parts, db, now)


def main() -> None:
    """The process."""
    build(Settings.load()).run()
