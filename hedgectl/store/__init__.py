"""What survives: the journal, snapshots, locks."""
