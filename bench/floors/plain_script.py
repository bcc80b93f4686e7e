"""The script of the plain pages; Streamlit wants one in a file of its own."""

from bench.floors.plain import console

console()
