"""The process: `python -m services.lookup`."""

from services.lookup.app import main

main()
