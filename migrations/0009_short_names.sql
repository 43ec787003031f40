-- SPDX-License-Identifier: Apache-2.0
-- Tools that give a resource's name, its account, region and type meet those that give its full name, when
-- exactly one full name can be meant (libisobar/store/sql/ingest/alias_by_name.sql).

alter table isobar.asset_alias add column basis smallint not null default 0;
alter table isobar.asset_alias add constraint asset_alias_basis_check check (basis in (0, 1));
comment on table isobar.asset_alias is 'Two names of one resource.';
comment on column isobar.asset_alias.basis is '0 a record states both names; 1 the name can mean one asset only, as long as there is only one.';

-- Few rows: what has no full name.
create index asset_short_idx on isobar.asset (org_id, asset_id)
    where id ~ '^((aws|azure|gcp|oci):|arn:[a-z-]+:ec2:[^:]*::)';

grant delete on isobar.asset_alias to isobar_collector;
-- Assets that are taken apart take the names of their risks with them.
grant select, delete on isobar.risk_alias to isobar_collector;
create policy risk_alias_collector on isobar.risk_alias to isobar_collector
    using (true);
