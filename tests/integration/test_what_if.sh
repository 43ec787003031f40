#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What another model or other policies would move is what moves when they are taken: every number of the
# report against SQL over all risks before and after, and nothing is written before.
. "$(dirname "$0")/lib.sh"

later=2026-11-16T06:00:00Z
n_taken=0
written=(risk risk_explanation risk_event sla_segment path dirty_mark risk_rank_history) # by scoring

# model NAME FILTER…: a model of its own in $tmp/NAME.json; the filter has to keep the maxima at 1000.
model() {
	local name=$1
	shift
	jq --arg name "$name" ".model = \$name | $*" "$root/catalog/models/rs-1.0.0.json" >"$tmp/$name.json"
}

# Everything that scoring writes, and its marks.
dump_state() {
	dump_tables "$1" "${written[@]}"
}

keep_before() {
	sql "set client_min_messages = warning; drop table if exists public.before;
		create table public.before as
		select risk_id, score, band, state, due_at, open from isobar.risk"
}

# The numbers of a report, from the risks before and after, at time $1.
moved_by_sql() {
	sql "with side as (
			select b.score as s0, a.score as s1, b.band as b0, a.band as b1,
			       coalesce(b.open, false) as o0, coalesce(a.open, false) as o1,
			       coalesce(b.due_at, 'infinity') as d0, coalesce(a.due_at, 'infinity') as d1
			  from public.before as b
			  full join isobar.risk as a using (risk_id))
		select json_build_object('scores', count(*) filter (where o0 and o1 and s0 <> s1),
			'bands', count(*) filter (where o0 and o1 and b0 <> b1),
			'opened', count(*) filter (where o1 and not o0), 'closed', count(*) filter (where o0 and not o1),
			'earlier', count(*) filter (where o0 and o1 and d1 < d0),
			'later', count(*) filter (where o0 and o1 and d1 > d0),
			'breached', count(*) filter (where o1 and d1 < '$1' and not (o0 and d0 < '$1')),
			'relieved', count(*) filter (where o0 and d0 < '$1' and not (o1 and d1 < '$1')),
			'largest', max(abs(case when o1 then s1 else 0 end - case when o0 then s0 else 0 end)))
		from side" | jq -cS .
}

# The same numbers of a report in FILE.
said() {
	jq -cS '{scores, bands: ([.bands[].risks] | add // 0), opened, closed, earlier, later, breached, relieved,
		largest: ([.movers[] | ((if .to.state == "open" then .to.score else 0 end) -
			(if (.from.state // "") == "open" then .from.score else 0 end)) | fabs] | max // 0)}' "$1"
}

# refused CASE CODE TEXT COMMAND…
refused() {
	local name=$1 want=$2 text=$3
	shift 3
	run "$isobar" "$@"
	expect_code "$name" "$want"
	grep -qF -e "$text" "$err" || fail "$name" "it said: $(head -c 300 "$err")"
	expect "$name: one line" 1 "$(wc -l <"$err")"
}

# try_model NAME: what is said before, what is said when it is taken, and what SQL counts, are one.
try_model() {
	local name=$1
	dump_state "$tmp/dump0"
	must "$isobar" what-if --json --now "$later" --model "$tmp/$name.json"
	cp "$out" "$tmp/expected"
	dump_state "$tmp/dump1"
	expect_same_dumps "$name: nothing is written" "$tmp/dump0" "$tmp/dump1" "${written[@]}"
	keep_before
	must "$isobar" model activate --json --now "$later" --reason "test of $name" "$tmp/$name.json"
	jq -cS .moved "$out" >"$tmp/moved"
	expect "$name: activation says what what-if said" "$(jq -cS 'del(.pending, .rewritten)' "$tmp/expected")" \
		"$(cat "$tmp/moved")"
	expect "$name: and says so" true "$(jq .as_expected "$out")"
	expect "$name: by SQL" "$(moved_by_sql "$later")" "$(said "$tmp/expected")"
	say "   $name: $(said "$tmp/expected"), tau $(jq .rank_correlation "$tmp/expected")"
}

make_db
must "$isobar" intel load --quiet --no-score --now "$now" "$root"/deploy/sample-intel/epss*
must "$isobar" import --quiet --now "$now" "$sample"
# Likelihood alone is to decide what can be exploited: paths hang on the model then.
sql "update isobar.finding set maturity = 0"
sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select distinct org_id, asset_id, 0 from isobar.finding"
must "$scorer" --once --now "$later"

must "$isobar" what-if --json --now "$later" --model "$root/catalog/models/rs-1.0.0.json"
expect "the model in use moves nothing" '0 0 1.0000 0' \
	"$(jq -r '"\(.scores) \(.bands | length) \(.rank_correlation) \(.movers | length)"' "$out" | sed 's/ 1 / 1.0000 /')"
proves "the model in use moves nothing"

# --- models ---

model exposure '.points.exposure[5] -= 30 | .points.exposure[4] -= 15 | .points.data[4] += 30 | .points.data[3] += 20'
model certain '.points.likelihood.epss |= map([.[0], (if .[0] < 20 then 0 else 180 end)])'
model unlikely '.points.likelihood.epss = [[1, 0], [99999, 0], [100000, 180]]'
model bands '.bands = {medium: 250, high: 450, critical: 650}'
for name in exposure certain unlikely bands; do
	n_taken=$((n_taken + 1))
	later=2026-11-16T06:0$n_taken:00Z
	try_model "$name"
	sql "select string_agg(rule || level, ' ' order by rule, target_id, entry_id) from isobar.path where level > 0" \
		>>"$tmp/paths"
	expect_some "$name moves something" "$(jq .scores "$tmp/expected")"
done
[ "$(sort -u "$tmp/paths" | wc -l)" -gt 1 ] || fail "models" "none of them made a path come or go"
proves "what a model would move is what it moves, paths that come and go with it"

must "$isobar" model activate --json --now "$later" --reason again "$tmp/bands.json"
expect "the same model again" "false 0" "$(jq -r '"\(.changed) \(.moved.scores)"' "$out")"
must "$isobar" model list --json
expect "models are listed" "bands true, 4 own" \
	"$(jq -rs '"\(.[0].model) \(.[0].in_use), \([.[] | select(.own)] | length) own"' "$out")"
expect "with who, and why" "test of unlikely" "$(jq -r 'select(.model == "unlikely").reason' "$out")"
risk=$(sql "select risk_id from isobar.risk where open and subject like 'cve:%' order by rank desc limit 1")
must "$isobar" explain --json "$risk"
expect "explained by its own model" "bands true" "$(jq -r '"\(.model) \(has("bounds"))"' "$out")"
must "$isobar" model show bands
expect_same "the text of one" "$tmp/bands.json" "$out"
later=2026-11-16T07:00:00Z
keep_before
must "$isobar" model reset --json --now "$later" --reason "test is over"
expect "back to the catalogue's" true "$(jq .as_expected "$out")"
expect "explained by it again" 0 "$(sql "select count(*) from isobar.risk_explanation as x join isobar.risk as r
	using (org_id, risk_id) where r.open and x.model <> 'rs-1.0.0'")"
expect "by SQL" "$(moved_by_sql "$later")" "$(jq '.moved' "$out" >"$tmp/r" && said "$tmp/r")"
proves "models are listed, shown, and given up"

# --- policies ---

cat >"$tmp/strict.ini" <<'INI'
[critical]
band = critical
window = 12h

[high]
band = high
window = 100d
INI
must "$isobar" what-if --json --now "$later" --policy "$tmp/strict.ini"
cp "$out" "$tmp/expected"
keep_before
must "$isobar" sla policy load --quiet --now "$later" --reason test "$tmp/strict.ini"
expect "policies: by SQL" "$(moved_by_sql "$later")" "$(said "$tmp/expected")"
expect_some "some are overdue by them" "$(jq .breached "$tmp/expected")"
expect_some "some are due later" "$(jq .later "$tmp/expected")"
say "   policies: $(said "$tmp/expected")"
must "$isobar" what-if --json --now "$later" --policy "$tmp/strict.ini"
expect "the policies in use move nothing" "0 0" "$(jq -r '"\(.earlier) \(.later)"' "$out")"
proves "what policies would move is what they move"

# --- context ---

entry=$(sql "select a.id from isobar.path as p join isobar.asset as a on a.org_id = 1 and a.asset_id = p.entry_id
	where p.level > 0 and p.rule = 'open-management-password' limit 1")
some=$(sql "select a.id from isobar.risk as r join isobar.asset as a on a.org_id = 1 and a.asset_id = r.asset_id
	where r.open and a.id <> '$entry' and a.id !~ '[,\"]' group by a.id order by count(*) desc, a.id limit 1")
printf 'asset,field,level,reason,decided\n%s,exposure,none,test,yes\n%s,criticality,mission_critical,test,yes\n' \
	"$entry" "$some" >"$tmp/context.csv"
dump_state "$tmp/dump0"
must "$isobar" what-if --json --now "$later" --context "$tmp/context.csv"
cp "$out" "$tmp/expected"
dump_state "$tmp/dump1"
expect_same_dumps "context: nothing is written" "$tmp/dump0" "$tmp/dump1" "${written[@]}"
keep_before
must "$isobar" context load --quiet --now "$later" "$tmp/context.csv"
expect "context: by SQL" "$(moved_by_sql "$later")" "$(said "$tmp/expected")"
expect_some "it moves something" "$(jq .scores "$tmp/expected")"
say "   context: $(said "$tmp/expected")"
proves "what a context would move is what it moves"

# --- what waits, and the rest ---

sql "insert into isobar.dirty_mark (org_id, asset_id, run_id)
	select org_id, asset_id, 0 from isobar.finding limit 1"
must "$isobar" what-if --json --now "$later" --model "$tmp/bands.json"
expect "what waits is told" 1 "$(jq .pending "$out")"
expect "and left waiting" 1 "$(sql "select count(*) from isobar.dirty_mark")"
must "$isobar" what-if --now "$later" --model "$tmp/exposure.json"
grep -q "open risks" "$out" && grep -q "largest changes" "$out" || fail "for people" "$(head -c 300 "$out")"

jq '.points.exposure[2] = 90' "$tmp/bands.json" >"$tmp/bad.json"
refused "a table that falls" 1 "bad.json: line" what-if --model "$tmp/bad.json"
refused "says both numbers" 1 "points.exposure falls from 90 to 65" what-if --model "$tmp/bad.json"
refused "nor is it activated" 1 "points.exposure falls from 90 to 65" model activate --reason x "$tmp/bad.json"
jq '.points.data[4] += 0 | .bands.medium = 299 | .model = "rs-1.0.0"' "$tmp/bands.json" >"$tmp/taken.json"
refused "a name that is taken" 1 "another model is called rs-1.0.0 already" \
	model activate --reason x "$tmp/taken.json"
refused "no file" 1 "none.json" what-if --model "$tmp/none.json"
printf '[x]\nwindo = 3h\n' >"$tmp/bad.ini"
refused "a policy with an unknown key" 1 'bad.ini:2: unknown key "windo"' what-if --policy "$tmp/bad.ini"
printf '[x]\nwindow = 3h\nowner = nobody-there\n' >"$tmp/bad.ini"
refused "a policy of nobody" 1 'there is no owner' what-if --policy "$tmp/bad.ini"
printf 'asset,field,level\nno-such-asset,exposure,none\n' >"$tmp/bad.csv"
refused "a context of nothing" 1 'bad.csv:2: ' what-if --context "$tmp/bad.csv"
refused "nothing to try" 2 "wants --model FILE" what-if
refused "no reason" 2 "--reason TEXT" model activate "$tmp/bands.json"
refused "another org" 1 "nowhere" what-if --org nowhere --model "$tmp/bands.json"
proves "bad input is refused in one line"

done_testing
