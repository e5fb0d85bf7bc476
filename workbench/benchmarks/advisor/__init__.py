"""The advisor: what the recorded facts of a run tell, with evidence and what to do. A small function for each rule."""
