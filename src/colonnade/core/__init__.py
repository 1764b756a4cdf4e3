"""What the portal means. No HTTP, no HTML, no SQL text; each feature is a folder of model, store, service, jobs.

Features by rank, a higher one may use those below it:
upkeep > publishing > catalogue > records > resources > jobs > tables > datasets > people > work > rowstore
"""
