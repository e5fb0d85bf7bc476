"""What a model file is, and whether it is safe to hand to OpenVINO.

`sources` resolves the files of an import, `recognise` says what they are, and one module per format checks the bytes
(bounds, references to other files, sizes) before any native reader sees them. Nothing here imports OpenVINO.
"""
