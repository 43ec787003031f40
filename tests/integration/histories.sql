-- SPDX-License-Identifier: Apache-2.0
-- What test_histories.sh keeps of each step, in tables of its own, and what has to hold between a step and the
-- one before.  Each row of kept.broken(step) is a rule that does not.  Written from docs/identity.md, docs/sla.md,
-- docs/events.md and docs/history.md, and by nothing else.
create schema kept;
create table kept.step (
    step   integer primary key,
    at     timestamptz not null,
    action text not null,
    moved  text[] not null -- connector/rule whose control is another one since this step
);
create table kept.policy (
    step    integer not null,
    band    smallint not null,
    length  interval not null,
    kev_cap boolean not null
);
create table kept.kev (
    step integer not null,
    cve  text not null
);
create table kept.risk (
    step           integer not null,
    risk_id        uuid not null,
    version        bigint not null,
    asset_id       uuid not null,
    subject        text not null,
    location       text not null,
    state          smallint not null,
    open           boolean not null,
    responsibility smallint not null,
    score          smallint not null,
    band           smallint not null,
    rank           bigint not null,
    opened_at      timestamptz not null,
    due_at         timestamptz,
    model          text not null,
    points         smallint[] not null,
    members        uuid[] not null,
    primary key (step, risk_id)
);
create table kept.segment (
    step       integer not null,
    risk_id    uuid not null,
    segment_no smallint not null,
    from_at    timestamptz not null,
    mode       smallint not null,
    band       smallint not null,
    due_at     timestamptz,
    primary key (step, risk_id, segment_no)
);
create table kept.alias (
    step        integer not null,
    fingerprint uuid not null,
    risk_id     uuid not null,
    reason      smallint not null,
    primary key (step, fingerprint)
);
create table kept.numbered (
    seq      bigint primary key,
    event_id bigint not null
);

create function kept.keep(now_step integer) returns void language sql as $$
    insert into kept.risk
    select $1, r.risk_id, r.version, r.asset_id, r.subject, r.location, r.state, r.open, r.responsibility, r.score,
           r.band, r.rank, r.opened_at, r.due_at, e.model, e.points, e.members
      from isobar.risk as r
      join isobar.risk_explanation as e using (org_id, risk_id)
     where r.org_id = 1;
    insert into kept.segment
    select $1, risk_id, segment_no, from_at, mode, band, due_at
      from isobar.sla_segment
     where org_id = 1;
    insert into kept.alias
    select $1, fingerprint, risk_id, reason
      from isobar.risk_alias
     where org_id = 1;
$$;

-- Tickets as a courier will keep them: one for each risk, done when it ends, open again when it comes back; another
-- one when its own went with a risk that it was part of for a while.
create function kept.tickets() returns void language sql as $$
    insert into isobar.ticket (org_id, ticket_id, endpoint_id, risk_id, external_id, external_key, state, created_at)
    select 1, md5(r.risk_id::text || n.made)::uuid, 1, r.risk_id, md5(r.risk_id::text), right(r.risk_id::text, 12), 1, now()
      from isobar.risk as r
     cross join lateral (select count(*) as made from isobar.ticket where external_id = md5(r.risk_id::text)) as n
     where r.org_id = 1
       and r.open
       and not exists (select from isobar.ticket as t where t.org_id = 1 and t.risk_id = r.risk_id);
    update isobar.ticket as t
       set state = case when r.state = 6 then 3 else 1 end
      from isobar.risk as r
     where t.org_id = 1
       and t.duplicate_of is null
       and r.org_id = 1
       and r.risk_id = t.risk_id
       and t.state <> case when r.state = 6 then 3 else 1 end;
$$;

-- The segments that hold: one that was written later stands in place of all that begin then or after it.
create view kept.holding as
select s.step, s.risk_id, s.segment_no, s.from_at, s.mode, s.band,
       lead(s.from_at) over (partition by s.step, s.risk_id order by s.segment_no) as to_at
  from kept.segment as s
 where not exists (select from kept.segment as l
                    where l.step = s.step
                      and l.risk_id = s.risk_id
                      and l.segment_no > s.segment_no
                      and l.from_at <= s.from_at);

-- For how long a risk's clock had run at a time, by the ledger of a step.
create function kept.consumed(of_step integer, of_risk uuid, until timestamptz) returns interval language sql as $$
    select coalesce(sum(least(coalesce(to_at, 'infinity'), $3) - from_at), interval '0')
      from kept.holding
     where step = $1
       and risk_id = $2
       and mode = 0
       and from_at < $3
$$;

-- Where an id leads at a step.
create function kept.leads(of_step integer, id uuid) returns uuid language sql as $$
    with recursive way (id, n) as (
        select $2, 0
         union all
        select l.risk_id, w.n + 1
          from way as w
          join kept.alias as l
            on l.step = $1
           and l.fingerprint = w.id
         where w.n < 20
    )
    select id from way order by n desc limit 1
$$;

create view kept.pair as
select b.step, b.risk_id, a as was, b as is_now, s.at, s.action, s.moved, p.at as before_at
  from kept.risk as b
  join kept.risk as a
    on a.step = b.step - 1
   and a.risk_id = b.risk_id
  join kept.step as s
    on s.step = b.step
  join kept.step as p
    on p.step = b.step - 1;

-- --- ids ---

create function kept.broken_ids(of_step integer) returns setof text language sql as $$
    select 'a risk is gone: ' || a.risk_id
      from kept.risk as a
     where a.step = $1 - 1
       and not exists (select from kept.risk as b where b.step = $1 and b.risk_id = a.risk_id)
     union all
    -- A finding stays in its risk, or where that leads.  People part them, and the catalogue takes a rule's findings
    -- out of a risk that others remain in.
    select format('finding %s (%s) was in %s and is in %s', f.finding_id, f.rule, a.risk_id, b.risk_id)
      from kept.risk as a
      join kept.step as s
        on s.step = $1
     cross join lateral unnest(a.members) as m (finding_id)
      join kept.risk as b
        on b.step = $1
       and b.open
       and m.finding_id = any (b.members)
      join isobar.finding as f
        on f.org_id = 1
       and f.finding_id = m.finding_id
     where a.step = $1 - 1
       and a.open
       and a.risk_id <> b.risk_id
       and kept.leads($1, a.risk_id) <> b.risk_id
       and s.action not in ('link', 'split', 'unlink')
       and not (f.connector || '/' || f.rule = any (s.moved)
                and exists (select from kept.risk as c
                             where c.step = $1
                               and c.risk_id = a.risk_id
                               and c.members <> '{}'))
     union all
    select format('%s was about %s at %s and is about %s at %s', p.risk_id, (p.was).subject, (p.was).location,
                  (p.is_now).subject, (p.is_now).location)
      from kept.pair as p
     where p.step = $1
       and ((p.was).asset_id <> (p.is_now).asset_id
            or (((p.was).subject, (p.was).location) <> ((p.is_now).subject, (p.is_now).location)
                and (p.is_now).state <> 6
                and p.action not in ('link', 'unlink', 'split', 'catalogue')
                -- One that was part of another risk is one of its own again.
                and not ((p.was).state = 6 and kept.leads($1 - 1, p.risk_id) <> p.risk_id)))
     union all
    select format('finding %s (%s) lives and is in %s risks', f.finding_id, f.rule, count(b.risk_id))
      from isobar.finding as f
      left join kept.risk as b
        on b.step = $1
       and b.state <> 6
       and f.finding_id = any (b.members)
     where f.org_id = 1
       and f.state = 0
     group by f.finding_id, f.rule
    having count(b.risk_id) <> 1
     union all
    select format('%s is open and none of its findings lives', b.risk_id)
      from kept.risk as b
     where b.step = $1
       and b.open
       and not exists (select from isobar.finding as f
                        where f.org_id = 1
                          and f.state = 0
                          and f.finding_id = any (b.members))
     union all
    select format('alias %s leads to %s, which is none, or back', l.fingerprint, l.risk_id)
      from kept.alias as l
     where l.step = $1
       and (not exists (select from kept.risk as b where b.step = $1 and b.risk_id = l.risk_id)
            or kept.leads($1, l.fingerprint) = l.fingerprint
            or exists (select from kept.alias as m
                        where m.step = $1
                          and m.fingerprint = kept.leads($1, l.fingerprint)))
     union all
    select format('alias %s leads away from a risk that lives', l.fingerprint)
      from kept.alias as l
      join kept.risk as b
        on b.step = $1
       and b.risk_id = l.fingerprint
     where l.step = $1
       and b.state <> 6
$$;

-- --- clocks ---

create function kept.broken_clocks(of_step integer) returns setof text language sql as $$
    select format('%s was opened at %s and is opened at %s', p.risk_id, (p.was).opened_at, (p.is_now).opened_at)
      from kept.pair as p
     where p.step = $1
       and (p.is_now).opened_at > (p.was).opened_at
       and not ((p.was).state = 6 and (p.is_now).state <> 6 and (p.is_now).opened_at = p.at)
     union all
    select format('%s had run for %s at %s, and has not any more: %s', p.risk_id,
                  kept.consumed($1 - 1, p.risk_id, p.before_at), p.before_at, kept.consumed($1, p.risk_id, p.before_at))
      from kept.pair as p
     where p.step = $1
       and kept.consumed($1, p.risk_id, p.before_at) < kept.consumed($1 - 1, p.risk_id, p.before_at)
       -- What it is measured by is the clock of one that was due before it, and has become part of it.
       and not exists (select from kept.risk as a
                        where a.step = $1 - 1
                          and a.open
                          and a.risk_id <> p.risk_id
                          and kept.leads($1, a.risk_id) = p.risk_id
                          and a.due_at < coalesce((p.was).due_at, 'infinity')
                          and kept.consumed($1, p.risk_id, p.before_at)
                              >= kept.consumed($1 - 1, a.risk_id, p.before_at))
     union all
    -- Numbers are an order: what was planned and did not come leaves none behind.
    select format('segments of %s are not numbered from 0', risk_id)
      from kept.segment
     where step = $1
     group by risk_id
    having min(segment_no) <> 0
     union all
    select format('%s has no segment at %s, or others than its state (%s) wants: %s', b.risk_id, s.at, b.state, h.mode)
      from kept.risk as b
      join kept.step as s using (step)
      left join kept.holding as h
        on h.step = b.step
       and h.risk_id = b.risk_id
       and h.from_at <= s.at
       and (h.to_at is null or h.to_at > s.at)
     where b.step = $1
       and h.mode is distinct from case when b.state = 6 then 2
                                        when b.state in (3, 4, 5) or b.responsibility = 2 then 1
                                        else 0 end
     union all
    select format('the clock of %s begins at %s, after it was opened at %s', b.risk_id, min(h.from_at), b.opened_at)
      from kept.risk as b
      join kept.holding as h using (step, risk_id)
     where b.step = $1
     group by b.risk_id, b.opened_at
    having min(h.from_at) > b.opened_at
     union all
    select format('%s was due at %s and is at %s, and nothing tells why', p.risk_id, (p.was).due_at, (p.is_now).due_at)
      from kept.pair as p
     where p.step = $1
       and (p.was).open
       and (p.is_now).open
       and (p.was).due_at is distinct from (p.is_now).due_at
       and not ((p.action in ('policy', 'intel')
                 or (p.was).band <> (p.is_now).band
                 or (select array_agg(g order by segment_no) from kept.segment as g
                      where g.step = $1 and g.risk_id = p.risk_id) is distinct from
                    (select array_agg(g order by segment_no) from kept.segment as g
                      where g.step = $1 - 1 and g.risk_id = p.risk_id))
                and exists (select from isobar.risk_event as e
                             where e.org_id = 1
                               and e.risk_id = p.risk_id
                               and e.at = p.at
                               and e.due_at is not distinct from (p.is_now).due_at))
     union all
    select format('%s went into %s, which is due at %s, later than either (%s and %s)', a.risk_id, b.risk_id, b.due_at,
                  a.due_at, o.due_at)
      from kept.risk as a
      join kept.risk as b
        on b.step = $1
       and b.risk_id = kept.leads($1, a.risk_id)
       and b.risk_id <> a.risk_id
      left join kept.risk as o
        on o.step = $1 - 1
       and o.risk_id = b.risk_id
     where a.step = $1 - 1
       and a.open
       and b.open
       and (o.risk_id is null or o.open)
       and b.band >= greatest(a.band, o.band)
       and coalesce(b.due_at, 'infinity') > least(coalesce(a.due_at, 'infinity'), coalesce(o.due_at, 'infinity'))
$$;

-- Of each open risk that is the customer's: its due time by the oracle of the clock.
create function kept.broken_due_times(of_step integer) returns setof text language plpgsql as $$
begin
    delete from clock_case;
    delete from clock_policy;
    delete from clock_segment;
    insert into clock_case
    select row_number() over (order by r.risk_id),
           case when exists (select from kept.kev as k where k.step = of_step and 'cve:' || k.cve = r.subject)
                then interval '14 days' else interval '0' end, null
      from kept.risk as r
     where r.step = of_step and r.open and r.responsibility <> 2;
    insert into clock_policy
    select c.case_no, p.band, p.length, null, 75, false, p.kev_cap
      from clock_case as c
      join kept.policy as p
        on p.step = of_step;
    insert into clock_segment
    select n.case_no, s.segment_no, s.from_at, s.mode, s.band, s.due_at
      from (select risk_id, row_number() over (order by risk_id) as case_no
              from kept.risk as r
             where r.step = of_step and r.open and r.responsibility <> 2) as n
      join kept.segment as s
        on s.step = of_step
       and s.risk_id = n.risk_id;
    return query
    select format('%s is due at %s, and by its ledger at %s (%s)', r.risk_id, r.due_at, o.due_at, o.state)
      from (select *, row_number() over (order by risk_id) as case_no
              from kept.risk
             where step = of_step and open and responsibility <> 2) as r
      join kept.step as s
        on s.step = r.step
     cross join lateral kept.oracle(r.case_no::integer, s.at) as o
     where o.due_at is distinct from r.due_at
        or case o.state when 'breached' then 2 when 'due_soon' then 1 else 0 end <> (r.rank / 1024) % 4;
end
$$;

-- --- tickets ---

create function kept.broken_tickets(of_step integer) returns setof text language sql as $$
    select format('ticket %s of %s leads to %s', t.external_key, t.risk_id, b.risk_id)
      from isobar.ticket as t
      left join kept.risk as b
        on b.step = $1
       and b.risk_id = kept.leads($1, t.risk_id)
     where t.org_id = 1
       and b.risk_id is null
     union all
    select format('%s has %s open tickets of an endpoint', t.risk_id, count(*))
      from isobar.ticket as t
     where t.org_id = 1
       and t.state in (0, 1, 2)
     group by t.risk_id, t.endpoint_id
    having count(*) > 1
     union all
    select format('ticket %s is open and its risk leads to %s', t.external_key, kept.leads($1, t.risk_id))
      from isobar.ticket as t
     where t.org_id = 1
       and t.state in (0, 1, 2)
       and kept.leads($1, t.risk_id) <> t.risk_id
     union all
    -- What a person would see twice: two open tickets for one finding.
    select format('finding %s has tickets %s', m.finding_id, array_agg(t.external_key))
      from kept.risk as b
     cross join lateral unnest(b.members) as m (finding_id)
      join isobar.ticket as t
        on t.org_id = 1
       and t.risk_id = b.risk_id
       and t.state in (0, 1, 2)
     where b.step = $1
     group by m.finding_id
    having count(*) > 1
$$;

-- --- the feed, and versions ---

create view kept.event_number as
    select s.org_id, s.seq + i as seq, s.event_id + i as event_id
      from isobar.event_seq as s
     cross join generate_series(0, s.n - 1) as i;

create function kept.broken_feed(of_step integer) returns setof text language sql as $$
    select format('%s events, %s have numbers, from %s to %s', (select count(*) from isobar.risk_event where org_id = 1),
                  count(*), min(seq), max(seq))
      from kept.event_number
     where org_id = 1
    having count(*) <> (select count(*) from isobar.risk_event where org_id = 1)
        or min(seq) <> 1
        or max(seq) <> count(*)
     union all
    select format('event %s had number %s and has not any more', n.event_id, n.seq)
      from kept.numbered as n
     where not exists (select from kept.event_number as q
                        where q.org_id = 1
                          and q.seq = n.seq
                          and q.event_id = n.event_id)
     union all
    select format('events of %s are not numbered in their order', o.risk_id)
      from (select e.risk_id, e.event_id, lag(e.event_id) over (partition by e.risk_id order by q.seq) as before
              from kept.event_number as q
              join isobar.risk_event as e using (org_id, event_id)
             where q.org_id = 1) as o
     where o.before > o.event_id
     union all
    select format('version %s of %s became %s', (p.was).version, p.risk_id, (p.is_now).version)
      from kept.pair as p
     where p.step = $1
       and ((p.is_now).version < (p.was).version
            or ((p.is_now).version = (p.was).version
                and to_jsonb(p.is_now) - 'step' <> to_jsonb(p.was) - 'step'))
$$;

create function kept.broken(of_step integer) returns setof text language sql as $$
    select 'ids: ' || b from kept.broken_ids($1) as b
     union all
    select 'clocks: ' || b from kept.broken_clocks($1) as b
     union all
    select 'due times: ' || b from kept.broken_due_times($1) as b
     union all
    select 'tickets: ' || b from kept.broken_tickets($1) as b
     union all
    select 'feed: ' || b from kept.broken_feed($1) as b
$$;
