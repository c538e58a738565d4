"""Ways for a request to reach an exchange: HTTP by aiohttp, or a call to the box in this process."""
