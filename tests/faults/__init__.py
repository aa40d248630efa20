"""A whole gateway under faults: processes that are killed, a provider that fails, and a check that nothing was lost.

Reading order: `city` (what the gateway runs on) · `processes` (gateway and provider, each in a process of its own)
· `people` (who texts what) · `clients` (who posts it) · `evidence` (what is found afterwards) · `checks` (what must
hold) · `kills` (the rehearsal). ``python -m tests.faults kills`` runs it.

The same for people in chats: `chat_people` (who talks to the bot, in a fake Telegram of the rehearsal's own) ·
`chat_checks` (what must hold) · `chats` (the rehearsal). ``python -m tests.faults chats`` runs it.
"""
