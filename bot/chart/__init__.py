"""The picture in a digest's thread: facts in, SVG between, PNG out. No I/O but the font that comes with it."""
