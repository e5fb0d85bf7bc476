"""The sample project: a model and a dataset made on the user's machine from data that scikit-learn ships."""
