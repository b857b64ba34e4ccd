//! A private PostgreSQL cluster started from the binaries that are installed on this machine.
