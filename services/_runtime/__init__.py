"""The floor every service stands on: hear, decide once, tell, do once, be looked after.

It knows no service. Nothing outside `services/` may lean on it but `deploy/`.
"""
