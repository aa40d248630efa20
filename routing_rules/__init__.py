"""Decides what a text, an expired deadline or a command means, and nothing else: no I/O, no clock, no chance.

Reading order: ``messages`` and ``areas`` (what there is), ``cases``, ``deadlines``, ``decisions`` (what may be
decided), ``rulebook`` and ``city`` (what a city decides for itself), ``intents`` with ``classification`` and
``location`` (what a text says), ``conversation`` (what it means here), ``residents`` and ``staff`` (what that leads
to), ``reports``, ``presses``, ``bot_commands`` and ``gridmen`` (what a chat adds), ``filing``, ``handling``,
``closing`` (a case's life), ``escalation`` (what time does to it), ``draft`` and ``working_set`` (how a decision is
made), ``telling`` and ``wording`` (what people are told).
"""
