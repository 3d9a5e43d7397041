#!/bin/sh
# The namespace Heddle works in, and what its runs can be searched by. Runs at every start; makes only what is missing.
set -eu
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 7d

# The servers learn of a namespace only some seconds after it is made.
tries=0
until listed=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" 2>/dev/null); do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ]; then
    echo "The namespace $TEMPORAL_NAMESPACE is not there after a minute." >&2
    exit 1
  fi
  sleep 1
done

while read -r name type; do
  case "$listed" in
    *"$name"*) ;;
    *) temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type "$type" ;;
  esac
done <<END
HeddleWorkspace Keyword
HeddleJourney Keyword
HeddleProfile Keyword
HeddleEntry Keyword
HeddleVersion Int
END
