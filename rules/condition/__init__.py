"""What a series can be held against: one entry each in the table of conditions."""
