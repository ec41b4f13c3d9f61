"""What can be asked: functions of one read snapshot, for Slack and the command line alike."""
