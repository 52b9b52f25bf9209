#!/bin/sh
# Installs the gateway into a folder of its own, for the tests: install.sh <folder>
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$1"
cp "$here"/*.mjs "$here"/*.graphql "$1/"
if ! cmp -s "$here/package-lock.json" "$1/package-lock.json" || [ ! -d "$1/node_modules/graphql" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$1/"
    cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
