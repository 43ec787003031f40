-- SPDX-License-Identifier: Apache-2.0
-- The single filters that are measured, one a line: name, parameter, value, how many open risks (all
-- risks for a state that is not open) match.  A common and a rare value of each; text has one that
-- nothing matches.  The queue is a filter as well, said in the path.
with one as (
    select r.*, a.provider, a.account, a.region, a.id as asset, a.name as asset_name
      from isobar.risk as r
      join isobar.asset as a using (org_id, asset_id)
     where r.org_id = 1
), account as (
    select account, count(*) as n
      from one
     where open
     group by account
), asset as (
    select asset, count(*) as n
      from one
     where open
       and provider = 1
     group by asset
), cases (name, parameter, value, n) as (values
    ('queue_common', 'queue', 'customer', (select count(*) from one where open and responsibility in (0, 1, 3))),
    ('queue_rare', 'queue', 'provider', (select count(*) from one where open and responsibility = 2)),
    ('band_common', 'band', 'medium', (select count(*) from one where open and band = 1)),
    ('band_rare', 'band', 'critical', (select count(*) from one where open and band = 3)),
    ('state_common', 'state', 'open', (select count(*) from one where state = 0)),
    ('state_rare', 'state', 'contested', (select count(*) from one where state = 2)),
    ('state_closed', 'state', 'resolved', (select count(*) from one where state = 6)),
    ('provider_common', 'provider', 'aws', (select count(*) from one where open and provider = 1)),
    ('provider_rare', 'provider', 'none', (select count(*) from one where open and provider = 0)),
    ('class_common', 'class', 'vulnerability', (select count(*) from one where open and class = 1)),
    ('class_rare', 'class', 'threat', (select count(*) from one where open and class = 2)),
    ('layer_common', 'layer', 'compute', (select count(*) from one where open and layer = 4)),
    ('layer_rare', 'layer', 'unknown', (select count(*) from one where open and layer = -1)),
    ('responsibility_common', 'responsibility', 'customer', (select count(*) from one where open and responsibility = 0)),
    ('responsibility_rare', 'responsibility', 'unknown', (select count(*) from one where open and responsibility = 3)),
    ('account_common', 'account', (select account from account order by n desc, account limit 1), (select max(n) from account)),
    ('account_rare', 'account', (select account from account order by n, account limit 1), (select min(n) from account)),
    ('region_common', 'region', 'eu-west-1', (select count(*) from one where open and region = 'eu-west-1')),
    ('region_rare', 'region', 'me-south-1', (select count(*) from one where open and region = 'me-south-1')),
    ('owner_common', 'owner', 'platform', (select count(*) from one where open and owner_id = 1)),
    ('owner_rare', 'owner', 'red-team', (select count(*) from one where open and owner_id = 4)),
    ('source_common', 'source', 'aws_securityhub', (select count(*) from one where open and source_ids && array(
        select source_id from isobar.source where name = 'aws_securityhub'))),
    ('source_rare', 'source', 'pentest', (select count(*) from one where open and source_ids && array[5::bigint])),
    ('subject_common', 'subject', 'control:vm.public-ip', (select count(*) from one where open and subject = 'control:vm.public-ip')),
    ('subject_rare', 'subject', 'CVE-2024-3094', (select count(*) from one where open and subject = 'cve:CVE-2024-3094')),
    ('asset_common', 'asset', (select asset from asset order by n desc, asset limit 1), (select max(n) from asset)),
    ('asset_rare', 'asset', (select asset from asset order by n, asset limit 1), (select min(n) from asset)),
    ('text_common', 'text', 'machine', (select count(*) from one where open and title ilike '%machine%')),
    ('text_rare', 'text', 'xz-utils', (select count(*) from one where open and title like '%xz-utils%')),
    ('text_none', 'text', 'nothing has this', 0),
    ('due_before_common', 'due_before', to_char(now() + interval '60 days', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        (select count(*) from one where open and due_at < now() + interval '60 days')),
    ('due_before_rare', 'due_before', (
        select to_char(min(due_at) + interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from one where open),
        (select count(*) from one where open and due_at < (select min(due_at) + interval '1 hour' from one where open))),
    ('min_score_common', 'min_score', '300', (select count(*) from one where open and score >= 300)),
    ('min_score_rare', 'min_score', '940', (select count(*) from one where open and score >= 940)),
    ('max_score_rare', 'max_score', '210', (select count(*) from one where open and score <= 210))
)
select name, parameter, value, n
  from cases
