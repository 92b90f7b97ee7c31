"""What goes together in an offer, for how many units, until when."""
