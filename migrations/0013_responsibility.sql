-- SPDX-License-Identifier: Apache-2.0
-- Which row of the catalogue decided whose duty a risk is, and where the rows come from.

alter table isobar.risk_explanation add column category text not null default '';
comment on column isobar.risk_explanation.category is 'Finding category that led to layer and duty: a row of finding_category; empty: decided before it was kept.';

alter table isobar.finding_category add column default_for text not null default '';
comment on column isobar.finding_category.default_for is 'Classes whose findings have it when no rule tells, as class or class@type of the asset, with ; between them.';
alter table isobar.finding_category_version add column default_for text not null default '';
comment on column isobar.finding_category_version.default_for is 'As in finding_category.';

alter table isobar.resource_type add column source text not null default 'derived';
alter table isobar.resource_type drop constraint resource_type_provider_check;
alter table isobar.resource_type add constraint resource_type_provider_check check (provider between 0 and 4);
comment on column isobar.resource_type.source is 'Where the service model comes from: ms, ms-aks, aws, aws-eks, aws-rds, gcp-gke, derived.';
comment on column isobar.resource_type.provider is '0 of no cloud or of several, 1 aws, 2 azure, 3 gcp, 4 oci.';
alter table isobar.resource_type_version add column source text not null default 'derived';
comment on column isobar.resource_type_version.source is 'As in resource_type.';

-- Risks of types that the catalogue does not know are few, and asked for by doctor and people.
create index risk_unknown_type on isobar.risk (org_id, asset_id) where open and responsibility = 3;
