"""What must survive a restart. Nothing else writes to the disk."""
