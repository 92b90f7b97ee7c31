"""Which parcel a customer means. Pure: same arguments, same answer."""
