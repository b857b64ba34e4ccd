#!/bin/sh
# What it costs to know who calls and how often, with wrk: the same page of a list from four servers on one database, in turns.
#
#   cargo build --release && tests/load/access.sh
#
# Starts the servers with a private PostgreSQL in a throw-away folder, and removes it at the end. SECONDS_EACH, CONNECTIONS, BINARY and
# RUNS may be set.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$here/../../target/release/arbitragevault}
seconds=${SECONDS_EACH:-5}
connections=${CONNECTIONS:-16}
runs=${RUNS:-3}
port=${PORT:-18080}
folder=$(mktemp -d)
chmod 755 "$folder"
servers=
trap 'kill $servers 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT INT TERM

# A server on a port, with settings.
start() {
    at=$1
    shift
    env ARBITRAGEVAULT__SERVER__HOST=127.0.0.1 ARBITRAGEVAULT__SERVER__PORT="$at" ARBITRAGEVAULT__LOG__FORMAT=json \
        ARBITRAGEVAULT__ACCOUNTS__MAIL_FOLDER="$folder/mails" ARBITRAGEVAULT__DATABASE__MAX_CONNECTIONS=16 "$@" \
        "$binary" >"$folder/log.$at" 2>&1 &
    servers="$servers $!"
    until curl -sf "http://127.0.0.1:$at/health" >/dev/null; do
        kill -0 $! || { cat "$folder/log.$at" >&2; exit 1; }
        sleep 0.2
    done
}
url="DATABASE_URL=postgres://arbitragevault@$(printf %s "$folder/postgres" | sed "s|/|%2F|g")/postgres?sslmode=disable"
many=1000000000
start "$port" ARBITRAGEVAULT__DATABASE__DATA_DIR="$folder/postgres" ARBITRAGEVAULT__LIMITS__PER_KEY=0 ARBITRAGEVAULT__LIMITS__PER_ADDRESS=0
start $((port + 1)) "$url" ARBITRAGEVAULT__AUTH__REQUIRED=false ARBITRAGEVAULT__LIMITS__PER_KEY=0 ARBITRAGEVAULT__LIMITS__PER_ADDRESS=0
start $((port + 2)) "$url" ARBITRAGEVAULT__LIMITS__PER_KEY=$many ARBITRAGEVAULT__LIMITS__PER_ADDRESS=$many
key=$(sed -n 's/^export ARBITRAGEVAULT_KEY=//p' "$folder/log.$port")

account='{"email": "load@example.com", "password": "correct horse battery staple"}'
curl -sf "http://127.0.0.1:$port/api/v1/auth/register" -H 'content-type: application/json' -d "$account" >/dev/null
token=$(curl -sf "http://127.0.0.1:$port/api/v1/auth/login" -H 'content-type: application/json' -d "$account" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')

# One run: what, requests a second, errors.
one() {
    wrk -t1 -c"$connections" -d"$seconds"s -H "$2" --latency "http://127.0.0.1:$3$4" | awk -v name="$1" '
        /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF } END { print name "\t" rate "\t" bad + 0 }'
}
path="/api/v1/batches?limit=1"
for _ in $(seq "$runs"); do
    one "no credential" "x-none: 1" $((port + 1)) "$path"
    one "API key" "authorization: Bearer $key" "$port" "$path"
    one "access token" "authorization: Bearer $token" "$port" "$path"
    one "API key, with limits" "authorization: Bearer $key" $((port + 2)) "$path"
done | sort -t "$(printf '\t')" -k1,1 -k2,2n | awk -F '\t' '
    { rates[$1] = rates[$1] " " $2; bad[$1] += $3 }
    END { for (name in rates) { n = split(rates[name], r, " "); m = r[int((n + 1) / 2)]
          printf "%-24s %9.0f/s %7.1f us of wall clock a request   errors %d\n", name, m, 1e6 / m, bad[name] } }'
