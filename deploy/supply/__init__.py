"""What we ship of others: named, licensed, and checked against known vulnerabilities."""
