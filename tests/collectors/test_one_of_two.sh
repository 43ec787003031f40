#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A source whose runs the database refuses fails alone: the collector lists the others and does not end.
. "$(dirname "$0")/lib.sh"

make_db
cloud azure --seed "$seed" --scale 300
add_source well azure
cloud aws --seed "$seed" --scale 300
add_source ill aws
sql "alter table isobar.run_part add constraint ill check (not (state = 3 and name like 'securityhub/%'))"
collect
expect_code "the collector" 0
expect "the source that is well" "1 " "$(sql "select concat_ws(' ', state, coalesce(error, '')) from isobar.run where name = 'well'")"
expect "the source that is ill" "3 t" \
	"$(sql "select concat_ws(' ', state, error like '%constraint%') from isobar.run where name = 'ill'")"
expect "findings of the one" t "$(sql "select count(*) > 0 from isobar.finding where connector = 'azure_defender'")"
expect "what it saw is forgotten" "0 0" "$(sql 'select concat_ws(chr(32), (select count(*) from isobar.run_seen), (select count(*) from isobar.run_stated))')"
expect "leases" 0 "$(sql 'select count(*) from isobar.lease')"
proves "a fault of one source ends its run, with its reason, and nothing else"

sql 'alter table isobar.run_part drop constraint ill'
collect
expect "once it is mended" 1 "$(sql "select state from isobar.run where name = 'ill' order by run_id desc limit 1")"
proves "its next run is whole"
done_testing
