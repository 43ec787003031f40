-- SPDX-License-Identifier: Apache-2.0
-- Brings toxic_rule to the state of its staging table; former rows move to toxic_rule_version.  Marks the
-- assets where a path of a changed rule may come or go: those with elements, and the entries of paths.
-- $1 the instant from which it holds.  Returns n_changed.
with next as (
    select rule, title, jsonb_build_object('category', category, 'target', target, 'places', places) as body
      from stage_toxic_rule
), former as (
    select t.rule, s.rule is null as gone
      from isobar.toxic_rule as t
      left join next as s using (rule)
     where s.rule is null
        or (t.title, t.body) is distinct from (s.title, s.body)
), kept as (
    insert into isobar.toxic_rule_version (rule, title, body, valid_from, valid_to)
    select t.rule, t.title, t.body, t.valid_from, $1::timestamptz
      from former as f
      join isobar.toxic_rule as t using (rule)
), gone as (
    delete from isobar.toxic_rule as t
     using former as f
     where f.gone and t.rule = f.rule
), changed as (
    update isobar.toxic_rule as t
       set title = s.title, body = s.body, valid_from = $1::timestamptz
      from former as f
      join next as s using (rule)
     where t.rule = f.rule
), added as (
    insert into isobar.toxic_rule (rule, title, body, valid_from)
    select s.rule, s.title, s.body, $1::timestamptz
      from next as s
     where not exists (
           select
             from isobar.toxic_rule as t
            where t.rule = s.rule)
 returning 1
), marked as (
    insert into isobar.path_mark (org_id, asset_id)
    select org_id, asset_id
      from isobar.risk
     where elements <> 0
     union
    select org_id, entry_id
      from isobar.path
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
