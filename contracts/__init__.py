"""The words the services share: messages, topics, the envelope. Imports only pydantic."""
