"""The process: `python -m services.labels`."""

from services.labels.app import main

main()
