"""Is stored evidence whole and untouched? Named checks of WARC files, WACZ packages and archives, one verdict each."""
