"""Where everything the gateway knows is kept: it writes what was decided and reads it back, and never
decides.

Reading order: `database` (the only begin, commit and rollback) · `models` (the tables) · `people`
(encryption) · `contacts` · `messages` · `cases`, `assignments`, `reporters`, `questions`, `deadlines` ·
`outbox` · `ledger`, `seals` · `decisions` (what one turn writes) · `working_set` (what one turn reads) ·
`registry` · `views` (for people to read).
"""
