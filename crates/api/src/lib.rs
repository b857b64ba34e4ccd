//! The HTTP API of ArbitrageVault: routes, wire types, OpenAPI and problem documents.
