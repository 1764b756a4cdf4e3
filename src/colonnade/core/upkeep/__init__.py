"""Upkeep: does everything agree (`checks`), what can be mended (`repairs`), copies (`backup`) and back (`restoring`)."""
