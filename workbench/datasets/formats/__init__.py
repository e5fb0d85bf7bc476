"""The dataset formats: each module recognises its own (`examine`) and reads its annotations (`read`)."""
