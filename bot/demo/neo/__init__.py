"""A simulated Neo: a strict local server of the usage API, with its data, its live traffic and its faults."""
