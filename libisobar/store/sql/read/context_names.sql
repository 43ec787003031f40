-- The assets that words mean: by key, else by another name that sources state, else by the name or id that is
-- shown, in any case.
-- $1 org_id, $2 keys, $3 texts.  Returns for each word in its place n, how many assets it can mean, and one.
with word as (
    select w.place, w.key, w.text
      from unnest($2::uuid[], $3::text[]) with ordinality as w (key, text, place)
), direct as (
    select w.place, a.asset_id, a.canonical_id
      from word as w
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = w.key
), alias as (
    select w.place, a.asset_id, a.canonical_id
      from word as w
      join isobar.asset_alias as l
        on l.org_id = $1
       and l.alias_id = w.key
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = l.asset_id
     where w.place not in (select place from direct)
), shown as (
    select w.place, a.asset_id, a.canonical_id
      from (select place, lower(text) as text
              from word
             where place not in (select place from direct)
               and place not in (select place from alias)) as w
      join isobar.asset as a
        on a.org_id = $1
       and lower(a.name) = w.text
     union
    select w.place, a.asset_id, a.canonical_id
      from (select place, lower(text) as text
              from word
             where place not in (select place from direct)
               and place not in (select place from alias)) as w
      join isobar.asset as a
        on a.org_id = $1
       and lower(a.id) = w.text
)
select w.place, count(distinct f.canonical_id) as n, min(f.asset_id::text)::uuid as asset_id
  from word as w
  left join (select place, asset_id, canonical_id from direct
              union all
             select place, asset_id, canonical_id from alias
              union all
             select place, asset_id, canonical_id from shown) as f
    on f.place = w.place
 group by w.place
 order by w.place
