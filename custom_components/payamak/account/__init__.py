"""One gateway account: its connection, its errors in the user's language, its repairs and devices."""
