"""Generated stubs of `protos/cityloop/v1`: run `python tools/generate_stubs.py`, never edit."""
