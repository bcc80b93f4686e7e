"""What benches compare with; a folder of its own, since Streamlit puts a script's folder before all others."""
