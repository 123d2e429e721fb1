#!/bin/sh
# Makes the namespace, or sets its retention where it is there already. The server's address comes from
# TEMPORAL_ADDRESS, which the command line reads itself.
set -eu

namespace() {
  verb=$1
  shift
  temporal operator namespace "$verb" --namespace "$TEMPORAL_NAMESPACE" "$@"
}

if namespace describe >/dev/null 2>&1; then
  namespace update --retention "$RETENTION"
else
  namespace create --retention "$RETENTION"
fi
