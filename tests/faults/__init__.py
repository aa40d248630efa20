"""A whole gateway under faults: processes that are killed, a provider that fails, and a check that nothing was lost.

Reading order: `city` (what the gateway runs on) · `processes` (gateway and provider, each in a process of its own)
· `people` (who texts what) · `clients` (who posts it) · `evidence` (what is found afterwards) · `checks` (what must
hold) · `kills` (the rehearsal). ``python -m tests.faults kills`` runs it.
"""
