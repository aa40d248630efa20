"""The versions of the schema, listed in order in `storage.revisions`."""
