"""The blueprints, in automations made from them."""
