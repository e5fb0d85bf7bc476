"""Projects: one model, dataset, target and device."""
