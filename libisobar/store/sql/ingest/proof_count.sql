-- What a complete listing did not show, scope by scope.  Threats end by their source's word alone: they
-- age out of listings.  A vulnerability ends when two listings in a row lack it, anything else by one,
-- unless the source says otherwise.
-- What is stored and what was listed meet by grouping, not by a join: of tables that have just been filled
-- nobody knows how large they are, and a join that is planned for one row takes forever with a million.
-- $1 org_id, $2 run_id, $3 part_no, $4 bigint[] scope ids, $5 misses or null.  Fills proof_finding.
-- Returns scope_id, n_live, n_absent, n_due (absent long enough to be closed), n_seen (all that was listed).
with side as (
    select f.asset_id, f.finding_id, f.scope_id, f.class, f.misses
      from isobar.finding as f
     where f.org_id = $1
       and f.scope_id = any ($4::bigint[])
       and f.state in (0, 2, 4)
       and f.class <> 2
     union all
    select asset_id, finding_id, null, null, null
      from isobar.run_seen
     where org_id = $1
       and run_id = $2
       and part_no = $3
), told as materialized (
    select asset_id, finding_id, max(scope_id) as scope_id, max(misses) as misses, bool_or(scope_id is null) as seen,
           max(misses) + 1 >= coalesce($5::integer, case max(class) when 1 then 2 else 1 end) as due
      from side
     group by asset_id, finding_id
    having max(scope_id) is not null
), kept as (
    insert into proof_finding (asset_id, finding_id, scope_id, misses, seen, due)
    select asset_id, finding_id, scope_id, misses, seen, due
      from told
     where not seen
        or misses > 0
), live as (
    select scope_id, count(*) as n_live, count(*) filter (where not seen) as n_absent,
           count(*) filter (where not seen and due) as n_due
      from told
     group by scope_id
), listed as (
    select scope_id, count(*) as n
      from isobar.run_seen
     where org_id = $1
       and run_id = $2
       and part_no = $3
     group by scope_id
)
select w.scope_id, coalesce(l.n_live, 0) as n_live, coalesce(l.n_absent, 0) as n_absent,
       coalesce(l.n_due, 0) as n_due, coalesce(g.n, 0) as n_seen
  from unnest($4::bigint[]) as w (scope_id)
  left join live as l using (scope_id)
  left join listed as g using (scope_id)
