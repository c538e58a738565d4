"""hedgectl: executes trading intents on Binance USD-M futures, and knows at every moment how sure it is."""

__version__ = "0.1.0"
