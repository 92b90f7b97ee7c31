"""The process: `python -m services.rules`."""

from services.rules.app import main

main()
