"""The committed sample against its source, where the source is at hand."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.demo import derive, recipients, sample

DATA = Path(__file__).parents[3].parent / "shared" / "data"
SOURCE = DATA / "uci-online-retail"
CENTROIDS = DATA / "postal-centroids" / "postal-centroids.csv"

needs_source = pytest.mark.skipif(
    not SOURCE.is_dir(), reason="the Online Retail data is not beside this repository"
)
needs_centroids = pytest.mark.skipif(
    not CENTROIDS.is_file(), reason="the GeoNames data is not beside this repository"
)


def rows(path):
    """The rows of a table, packed or not."""
    door = gzip.open if path.suffix == ".gz" else open
    with door(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@needs_source
def test_every_real_return_of_the_orders_is_in_the_sample():
    """The demo says it plays all of them."""
    orders = {order.order_no: order for order in sample.read()}

    real = Counter(
        (
            row["original_invoice"],
            row["cancel_invoice"],
            row["stock_code"],
            int(row["returned_quantity"]),
            row["returned_at"],
            int(row["days"]),
        )
        for row in rows(SOURCE / "returns-linked.csv")
        if row["original_invoice"] in orders
    )
    ours = Counter(
        (
            order.order_no,
            one.cancel_invoice,
            one.sku,
            one.quantity,
            one.returned_at.replace(tzinfo=None).isoformat(" "),
            one.days,
        )
        for order in orders.values()
        for one in order.real_returns
    )

    assert ours.total() >= 500
    assert ours == real


@needs_source
def test_items_prices_and_quantities_are_the_shop_s_own():
    """Outside Britain, row by row, without the code that derived them."""
    orders = {order.order_no: order for order in sample.read() if order.country != "GB"}

    bought = Counter()
    for row in rows(SOURCE / "online-retail-non-uk.csv"):
        price, quantity = Decimal(row["UnitPrice"]), int(row["Quantity"])
        goods = row["StockCode"][0].isdigit() or row["StockCode"].startswith("DCGS")
        if row["InvoiceNo"] in orders and goods and price > 0 and quantity > 0:
            order = orders[row["InvoiceNo"]]
            assert derive.QUOTAS[row["Country"]].country == order.country
            assert row["CustomerID"] == order.customer_no
            bought[order.order_no, row["StockCode"], price * 100] += quantity
    ours = {
        (order.order_no, line.sku, Decimal(line.unit_price_minor)): line.quantity
        for order in orders.values()
        for line in order.lines
    }

    assert ours == dict(bought)


@needs_source
@pytest.mark.slow
def test_deriving_again_gives_the_committed_bytes(tmp_path):
    """Whoever doubts the sample can make it again."""
    chosen = derive.derive(SOURCE)

    written = derive.write(chosen, tmp_path)

    assert sorted(written) == ["lines.csv", "orders.csv", "returns.csv"]
    for name in written:
        assert (tmp_path / name).read_bytes() == (sample.FOLDER / name).read_bytes()


@needs_centroids
def test_places_said_to_be_of_geonames_are():
    """Attribution is owed for exactly these rows."""
    known = {
        (row["country"], row["postcode"], row["place"].split(",")[0]) for row in rows(CENTROIDS)
    }

    said = {
        (row["country"], row["code"], row["town"])
        for row in rows(recipients.PLACES)
        if row["origin"] == "geonames"
    }

    assert len(said) >= 100
    assert said <= known
