"""What a merchant's rules say. Pure: same arguments, same answer."""
