DROP INDEX jobs_subject;
DROP INDEX jobs_batch_ready;
DROP INDEX batches_at_work;
DROP TABLE keepa_spend;
DROP TABLE keepa_reservations;
DROP TABLE keepa_accounts;
