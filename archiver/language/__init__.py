"""What do words say in any language: which day they print, whose name they are, whether two texts are in one language?

Pure functions over text, without knowledge of platforms or documents, so that every room above can ask them.
"""
