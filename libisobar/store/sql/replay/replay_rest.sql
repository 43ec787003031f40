-- SPDX-License-Identifier: Apache-2.0
-- Inputs that are only ever added to: those that were there at a time.
-- $1 org_id, $2 time.
with orgs as (
    insert into org (org_id, name, epoch, created_at)
    select org_id, name, epoch, created_at
      from isobar.org
     where org_id = $1
), feeds as (
    insert into intel_snapshot (feed, as_of, model, checksum, n_rows, loaded_at, version)
    select feed, as_of, model, checksum, n_rows, loaded_at, version
      from isobar.intel_snapshot
     where loaded_at <= $2::timestamptz
), advisories as (
    insert into advisory_alias (org_id, alias, cve, stored_at)
    select org_id, alias, cve, stored_at
      from isobar.advisory_alias
     where org_id = $1
       and stored_at <= $2
), names as (
    insert into risk_alias (org_id, fingerprint, risk_id, reason, valid_from)
    select org_id, fingerprint, risk_id, reason, valid_from
      from isobar.risk_alias
     where org_id = $1
       and valid_from <= $2
), claims as (
    insert into risk_claim (org_id, risk_id, claim, actor, reason, claimed_at, evidence)
    select org_id, risk_id, claim, actor, reason, claimed_at, evidence
      from isobar.risk_claim
     where org_id = $1
       and claimed_at <= $2
), links as (
    insert into risk_link_version (org_id, finding_id, risk_id, kind, actor, reason, valid_from, valid_to, origin)
    select org_id, finding_id, risk_id, kind, actor, reason, valid_from, valid_to, origin
      from isobar.risk_link_version
     where org_id = $1
       and valid_to <= $2
), pairs as (
    insert into asset_alias (org_id, alias_id, asset_id, alias, stored_at, basis)
    select org_id, alias_id, asset_id, alias, stored_at, basis
      from isobar.asset_alias
     where org_id = $1
       and stored_at <= $2
)
insert into asset (org_id, asset_id, canonical_id, provider, account, region, type, name, id, tags, stored_at)
select org_id, asset_id,
       case when exists (select
                           from isobar.asset_alias
                          where org_id = $1
                            and stored_at > $2)
            then asset_id
            else canonical_id
       end,
       provider, account, region, type, name, id, tags, stored_at
  from isobar.asset
 where org_id = $1
   and stored_at <= $2
