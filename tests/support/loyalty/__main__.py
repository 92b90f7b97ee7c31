"""The process: `python -m services.loyalty`."""

from services.loyalty.app import main

main()
