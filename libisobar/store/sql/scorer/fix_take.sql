-- SPDX-License-Identifier: Apache-2.0
-- Takes marks off the list and gathers their fixes, each once, by one sort.  The deletion comes first; the risks
-- are read by a later statement, so that a mark that is committed only now stays for the next time.
-- $1 org_id, $2 most marks.  Fills batch_fix.  Returns n, how many fixes.
with last as (
    select max(mark_id) as mark_id
      from (select mark_id
              from isobar.fix_mark
             where org_id = $1
             order by mark_id
             limit $2) as s
), taken as (
    delete from isobar.fix_mark as m
     where m.org_id = $1
       and m.mark_id <= (select mark_id from last)
 returning m.fix_ids, m.kinds, m.upgrade_ids, m.asset_ids, m.providers, m.accounts, m.subjects, m.parts
), gathered as (
    insert into batch_fix (fix_id, kind, upgrade_id, asset_id, provider, account, subject, parts)
    select distinct on (m.fix_id) m.fix_id, m.kind, m.upgrade_id, m.asset_id, m.provider, m.account, m.subject,
           bit_or(coalesce(m.parts, -1)) over (partition by m.fix_id order by m.kind desc
                                               rows between unbounded preceding and unbounded following)
      from taken as t,
           unnest(t.fix_ids, t.kinds, t.upgrade_ids, t.asset_ids, t.providers, t.accounts, t.subjects, t.parts)
               as m (fix_id, kind, upgrade_id, asset_id, provider, account, subject, parts)
     order by m.fix_id, m.kind desc
 returning fix_id
)
select count(*) as n
  from gathered
