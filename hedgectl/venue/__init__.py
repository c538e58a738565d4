"""The exchange as the executor meets it: ports, one client, transports, decoding. The only room that imports ccxt."""
