"""What `gridgate` can do, one room a group of commands; each hands its work to the rooms that do it.

Reading order: `common` (options, printing, exit codes) · `setting_up` (init, db, registry) · `checking` (check,
ledger) · `running` (serve, fake-provider) · `explaining` · `rehearsing` (demo, replay) · `operating` (case, outbox),
and `orders` (how a command writes).
"""
