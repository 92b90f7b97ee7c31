"""labels as its neighbours see it: approvals and parcels go in, labels and codes come out."""

from __future__ import annotations

from contracts.labels import LabelIssued, LabelPrinted, LabelRefused, ParcelMoved
from contracts.shape import Home
from contracts.shop import Customer
from tests.service.labels.scanned import codes_on, words_on
from tests.support.builders import SHIPMENT, a_judged_item, a_shipment, an_approval, an_id
from tests.support.scanning import BARS, QR

REFERENCE = f"{an_id()}:1"


def kept():
    """The spoon, which a rule lets the customer keep."""
    return a_judged_item(line_id="2", name="Sad spoon", kept=True)


async def test_a_carriers_label_can_be_scanned(labels):
    """The happy path: sold, printed, announced, and the scanner at the counter reads the number."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))

    await labels.works()

    issued, printed = labels.label()
    (paper, customs), number = printed.documents, issued.tracking_number
    (moved,) = labels.told(ParcelMoved)
    assert (issued.kind, issued.carrier, issued.cost.minor) == ("label", "simulated", 1049)
    assert (paper.kind, paper.media_type) == ("label_pdf", "application/pdf")
    assert codes_on(paper) == {(QR, number), (BARS, number)}
    assert (customs.kind, codes_on(customs)) == ("customs_pdf", {(BARS, number)})
    assert (moved.phase, moved.tracking_number) == ("announced", number)
    assert labels.sales() == ["sold"]


async def test_a_label_leads_from_the_customer_to_the_merchant(labels):
    """Both addresses, the right way round, and what a merchant's warehouse looks for."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))

    await labels.works()

    words = words_on(labels.label()[1].documents[0])
    sender, recipient = words.split("TO", 1)
    assert "Zoë Zonder" in sender
    assert "1012JS Amsterdam" in sender
    assert "Moss & Fern" in recipient
    assert "1 × Grumpy teapot" in recipient
    assert "Simulated label: no carrier will take it." in recipient


async def test_a_labelless_return_is_a_code_on_a_telephone(labels):
    """No printer needed: the counter prints."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated", return_method="drop_off_labelless"))

    await labels.works()

    issued, printed = labels.label()
    picture, customs = printed.documents
    assert (issued.kind, picture.kind, picture.media_type) == ("qr_code", "qr_png", "image/png")
    assert codes_on(picture) == {(QR, issued.tracking_number)}
    assert customs.kind == "customs_pdf"


async def test_a_return_in_store_needs_no_carrier(labels):
    """A code for the shop's own till. Nobody is paid, and nothing is on its way."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(return_method="in_store", carrier=None))

    await labels.works()

    issued, printed = labels.label()
    assert (issued.carrier, issued.kind, issued.cost) == ("in_store", "qr_code", None)
    assert codes_on(printed.documents[0]) == {(QR, issued.tracking_number)}
    assert not labels.told(ParcelMoved)
    assert labels.sales() == []


async def test_a_customer_may_post_the_parcel_without_a_carrier_of_ours(labels):
    """An address label with a number of our own, which the warehouse can scan."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier=None))

    await labels.works()

    issued, printed = labels.label()
    number = issued.tracking_number
    assert (issued.carrier, issued.kind) == ("own_label", "label")
    assert codes_on(printed.documents[0]) == {(QR, number), (BARS, number)}
    assert not labels.told(ParcelMoved)


async def test_an_approval_heard_twice_leads_to_one_label(labels):
    """Kafka delivers at least once, and a second label is money."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"), ce_id="approved")
    await labels.works()

    await labels.hears(an_approval(carrier="simulated"), ce_id="approved")
    await labels.hears(an_approval(carrier="simulated"), ce_id="approved by another teller")
    await labels.works()

    assert labels.label()
    assert labels.sales() == ["sold"]


async def test_an_approval_that_overtook_its_parcel_waits_for_it(labels):
    """Topics keep no order among each other."""
    await labels.hears(an_approval(carrier="simulated"))
    await labels.works()
    assert labels.told_kinds() == []

    await labels.hears(a_shipment())
    await labels.works_later(seconds=1)

    assert labels.label()
    assert labels.sales() == ["sold"]


async def test_a_parcel_that_never_comes_is_refused_in_the_end(labels):
    """Nobody waits for ever, and the customer is told."""
    await labels.hears(an_approval(carrier="simulated"))
    await labels.works()

    await labels.works_later(days=4)

    assert labels.refusals() == ["sender_unknown"]
    assert labels.sales() == []


async def test_the_newest_address_counts_whatever_order_versions_arrive_in(labels):
    """A customer who moved sends the parcel from the new home."""
    home = Home(street="Plein", postal_code="2511CR", town="The Hague", country="NL")
    await labels.hears(a_shipment(version=2, deliver_to=home))
    await labels.hears(a_shipment(version=1))
    await labels.hears(an_approval(carrier=None))

    await labels.works()

    assert "The Hague" in words_on(labels.label()[1].documents[0])


async def test_a_forgotten_customer_gets_no_label(labels):
    """Nobody is left to send it to, so nothing is bought."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))
    await labels.forgets(a_shipment().shipment_id)

    await labels.works()

    assert labels.refusals() == ["sender_erased"]
    assert labels.sales() == []


async def test_what_was_forgotten_is_not_learnt_again_from_an_old_message(labels):
    """A redelivered batch must not undo an erasure."""
    await labels.hears(a_shipment())
    await labels.forgets(a_shipment().shipment_id)
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))

    await labels.works()

    assert labels.refusals() == ["sender_erased"]


async def test_a_parcel_of_another_merchant_is_refused(labels):
    """One merchant's customer never stands on another merchant's label."""
    await labels.hears(a_shipment(portal_id="grey-gull"))
    await labels.hears(an_approval(carrier="simulated"))

    await labels.works()

    assert labels.refusals() == ["portal_mismatch"]


async def test_an_unknown_carrier_is_refused_at_once(labels):
    """Rules may name a carrier that nobody has connected yet."""
    await labels.hears(an_approval(carrier="pigeon_post"))

    await labels.works()

    assert labels.refusals() == ["carrier_unknown"]


async def test_a_method_the_carrier_does_not_offer_is_refused(labels):
    """Without a carrier there is no counter that prints, and nobody who collects."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="own_label", return_method="pickup"))
    await labels.hears(
        an_approval(return_id=an_id(8), carrier="simulated", return_method="by_balloon")
    )

    await labels.works()

    assert labels.refusals() == ["method_not_covered", "method_not_covered"]


async def test_an_address_the_carrier_cannot_use_is_refused(labels):
    """The carrier will say no for ever: the customer hears it now."""
    await labels.hears(
        a_shipment(deliver_to=Home(street="", postal_code="1", town="T", country="NL"))
    )
    await labels.hears(an_approval(carrier="simulated"))

    await labels.works()

    assert labels.refusals() == ["carrier_rejected"]
    assert labels.sales() == []


async def test_what_is_kept_of_a_label_names_nobody(labels):
    """Canary: the customer's words stand in the sender and on the paper, nowhere else."""
    canary = "Quetzal"
    home = Home(street=canary, postal_code=canary, town=canary, country="NL", addition=canary)
    await labels.hears(
        a_shipment(customer=Customer(name=canary, email="quetzal@example.com"), deliver_to=home)
    )
    await labels.hears(an_approval(carrier="simulated"))

    await labels.works()

    row = await labels.rows.of(REFERENCE)
    ours = [
        *labels.told(LabelIssued),
        *labels.told(ParcelMoved),
        row,
        labels.sales_file.read_text(),
    ]
    assert canary not in "".join(map(str, ours))
    assert canary in words_on(labels.label()[1].documents[0])
    assert (row.evidence, row.tracking_number) == ("simulator", labels.label()[0].tracking_number)


async def test_a_label_says_until_when_it_is_good(labels):
    """The e-mail tells the customer the day."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))

    await labels.works()

    issued, printed = labels.label()
    assert issued.valid_until is not None
    assert printed.send_back_by == an_approval().send_back_by


async def test_a_return_of_which_nothing_travels_gets_no_label_and_no_refusal(labels):
    """The customer keeps it: nothing is bought, and nobody is told that a label is missing."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(return_method="none", carrier=None, items=(kept(),)))
    await labels.hears(an_approval(return_id=an_id(8), carrier="simulated", items=(kept(),)))
    await labels.forgets(SHIPMENT)

    await labels.works()

    assert (labels.told_kinds(), labels.states(), labels.sales()) == ([], {}, [])


async def test_what_is_kept_stands_on_no_label(labels):
    """The warehouse would look for it in the parcel."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated", items=(a_judged_item(), kept())))

    await labels.works()

    _, printed = labels.label()
    words = words_on(printed.documents[0])
    assert "Grumpy teapot" in words
    assert "Sad spoon" not in words
    assert printed.kept == ("Sad spoon",)


async def test_a_return_that_a_person_approved_is_labelled_as_any_other(labels):
    """It waited, and now it is a return."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated", approved_by="jo"))

    await labels.works()

    assert labels.label()
    assert labels.sales() == ["sold"]


async def test_every_return_has_its_own_label(labels):
    """A busy morning: each number once, and no refusal."""
    await labels.hears(a_shipment())
    for number in range(10):
        await labels.hears(an_approval(return_id=an_id(number), carrier="simulated"))

    await labels.works()

    told = labels.told(LabelPrinted)
    assert len({printed.tracking_number for printed in told}) == len(told) == 10
    assert not labels.told(LabelRefused)
