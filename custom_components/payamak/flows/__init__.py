"""The forms: of the account, its options and its recipients."""
