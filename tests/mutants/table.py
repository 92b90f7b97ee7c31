"""All rows together, and the invariants that have none."""

from __future__ import annotations

from tests.mutants import of_erasure, of_returns, of_rules, of_the_floor, of_the_services

MUTANTS = (
    *of_the_floor.MUTANTS,
    *of_the_services.MUTANTS,
    *of_returns.MUTANTS,
    *of_rules.MUTANTS,
    *of_erasure.MUTANTS,
)

INVARIANTS = tuple(f"I{number}" for number in range(1, 25))

WITHOUT: dict[str, str] = {}
"""Why an invariant has no mutant."""
