#!/bin/sh
# Holds schema.graphql against the rules, and tells what changed in it since the branch began, or since the last commit:
# check.sh <folder of the tools>
set -eu
tools=$1
node "$tools/lint.mjs" schema.graphql

before=
for trunk in origin/HEAD origin/main main; do
    before=$(git merge-base HEAD "$trunk" 2>/dev/null) && break
done
if [ -z "$before" ] || [ "$before" = "$(git rev-parse HEAD)" ]; then
    before=$(git rev-parse --verify --quiet HEAD~1) || before=
fi
if [ -z "$before" ] || ! git show "$before:schema.graphql" >"$tools/before.graphql" 2>/dev/null; then
    echo 'There is no older schema.graphql here to compare with (a shallow clone has none).'
    exit 0
fi
# This only reports: whether a change may break clients is for people to decide.
outcome=0
node "$tools/diff.mjs" "$tools/before.graphql" schema.graphql || outcome=$?
case $outcome in
    0) ;;
    3) echo "== BREAKING for clients of the schema as it was in $before" ;;
    *) exit "$outcome" ;;
esac
