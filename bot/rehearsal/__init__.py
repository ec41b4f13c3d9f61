"""Tests of rules: usage on a timeline goes through the whole pipeline, and what is told is held against what is expected."""
