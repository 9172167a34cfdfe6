"""NATS: the embedded server, the connection, subjects, envelopes and the log."""
