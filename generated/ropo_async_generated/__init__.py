# Generated from openapi/. Do not edit: correct the overlay beside it, then run `make generate`.
"""The code that is generated from the specifications in openapi/, one package for each API."""
