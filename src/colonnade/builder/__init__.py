"""The child process that makes a generation: extract, type, write rows, index, describe.

`python -m colonnade.builder JOB.json` is a pure function of its job file and inputs. `process.build` runs it.
"""
