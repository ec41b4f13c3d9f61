"""Decides what to say to whom; pure. Also the value types of answers and notifications."""
