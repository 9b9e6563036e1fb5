"""The only code that knows Streamlit, with app.py and pages/. It reads frames and sends commands; it does no work."""
