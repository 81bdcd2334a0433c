"""The routes of the door: what devices (`native`) and administrators (`admin`) speak to, and its description."""
