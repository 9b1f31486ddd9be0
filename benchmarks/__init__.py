"""Benchmarks: what the platform costs beside a bare transcode of the same bytes."""
