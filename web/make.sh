#!/bin/sh
# Makes the query page and runs the tests of it that need no browser.
set -eu
cd "$(dirname -- "$0")"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
npm run --silent check
npm test --silent
npm run --silent build
