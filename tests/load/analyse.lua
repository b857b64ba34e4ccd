-- One analysis made and stored: of a book whose market data is known after the first time.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"identifier": "9789999689069", "buy_price": "4.00"}'
