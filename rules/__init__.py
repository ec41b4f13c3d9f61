"""The rule engine: records and YAML in, findings and transitions out; no I/O, no clock."""
