"""loyalty: who sends things back and stays? A sixth service, there to prove that one can be added.

Tests copy this folder to `services/loyalty` of a copied tree; here it is nobody's module.
"""

from contracts.topics import RETURN_APPROVED

READS = (RETURN_APPROVED,)
TELLS = ()
