#!/bin/sh
# The bucket of evidence: with Object Lock from the start (it cannot be added), and a user who may not get round it. Again: no change.
set -eu
MC_CONFIG_DIR="$(mktemp -d)"
export MC_CONFIG_DIR
mkdir -p "$MC_CONFIG_DIR/certs/CAs"
cp /run/secrets/ca.crt "$MC_CONFIG_DIR/certs/CAs/ca.crt"
export MC_HOST_store="https://root:$(cat /run/secrets/s3-root.password)@s3:9000"
mc mb --ignore-existing --with-lock store/evidence
# Masked copies are linked to for minutes and are gone after a day; everything else stays as long as its lock and the centre want.
mc ilm rule list store/evidence | grep -q 'masked/' \
  || mc ilm rule add --prefix masked/ --expire-days 1 --noncurrent-expire-days 1 store/evidence
mc admin user add store < /run/secrets/s3-user
mc admin policy create store tarazy /etc/tarazy/bucket-policy.json
mc admin policy attach store tarazy --user "$(head -n 1 /run/secrets/s3-user)" || true  # attached already
