"""How long training with `ae_course` takes beside the frameworks: see README.md in this folder."""
