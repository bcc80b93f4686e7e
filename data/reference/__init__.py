"""Facts of the world outside, in tables of our own layout: areas of Japan. Sources: ``README.md`` beside this file."""
