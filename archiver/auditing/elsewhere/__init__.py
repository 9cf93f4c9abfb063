"""Copies of posts in web archives: where there are some, and how one gets here or there."""
