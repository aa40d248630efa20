"""Where everything the gateway knows is kept: it writes what was decided, reads it back, and never decides.

Reading order: `database` (the only begin, commit and rollback) · `schema`, `revisions`, `migrations` ·
`models` (the tables) · `bulk` (many rows in one statement) · `people` (encryption) · `contacts` · `messages`
(inbox) · `cases`, `assignments`, `reporters`, `deadlines` · `outbox`, `receipts`, `texts` · `ledger`,
`verification`, `seals` · `working_set` (what one turn reads) · `decisions` (what it writes) · `locks` ·
`registry`, `sandbox` · `views`, `counts` (for people to read).
"""
