#!/bin/sh
# Makes the namespace, or sets its retention where it is there already. Address and name come from TEMPORAL_ADDRESS and
# TEMPORAL_NAMESPACE, which the command line reads itself.
set -eu

if temporal operator namespace describe "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
