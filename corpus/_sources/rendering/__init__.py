"""What a source becomes: one module for each format, over the blocks of document.py."""
