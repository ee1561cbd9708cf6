"""Everything behind the pages of the analysts' app."""
