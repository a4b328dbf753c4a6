"""The embedded engine: gRPC service, stage, physics and renderer, a process of its own."""
