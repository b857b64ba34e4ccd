DROP TABLE organisation_tokens;
DROP TABLE organisation_quotas;
