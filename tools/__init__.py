"""What makes and checks the book; each module runs as `python -m tools.NAME`."""
