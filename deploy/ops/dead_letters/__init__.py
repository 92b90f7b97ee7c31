"""Dead letters for operators: found, read, put back, discarded, exported. No state but Kafka's."""
