//! A typed, asynchronous client of the Keepa API that knows the price of every request.
