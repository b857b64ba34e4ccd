//! A stand-in for the Keepa API: recorded or generated products behind its protocol, costs and errors.
