"""Handlers translate between a provider's words and ours, both ways; they never see the database or a clock.

Reading order: `contract` (what a channel is) · `errors` · `channels` (the explicit table) · `simulator` (the
smallest channel) · `twilio_sms` with `twilio_settings`, `twilio_signature`, `twilio_form`, `twilio_codes` and
`twilio_client` · `telegram_bot` with `telegram_settings`, `telegram_updates`, `telegram_pace`, `telegram_client` and
`telegram_loop` · `addresses`, `cleaning` and `strict_json`, which every channel may use.

A new provider is one file here, one line in `channels`, and its payload samples in the tests.
"""
