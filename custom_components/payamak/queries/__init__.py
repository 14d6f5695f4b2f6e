"""The actions that only ask the gateway."""
