-- SPDX-License-Identifier: Apache-2.0
-- Makes a varied estate of what `isobar import` stored of make_findings --uneven, set-wise: four
-- providers, owners, sources, ages, and each state, class and layer, some of them rare.  A draw is 16
-- bits of a hash of a key, so that equal imports become equal estates.  Ranks, crossings and counts
-- are what the product would have written.  Ages are relative to now(): a twelfth is breached.  What
-- crossed in the last minute is left to the sweeper; for three hours nothing else crosses, since each
-- crossing changes the ETag of every list.
begin;

create function pg_temp.draw(key text, which integer) returns integer
    immutable parallel safe
    return ((hashtextextended(key, 1 + which / 4) >> (which % 4 * 16)) & 65535)::integer;

-- Account number k is the k-th of make_findings; a third of the accounts is not in AWS.
create temporary table place on commit drop as
select a.org_id, a.asset_id, p.provider,
       case p.provider
           when 0 then 'on-premises'
           when 2 then md5(a.account)::uuid::text
           when 3 then 'team-' || right(a.account, 4)
           when 4 then 'ocid1.tenancy.oc1..' || md5(a.account)
       end as account,
       case p.provider
           when 0 then ''
           else (case p.provider
                     when 2 then array['westeurope', 'northeurope', 'eastus', 'germanywestcentral']
                     when 3 then array['europe-west1', 'europe-west4', 'us-central1', 'asia-south1']
                     else array['eu-frankfurt-1', 'uk-london-1', 'us-ashburn-1', 'eu-zurich-1']
                 end)[least(1 + array_position(array['eu-west-1', 'eu-central-1', 'us-east-1'],
                                               nullif(a.region, '')), 4)]
       end as region
  from isobar.asset as a,
       lateral (select right(a.account, 4)::integer - 3333 as k) as number,
       lateral (select case
                           when k = 400 then 0
                           when k % 5 = 2 then 2
                           when k % 9 = 4 then 3
                           when k between 200 and 207 then 4
                       end as provider) as p
 where p.provider is not null;

update isobar.asset as a
   set provider = p.provider, account = p.account, region = coalesce(p.region, ''),
       type = case p.provider
                  when 0 then 'host'
                  when 2 then 'microsoft.compute/virtualmachines'
                  when 3 then 'compute.googleapis.com/Instance'
                  else 'instance'
              end,
       id = case p.provider
                when 0 then 'host:' || a.name
                when 2 then '/subscriptions/' || p.account || '/resourcegroups/rg-' || split_part(a.name, '-', 1)
                            || '/providers/microsoft.compute/virtualmachines/' || a.name
                when 3 then '//compute.googleapis.com/projects/' || p.account || '/zones/' || coalesce(p.region, 'global')
                            || '-b/instances/' || a.name
                else 'ocid1.instance.oc1.' || coalesce(p.region, '') || '.' || md5(a.name)
            end
  from place as p
 where a.org_id = p.org_id
   and a.asset_id = p.asset_id;

insert into isobar.owner (org_id, owner_id, name, kind, contact, actor, valid_from)
select 1, n, name, 0, '', 'bench', now()
  from (values (1, 'platform'), (2, 'payments'), (3, 'data'), (4, 'red-team')) as o (n, name);

insert into isobar.source (org_id, source_id, name, connector, created_at)
select 1, n, name, connector, now()
  from (values (1, 'defender', 'azure_defender'), (2, 'scc', 'gcp_scc'), (3, 'prowler-nightly', 'prowler'),
               (4, 'trivy-registry', 'trivy'), (5, 'pentest', 'sarif')) as s (n, name, connector);

-- What each risk becomes; s the state, b the band.
create temporary table fate on commit drop as
with drawn as (
    select r.org_id, r.risk_id, r.score, r.due_at, r.class, r.layer, r.responsibility, r.subject, r.title,
           r.source_ids, r.band, a.provider,
           pg_temp.draw(r.risk_id::text, 0) as d_band, pg_temp.draw(r.risk_id::text, 1) as d_state,
           pg_temp.draw(r.risk_id::text, 2) as d_class, pg_temp.draw(r.risk_id::text, 3) as d_layer,
           pg_temp.draw(r.risk_id::text, 4) as d_duty, pg_temp.draw(r.risk_id::text, 5) as d_source,
           pg_temp.draw(r.risk_id::text, 6) as d_age, pg_temp.draw(r.risk_id::text, 7) as d_second,
           pg_temp.draw(r.asset_id::text, 0) as d_owner,
           row_number() over (order by r.risk_id) as n
      from isobar.risk as r
      join isobar.asset as a using (org_id, asset_id)
     where r.org_id = 1
), valued as (
    select d.*,
           band = 2 and d_band < 1300 as critical,
           case
               when d_state < 60 then 2
               when d_state < 2000 then 1
               when d_state < 3300 then 3
               when d_state < 3950 then 4
               when d_state < 4600 then 5
               when d_state < 5900 then 6
               else 0
           end as new_state
      from drawn as d
), aged as (
    select v.*,
           case when critical then 3 else band end as new_band,
           case when critical then 700 + d_second % 250 else score end as new_score,
           case when critical then interval '48 hours' when band = 2 then interval '14 days'
               when band = 1 then interval '90 days' end as time_left
      from valued as v
), opened as (
    select a.*,
           now() - coalesce(time_left * (d_age / 65536.0 * 1.09), interval '400 days' * (d_age / 65536.0))
               - interval '1 microsecond' * d_second as drawn_opened_at
      from aged as a
), settled as (
    select o.*,
           case
               when drawn_opened_at + time_left * 0.75 - now() between interval '0' and interval '3 hours'
                   or drawn_opened_at + time_left - now() between interval '0' and interval '3 hours'
               then drawn_opened_at + interval '4 hours'
               else drawn_opened_at
           end as new_opened_at
      from opened as o
)
select org_id, risk_id, new_band, new_score, new_state, new_opened_at, time_left,
       case when new_state in (0, 1, 2) and due_at is not null then new_opened_at + time_left end as new_due_at,
       case when d_class < 20 then 2 when d_class < 400 then 4 when d_class < 1000 then 5 else class end as new_class,
       case when d_class between 400 and 999 then 1 when d_layer < 60 then -1 else layer end as new_layer,
       case when d_duty < 60 then 3 else responsibility end as new_duty,
       case when n <= 3 then 'cve:CVE-2024-3094' else subject end as new_subject,
       case when n <= 3 then 'CVE-2024-3094 - xz-utils' else title end as new_title,
       case when d_owner < 16000 then 1 when d_owner < 24000 then 2 when d_owner < 28000 then 3
           when d_owner < 28040 then 4 end as new_owner,
       case when d_source < 6 then array[5::bigint] else '{}' end
           || case when provider = 2 then array[1::bigint] when provider = 3 then array[2::bigint] else '{}' end
           || case when d_source between 50000 and 59999 then array[3::bigint] else '{}' end
           || case when class = 1 and d_source > 60000 then array[4::bigint] else '{}' end
           || case when provider in (2, 3) then '{}' else source_ids end as new_sources
  from settled;

update isobar.risk as r
   set band = f.new_band, score = f.new_score, state = f.new_state, open = f.new_state in (0, 1, 2),
       opened_at = f.new_opened_at, band_since = f.new_opened_at, rank_since = f.new_opened_at,
       due_at = f.new_due_at,
       next_crossing_at = case slot.n when 0 then warn.at when 1 then f.new_due_at + interval '1 microsecond' end,
       rank = ((f.new_band * 4 + slot.n) * 1024 + f.new_score),
       resolved_at = case when f.new_state = 6 then now() end,
       class = f.new_class, layer = f.new_layer, responsibility = f.new_duty, subject = f.new_subject,
       title = f.new_title, owner_id = f.new_owner,
       source_ids = (select array_agg(s order by s) from unnest(f.new_sources) as s),
       n_findings = cardinality(f.new_sources)
  from fate as f,
       lateral (select case when f.new_due_at is not null then f.new_opened_at + f.time_left * 0.75 end as at) as warn,
       lateral (select case
                           when f.new_due_at <= now() - interval '1 minute' then 2
                           when warn.at <= now() - interval '1 minute' then 1
                           else 0
                       end as n) as slot
 where r.org_id = f.org_id
   and r.risk_id = f.risk_id;

delete from isobar.queue_count;
insert into isobar.queue_count (org_id, band, state, responsibility, n)
select org_id, band, state, responsibility, count(*)
  from isobar.risk
 group by org_id, band, state, responsibility;
commit;

vacuum (full, analyze) isobar.risk;
vacuum (full, analyze) isobar.asset;
vacuum (analyze);
