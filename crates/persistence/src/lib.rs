//! PostgreSQL models, repositories, migrations and connection pools of ArbitrageVault.
