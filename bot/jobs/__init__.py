"""The door of time: what is done at each tick."""
