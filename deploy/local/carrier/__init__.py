"""Carriers that sell labels no post will take: HTTP outside, one ledger inside."""
