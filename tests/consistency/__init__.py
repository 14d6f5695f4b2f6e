"""What Home Assistant's and HACS' own checks demand of the files, and what ours demand of each other."""
