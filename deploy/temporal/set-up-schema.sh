#!/bin/sh
# Makes Temporal's two databases and brings them to the version of this image. Runs at every start; does nothing when nothing is to do.
set -eu
for schema in temporal:temporal temporal_visibility:visibility; do
  database=${schema%%:*}
  folder=/etc/temporal/schema/postgresql/v12/${schema##*:}/versioned
  temporal-sql-tool --db "$database" create
  temporal-sql-tool --db "$database" setup-schema -v 0.0
  temporal-sql-tool --db "$database" update-schema -d "$folder"
done
