-- Joins assets that go by their name only with the one asset of that name in the same account and region
-- and of the same type that has a full name: when two could be meant, none is, and what was joined before
-- the second came is taken apart again.  A machine's id is unique in all accounts, so that account and
-- region may be missing there.  Names are compared whole, behind a separator of the full name.
-- $1 org_id, $2 run_id, $3 now.  Returns n, the pairs that came and went.  Fills context_touched.
with short as (
    select asset_id, canonical_id, provider, account, region, type, id,
           lower(case when id like 'arn:%' then regexp_replace(id, '^.*/', '')
                      else substr(id, length(split_part(id, ':', 1) || account || region || type) + 5) end) as name
      from isobar.asset
     where org_id = $1
       and id ~ '^((aws|azure|gcp|oci):|arn:[a-z-]+:ec2:[^:]*::)'
       and (id like 'arn:%' or (account <> '' and type <> ''))
), named as (
    select asset_id, provider, account, region, type, id, name, regexp_replace(name, '^.*[/:]', '') as tail
      from short
), pair as (
    select s.asset_id as short_id, min(f.asset_id::text)::uuid as full_id,
           (array_agg(f.id order by f.asset_id))[1] as full_name
      from named as s
      join isobar.asset as f
        on f.org_id = $1
       and f.provider = s.provider
       and f.type = s.type
       and lower(regexp_replace(f.id, '^.*[/:]', '')) = s.tail
     where s.name <> ''
       and f.id !~ '^((aws|azure|gcp|oci):|arn:[a-z-]+:ec2:[^:]*::)'
       and (f.account = s.account or (s.id like 'arn:%' and s.account = ''))
       and (s.region in ('', f.region) or f.region = '')
       and right(lower(f.id), length(s.name) + 1) in ('/' || s.name, ':' || s.name)
     group by s.asset_id
    having count(distinct f.canonical_id) = 1
), gone as (
    delete from isobar.asset_alias as a
     where a.org_id = $1
       and a.basis = 1
       and not exists (select from pair as p where p.full_id = a.alias_id and p.short_id = a.asset_id)
 returning a.asset_id
), come as (
    insert into isobar.asset_alias (org_id, alias_id, asset_id, alias, stored_at, basis)
    select $1, full_id, short_id, full_name, $3, 1
      from pair
    on conflict (org_id, alias_id, asset_id) do nothing
 returning asset_id
), torn as (
    select a.asset_id, a.canonical_id
      from isobar.asset as a
     where a.org_id = $1
       and a.canonical_id in (select s.canonical_id from short as s join gone as g on g.asset_id = s.asset_id)
), apart as (
    update isobar.asset as a
       set canonical_id = a.asset_id
      from torn as t
     where a.org_id = $1
       and a.asset_id = t.asset_id
       and t.canonical_id <> t.asset_id
), unlinked as (
    -- A risk begins with its asset's key (decision 0009): it stays with that asset.
    delete from isobar.risk_alias as l
     using torn as t
     where l.org_id = $1
       and substring(uuid_send(l.fingerprint) for 8) = substring(uuid_send(t.asset_id) for 8)
       and substring(uuid_send(l.risk_id) for 8) <> substring(uuid_send(l.fingerprint) for 8)
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, $2
      from torn
), paths as (
    insert into isobar.path_mark (org_id, asset_id)
    select $1, asset_id
      from torn
), touched as (
    insert into context_touched (asset_id)
    select asset_id
      from torn
)
select (select count(*) from gone) + (select count(*) from come) as n
