-- What a complete listing did not show, scope by scope.  Threats end by their source's word alone: they
-- age out of listings.  A vulnerability ends when two listings in a row lack it, anything else by one,
-- unless the source says otherwise.
-- $1 org_id, $2 run_id, $3 part_no, $4 bigint[] scope ids, $5 misses or null.
-- Returns scope_id, n_live, n_absent, n_due (absent long enough to be closed), n_seen (all that was listed).
with seen as materialized (
    select distinct asset_id, finding_id
      from isobar.run_seen
     where org_id = $1
       and run_id = $2
       and part_no = $3
), listed as (
    select scope_id, count(*) as n
      from isobar.run_seen
     where org_id = $1
       and run_id = $2
       and part_no = $3
     group by scope_id
), live as (
    select f.scope_id, count(*) as n_live, count(*) filter (where s.finding_id is null) as n_absent,
           count(*) filter (where s.finding_id is null
                              and f.misses + 1 >= coalesce($5::integer, case f.class when 1 then 2 else 1 end))
               as n_due
      from isobar.finding as f
      left join seen as s
        on s.asset_id = f.asset_id
       and s.finding_id = f.finding_id
     where f.org_id = $1
       and f.scope_id = any ($4::bigint[])
       and f.state in (0, 2, 4)
       and f.class <> 2
     group by f.scope_id
)
select w.scope_id, coalesce(l.n_live, 0) as n_live, coalesce(l.n_absent, 0) as n_absent,
       coalesce(l.n_due, 0) as n_due, coalesce(g.n, 0) as n_seen
  from unnest($4::bigint[]) as w (scope_id)
  left join live as l using (scope_id)
  left join listed as g using (scope_id)
