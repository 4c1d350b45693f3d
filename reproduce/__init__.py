"""Published results, run again with `ae_course`: `make reproduce`."""
