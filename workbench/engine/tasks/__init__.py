"""One module for each kind of answer: how outputs become it, how it is judged, how it is drawn."""
