"""The floor every service stands on: hearing, deciding once, telling, doing once, and being looked after.

It knows no service. Nothing outside `services/` may lean on it but `deploy/`.
"""
