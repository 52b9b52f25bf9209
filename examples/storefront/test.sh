#!/bin/sh
# Builds the storefront and has a customer in a browser use it, before the real service: test.sh <program of the service>
set -eu
program=$(realpath "$1")
cd "$(dirname "$0")"
npm run --silent build
npm run --silent test -- "$program"
