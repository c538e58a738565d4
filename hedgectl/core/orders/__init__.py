"""How an order is named, sided, sent, understood, settled and withdrawn."""
