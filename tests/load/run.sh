#!/bin/sh
# Load of the API with wrk (Debian package `wrk`) on 200,000 analyses: three runs of every request, medians printed.
#
#   cargo build --release && tests/load/run.sh
#
# Starts the server with a private PostgreSQL in a throw-away folder, seeds it with seed.sql, and removes both at the end.
# SECONDS_EACH, CONNECTIONS, BINARY and RUNS may be set.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$here/../../target/release/arbitragevault}
seconds=${SECONDS_EACH:-5}
connections=${CONNECTIONS:-32}
runs=${RUNS:-3}
port=${PORT:-18080}
folder=$(mktemp -d)
chmod 755 "$folder"
api=http://127.0.0.1:$port

PORT=$port ARBITRAGEVAULT__SERVER__HOST=127.0.0.1 ARBITRAGEVAULT__DATABASE__DATA_DIR="$folder/postgres" ARBITRAGEVAULT__LOG__FORMAT=json \
    ARBITRAGEVAULT__LIMITS__PER_KEY=0 ARBITRAGEVAULT__LIMITS__PER_ADDRESS=0 \
    "$binary" >"$folder/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT INT TERM
until curl -sf $api/health >/dev/null; do
    kill -0 $server || { cat "$folder/log" >&2; exit 1; }
    sleep 0.2
done
key=$(sed -n 's/^export ARBITRAGEVAULT_KEY=//p' "$folder/log")
authorization="authorization: Bearer $key"
resident() { awk '/VmRSS/ { printf "%.1f MB", $2 / 1024 }' /proc/$server/status; }
sleep 2
echo "resident when idle: $(resident)"

psql -q -v ON_ERROR_STOP=1 -h "$folder/postgres" -U arbitragevault -d postgres -f "$here/seed.sql"

batch=01900000-0000-7000-8000-000000000032
filtered="$api/api/v1/analyses?min_profit_minor=-100000&sort=roi&limit=50"
deep=$filtered
# The page that begins at row 10,000, reached as a client would: by 200 cursors.
for _ in $(seq 200); do
    cursor=$(curl -sf -H "$authorization" "$deep" | sed 's/.*"next_cursor":"\([^"]*\)".*/\1/')
    deep="$filtered&cursor=$cursor"
done

# One line: what, requests a second (median of the runs), 99th percentile of the median run, errors.
measure() {
    name=$1
    shift
    [ $# -gt 0 ] || curl -sf -H "$authorization" -o /dev/null "$url" || { echo "$name: $url fails" >&2; exit 1; }
    for _ in $(seq "$runs"); do
        wrk -t1 -c"$connections" -d"$seconds"s -H "$authorization" --latency "$@" "$url" | awk '
            /99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF } END { print rate, p99, bad + 0 }'
    done | sort -n | awk -v name="$name" '{ line[NR] = $0 } END { split(line[int((NR + 1) / 2)], m, " ")
        printf "%-34s %9.0f/s  p99 %-9s errors %s\n", name, m[1], m[2], m[3] }'
}
url=$api/health measure "health"
url="$api/api/v1/analyses?batch_id=$batch&sort=roi&limit=50" measure "page of 50 by ROI"
url="$api/api/v1/analyses/top?batch_id=$batch&limit=10" measure "top ten of a batch"
url="$filtered" measure "filtered list, first page"
url="$deep" measure "filtered list, page at row 10,000"
url="$api/api/v1/batches" measure "list of batches"
url="$api/api/v1/analyses/01900000-0000-7000-8032-000000000007" measure "one analysis"
url="$api/api/v1/analyses" measure "one analysis made and stored" -s "$here/analyse.lua"
echo "resident after the load: $(resident)"
