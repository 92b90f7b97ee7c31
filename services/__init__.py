"""The five services, and the floor they stand on."""
