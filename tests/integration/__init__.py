"""The integration in Home Assistant, against the stand-in gateway over real HTTP."""
