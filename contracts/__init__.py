"""The words the services share: messages, topics and the envelope. Imports pydantic, nothing else."""
