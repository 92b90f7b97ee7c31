"""Labels with one carrier and no other company: what an approval leads to there, and no more."""

from __future__ import annotations

from services.labels import handlers
from services.labels.adapters.answers_memory import AnswersMemory
from services.labels.adapters.connections import Known
from services.labels.adapters.labels_memory import LabelsMemory
from services.labels.adapters.parcels_memory import ParcelsMemory
from services.labels.adapters.places_memory import PlacesMemory
from services.labels.adapters.points_memory import PointsMemory
from services.labels.adapters.purchases_memory import PurchasesMemory, SpendingMemory
from services.labels.adapters.senders_memory import SendersMemory
from services.labels.domain.connection import Connection
from services.labels.ports import ISSUE_LABEL, TELL_DELAY
from services.labels.ports.carriers import Adapter
from services.labels.workers.chosen import Chosen
from services.labels.workers.delay import TellDelay
from services.labels.workers.ending import Ending
from services.labels.workers.finding import Finder
from services.labels.workers.issue import IssueLabel
from services.labels.workers.purse import Purse
from tests.support.one_service import Clock, OneService


def labels_by(carrier: Adapter, connection: Connection) -> OneService:
    """The service in memory. It draws nothing: its carrier brings its own documents."""
    clock, senders, rows = Clock(), SendersMemory(), LabelsMemory()
    found, known = {carrier.name: carrier}, Known([connection])
    purse = Purse(PurchasesMemory(), SpendingMemory(), clock)
    finder = Finder(PointsMemory(), AnswersMemory(), found, known, clock)
    chosen = Chosen(finder, PlacesMemory())
    ending = Ending(senders, rows, None, purse, ParcelsMemory(), chosen, clock)
    issue = IssueLabel(senders, rows, found, known, purse, ending, clock)
    performers = {ISSUE_LABEL: issue, TELL_DELAY: TellDelay()}
    return OneService("labels", handlers.routes(senders), performers, clock)
