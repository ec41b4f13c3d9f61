"""What people do about alerts: each act changes what is kept and writes one line of audit, in one transaction."""
