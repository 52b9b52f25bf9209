#!/usr/bin/env bash
# Fills a PostgreSQL database and measures the service on it. See README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

url=${1:?"usage: run.sh postgres://user@host/database"}
customers=${CUSTOMERS:-100000}
seconds=${SECONDS_EACH:-6}
program=target/release/customer-graph
folder=$(mktemp -d)
port=4390
server=
finish() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap finish EXIT

[ -x "$program" ] || { echo "Build it first: cargo build --release"; exit 1; }
"$program" demo --database-url "$url" --customers "$customers" --no-serve | tee "$folder/demo.txt"
"$program" signing-key create >"$folder/key.pem"
chmod 600 "$folder/key.pem"
export CUSTOMER_GRAPH_DATABASE_URL=$url CUSTOMER_GRAPH_LOG_LEVEL=warn
export CUSTOMER_GRAPH_AUTH_SIGNING_KEY_FILE=$folder/key.pem CUSTOMER_GRAPH_SERVER_LISTEN=127.0.0.1:$port
key=$("$program" api-key create --name bench --permissions '*' | grep -o 'cgk_[A-Za-z0-9_-]*' | head -n 1)
"$program" serve &
server=$!
for _ in $(seq 100); do
    curl -fs "http://127.0.0.1:$port/health/ready" >/dev/null && break
    sleep 0.1
done

python3 examples/bench/requests.py "http://127.0.0.1:$port/graphql" "$key" "$customers" "$folder"
for work in customer page search deep create; do
    for connections in ${CONNECTIONS:-1 16 64}; do
        printf '%-9s %3s connections  ' "$work" "$connections"
        REQUESTS=$folder/$work.json KEY=$key wrk -t1 -c"$connections" -d"${seconds}s" --timeout 30s \
            -s examples/bench/replay.lua "http://127.0.0.1:$port/graphql" | grep '^answers'
    done
done
printf 'memory: %s kB at most\n' "$(awk '/VmHWM/ { print $2 }' "/proc/$server/status")"
