"""What services mean to do outside, seen and decided upon by operators."""
