DROP TABLE organisation_spend;
DROP TABLE organisation_quotas;
