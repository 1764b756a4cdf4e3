"""What happens to rows on their way into a generation: processors, and the configuration of fields.

`catalogue` describes and checks the steps, without an engine, so that the core can refuse a wrong one when it is saved.
The rest runs them as SQL over the staged tables.
"""
