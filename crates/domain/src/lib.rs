//! Pure calculation of what a book is worth to a reseller: prices, fees, profit, demand, risk and verdict.
