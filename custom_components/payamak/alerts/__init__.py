"""Asking by SMS, and being answered: questions, and alerts that go on until somebody has them."""
