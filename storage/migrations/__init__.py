"""How the schema came to be, one file a version; `storage.schema` runs them."""
