"""Every text that a person reads on a phone or in an e-mail, in English and Swahili; pure data and wording."""
