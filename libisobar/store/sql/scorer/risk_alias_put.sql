-- Fingerprints that lead to a risk named by another one; one that leads to itself has no alias any
-- more (and with reason 1 its risk none of the names that changes of identity gave it), one that leads there already
-- keeps when and why.  Tickets of a risk that has become part of another
-- one are that one's from now on; of each endpoint the oldest that lives goes on and stands for the others.
-- $1 org_id, $2 now.  Reads page_risk_alias.
with put as materialized (
    select distinct on (fingerprint) fingerprint, risk_id, reason
      from page_risk_alias
     order by fingerprint, risk_id
), gone as (
    delete from isobar.risk_alias as l
     using put as p
     where l.org_id = $1
       and l.fingerprint = p.fingerprint
       and p.risk_id = p.fingerprint
), own as (
    delete from isobar.risk_heir as h
     using put as p
     where h.org_id = $1
       and h.risk_id = p.fingerprint
       and h.fingerprint <> h.risk_id
       and not h.is_origin
       and p.risk_id = p.fingerprint
       and p.reason = 1
), one as (
    select fingerprint as was, risk_id
      from put
     where risk_id <> fingerprint
       and reason = 2
     union
    select risk_id, risk_id
      from put
     where risk_id <> fingerprint
       and reason = 2
), held as (
    select t.ticket_id, o.risk_id, t.duplicate_of is null as stands,
           first_value(t.ticket_id) over (partition by o.risk_id, t.endpoint_id
                                              order by t.duplicate_of is not null, t.state in (3, 4), t.created_at,
                                                       t.ticket_id) as first_id
      from one as o
      join isobar.ticket as t
        on t.org_id = $1
       and t.risk_id = o.was
), followed as (
    update isobar.ticket as t
       set risk_id = h.risk_id, version = t.version + 1,
           state = case when h.stands and h.first_id <> t.ticket_id and t.state <> 4 then 3 else t.state end,
           duplicate_of = case when h.stands and h.first_id <> t.ticket_id then h.first_id else t.duplicate_of end
      from held as h
     where t.org_id = $1
       and t.ticket_id = h.ticket_id
       and (t.risk_id <> h.risk_id or (h.stands and h.first_id <> t.ticket_id))
)
insert into isobar.risk_alias as l (org_id, fingerprint, risk_id, reason, valid_from)
select $1::bigint, fingerprint, risk_id, reason, $2::timestamptz
  from put
 where risk_id <> fingerprint
on conflict (org_id, fingerprint) do update
   set risk_id = excluded.risk_id, reason = excluded.reason, valid_from = excluded.valid_from
 where l.risk_id <> excluded.risk_id
