"""What `make check` runs that is the project's own."""
