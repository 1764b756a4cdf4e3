"""Moving in: what stands on another portal is fetched through its public doors and brought in by the core's use cases."""
