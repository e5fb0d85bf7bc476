"""The life cycle that every job shares: dispatch, lease, run, cancel, recover; and the event stream."""
