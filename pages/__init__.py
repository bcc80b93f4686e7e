"""All that a person sees; the only floor that imports Streamlit."""
