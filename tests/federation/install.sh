#!/bin/sh
# Installs what check.mjs stands on into a folder: install.sh <folder>
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$1"
cp "$here/check.mjs" "$1/"
if ! cmp -s "$here/package-lock.json" "$1/package-lock.json" || [ ! -d "$1/node_modules/graphql" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$1/"
    cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
