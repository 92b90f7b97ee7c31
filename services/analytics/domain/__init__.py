"""What is worth remembering, and how reasons are ranked. Pure: same arguments, same answer."""
