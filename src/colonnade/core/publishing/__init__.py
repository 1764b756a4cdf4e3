"""Publishing: sources in, a generation out, one pointer moved; and its undoing.

`service` queues the jobs, `jobs` does them: begin -> fetch -> build -> swap -> ended.
"""
