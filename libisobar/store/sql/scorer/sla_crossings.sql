-- Moves the risks whose crossing has passed to their new slot.  The event's time is the crossing
-- itself, so that nothing depends on when the sweep ran.  Who moves risks raises the org's version
-- (changed_publish.sql).
-- $1 org_id, $2 now, $3 most.  Returns n.
with due as (
    select org_id, risk_id, rank, rank_since, next_crossing_at as at, due_at, band, score, state
      from isobar.risk
     where org_id = $1
       and open
       and next_crossing_at <= $2
     order by next_crossing_at
     limit $3
       for update
), moved as (
    update isobar.risk as r
       set rank = ((d.band * 4 + case when d.due_at <= d.at then 2 else 1 end) * 1024 + d.score),
           rank_since = d.at, version = r.version + 1,
           next_crossing_at = case when d.due_at <= d.at then null
                                 else d.due_at + interval '1 microsecond' end
      from due as d
     where r.org_id = $1
       and r.risk_id = d.risk_id
), former as (
    insert into isobar.risk_rank_history (org_id, rank, risk_id, valid_from, valid_to)
    select $1, rank, risk_id, rank_since, at
      from due
     where rank_since < at
    on conflict (org_id, rank, risk_id, valid_from) do nothing
), events as (
    insert into isobar.risk_event (org_id, risk_id, at, kind, state, band, score, due_at, actor, reason)
    select $1, risk_id, at, case when due_at <= at then 6 else 5 end, state, band, score, due_at, 'system',
           case when due_at <= at then 'breached' else 'due soon' end
      from due
), next as (
    insert into isobar.queue_version as v (org_id, version)
    select $1, 1
     where exists (select from due)
    on conflict (org_id) do update
       set version = v.version + 1
 returning version
), published as (
    insert into isobar.queue_change (org_id, version, part, risk_ids)
    select $1, n.version, 1, array(select risk_id from due)
      from next as n
)
select count(*) as n, (select pg_notify('isobar_queue', $1::text) from next) as told
  from due
