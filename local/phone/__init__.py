"""The simulated phones of a laptop, and the SMS provider between them and the API: Africa's Talking's wire."""
