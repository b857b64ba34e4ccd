-- 200,000 analyses in 100 batches, spread as real ones are: a tenth unknown, most of them not worth buying.
CREATE FUNCTION pg_temp.usd(minor bigint) RETURNS json LANGUAGE sql AS
    $$ SELECT CASE WHEN minor IS NOT NULL
               THEN json_build_object('amount', (minor / 100.0)::numeric(12, 2)::text, 'currency', 'USD') END $$;

INSERT INTO batches (id, organisation_id, name, status, marketplace, source, configuration, total_items, analysed_items,
                     created_at, started_at, finished_at)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(b), 12, '0'))::uuid, '00000000-0000-7000-8000-000000000001', 'Load ' || b,
       'COMPLETED', 'US', 'GENERATED', '{}', 2000, 2000, now(), now(), now()
FROM generate_series(1, 100) b;

INSERT INTO analyses (id, organisation_id, batch_id, position, asin, marketplace, currency, title, source, engine_version, as_of,
                      buy_price_minor, quantity, condition, fulfilment, sale_price_low_minor, sale_price_minor, sale_price_high_minor,
                      fees_minor, profit_minor, roi_bp, max_buy_price_minor, days_to_sell, velocity, stability, confidence, combined,
                      opportunity, rating, recommendation, main_reason, flags, summary, document, created_at)
SELECT i.id, '00000000-0000-7000-8000-000000000001', i.batch_id, n, i.asin, 'US', 'USD', i.title,
       'GENERATED', 1, now(), 500 + n % 900, 1, 'USED_GOOD', 'FBA', known * price * 8 / 10, known * price, known * price * 12 / 10,
       known * (300 + price / 5), known * (price * 8 / 10 - 800 - n % 900), known * ((price * 8 / 10 - 800 - n % 900) * 10000 / (500 + n % 900)),
       known * greatest(price * 8 / 10 - 800, 0), known * (1 + (n * 7919) % 400), known * ((n * 31) % 101), known * ((n * 37) % 101),
       known * ((n * 41) % 101), known * ((n * 43) % 101), known * (((n * 104729 + b * 7) % 20000) - 5000),
       CASE WHEN known IS NULL THEN NULL ELSE (ARRAY['PASS', 'PASS', 'PASS', 'FAIR', 'GOOD', 'EXCELLENT'])[1 + n % 6] END,
       CASE WHEN known IS NULL THEN 'INSUFFICIENT_DATA'
            ELSE (ARRAY['AVOID', 'PASS', 'PASS', 'CONSIDER', 'BUY', 'STRONG_BUY'])[1 + n % 6] END,
       'ROI and speed as the load wants them', '{GENERATED_DATA}',
       replace(replace(json_build_object('id', i.id, 'batch_id', i.batch_id, 'position', n, 'asin', i.asin, 'title', i.title, 'marketplace', 'US',
           'source', 'GENERATED', 'buy_price', pg_temp.usd(500 + n % 900), 'quantity', 1, 'sale_price', pg_temp.usd(known * price),
           'fees', pg_temp.usd(known * (300 + price / 5)), 'profit', pg_temp.usd(known * (price * 8 / 10 - 800 - n % 900)),
           'roi_percent', known * ((price * 8 / 10 - 800 - n % 900) * 100.0 / (500 + n % 900))::numeric(9, 2),
           'max_buy_price', pg_temp.usd(known * greatest(price * 8 / 10 - 800, 0)), 'days_to_sell', known * (1 + (n * 7919) % 400),
           'velocity', known * ((n * 31) % 101), 'confidence', known * ((n * 41) % 101), 'combined', known * ((n * 43) % 101),
           'opportunity', known * (((n * 104729 + b * 7) % 20000) - 5000), 'rating', CASE WHEN known IS NULL THEN NULL ELSE 'FAIR' END,
           'recommendation', 'CONSIDER', 'main_reason', 'ROI and speed as the load wants them', 'created_at', now())::text, ' : ', ':'), ', "', ',"'),
       repeat('{"load":"document"}', 100), now()
FROM generate_series(1, 100) b, generate_series(1, 2000) n,
     LATERAL (SELECT ('01900000-0000-7000-' || lpad(to_hex(32768 + b), 4, '0') || '-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
                     ('01900000-0000-7000-8000-' || lpad(to_hex(b), 12, '0'))::uuid AS batch_id,
                     lpad(((b * 2000 + n) % 20000)::text, 10, '0') AS asin,
                     'A book about the load of batch ' || b || ', volume ' || n AS title) i,
     LATERAL (SELECT 1000 + (n * 7907 + b * 104723) % 9000 AS price, CASE WHEN n % 10 = 0 THEN NULL ELSE 1 END AS known) r;
VACUUM ANALYZE analyses, batches;
