"""The demo: a real Home Assistant that sends SMS through a stand-in gateway."""
