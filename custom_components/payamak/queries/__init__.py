"""The actions that read from the gateway and send nothing."""
