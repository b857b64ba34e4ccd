#!/usr/bin/env python3
"""A supplier list of so many books of the sandbox's catalogue, as CSV on stdout: `list.py 10000 [FIRST]`."""
import sys

count = int(sys.argv[1])
first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
print("isbn,cost,qty,condition")
for index in range(first, first + count):
    prefix = f"979899{index:06}" if index % 50 == 49 else f"978{999_950_000 + index}"
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(prefix))
    print(f"{prefix}{-total % 10},{2 + index % 900 / 100:.2f},1,Good")
