"""Is an article's wording of a post faithful to the post's own?"""
