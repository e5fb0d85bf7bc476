"""The artifact store: the only place that joins paths under the data folder."""
