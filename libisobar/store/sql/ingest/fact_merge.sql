-- Stores what a file says of rules apart from findings; keeps the former rows; marks the assets of
-- the findings that use them.  Of two statements in one command the greater wins.
-- $1 org_id, $2 run_id, $3 now.  Reads page_fact.
with page as (
    select distinct on (connector, rule) *
      from page_fact
     order by connector, rule, sev100 desc, title collate "C" desc, description collate "C" desc
), former as (
    insert into isobar.rule_fact_version (org_id, connector, rule, title, sev100, description, remediation,
                                          valid_from, valid_to)
    select o.org_id, o.connector, o.rule, o.title, o.sev100, o.description, o.remediation, o.valid_from, $3
      from isobar.rule_fact as o
      join page as p using (connector, rule)
     where o.org_id = $1
       and o.valid_from < $3
       and (o.title, o.sev100, o.description, o.remediation)
           is distinct from (p.title, p.sev100, p.description, p.remediation)
    on conflict do nothing -- two files of facts alone hold no lock
), merged as (
    insert into isobar.rule_fact as o (org_id, connector, rule, title, sev100, description, remediation,
                                       valid_from)
    select $1, connector, rule, title, sev100, description, remediation, $3
      from page
    on conflict (org_id, connector, rule) do update
       set title = excluded.title, sev100 = excluded.sev100, description = excluded.description,
           remediation = excluded.remediation, valid_from = excluded.valid_from
     where (o.title, o.sev100, o.description, o.remediation)
           is distinct from (excluded.title, excluded.sev100, excluded.description, excluded.remediation)
       and (o.valid_from < excluded.valid_from
            or (excluded.sev100, excluded.title collate "C") > (o.sev100, o.title collate "C"))
 returning o.connector, o.rule
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select distinct $1::bigint, f.asset_id, $2::bigint
  from merged as m
  join isobar.finding as f
    on f.org_id = $1
   and f.connector = m.connector
   and f.rule = m.rule
