"""How commands reach Kafka and MongoDB: with the same variables, and files of secrets, as services.

No password is ever an argument: whoever lists processes would read it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from services._runtime.kafka_access import Kafka
from services._runtime.mongo import MongoAccess
from services._runtime.settings import PREFIX, Settings

_NOWHERE = {"RETOUR_KAFKA": "-", "RETOUR_MONGO": "-"}


def kafka(bootstrap: str, environ: Mapping[str, str] = os.environ) -> Kafka:
    """These servers, as RETOUR_KAFKA_SECURITY, _USER, _PASSWORD_FILE and _CA_FILE say.

    Raises:
        SystemExit: one of them is wrong; says which.
    """
    told = _NOWHERE | _about("KAFKA", environ) | {"RETOUR_KAFKA": bootstrap}
    return Settings.load(told).kafka_access()


def mongo(uri: str, environ: Mapping[str, str] = os.environ) -> MongoAccess:
    """This database, as RETOUR_MONGO_USER, _PASSWORD_FILE and _CA_FILE say.

    Raises:
        SystemExit: one of them is wrong; says which.
    """
    told = _NOWHERE | _about("MONGO", environ) | {"RETOUR_MONGO": uri}
    return Settings.load(told).mongo_access()


def _about(what: str, environ: Mapping[str, str]) -> dict[str, str]:
    begins = f"{PREFIX}{what}_"
    return {name: value for name, value in environ.items() if name.startswith(begins)}
