-- Staging tables of one chunk of findings, and how their statements are planned: a chunk is small
-- beside the tables, so each key is looked up by index; a hash join would read whole tables, and a
-- plan made while a table was still empty would read it all for every key.
-- Run on connect, before the statements that read them are prepared.  No org_id: rows of one org.
create temporary table page_key (
    ordinal      integer     not null,
    asset_id     uuid        not null,
    finding_id   uuid        not null,
    content_hash bigint      not null,
    record_digest bigint     not null,
    stated       integer     not null,
    updated_at   timestamptz not null,
    passing      boolean     not null
);
create temporary table page_row (
    asset_id     uuid        not null,
    finding_id   uuid        not null,
    content_hash bigint      not null,
    record_digest bigint     not null,
    stated       integer     not null,
    updated_at   timestamptz not null,
    first_seen   timestamptz,
    last_seen    timestamptz,
    closed_at    timestamptz,
    source_id    bigint      not null,
    scope_id     bigint      not null,
    epss         integer     not null,
    state        smallint    not null,
    class        smallint    not null,
    sev100       smallint    not null,
    fidelity     smallint    not null,
    maturity     smallint    not null,
    flags        smallint    not null,
    connector    text        not null,
    rule         text        not null,
    cve          text        not null,
    location     text        not null,
    engine       text        not null,
    title        text        not null,
    upgrade_id   uuid,
    segment_id   bigint      not null,
    segment_slot smallint    not null,
    is_new       boolean     not null,
    mark         boolean     not null
);
create temporary table page_asset (
    asset_id uuid     not null,
    provider smallint not null,
    account  text     not null,
    region   text     not null,
    type     text     not null,
    name     text     not null,
    id       text     not null
);
create temporary table page_alias (
    alias_id uuid not null,
    asset_id uuid not null,
    alias    text not null
);
create temporary table page_upgrade (
    upgrade_id    uuid not null,
    ecosystem     text not null,
    package       text not null,
    fixed_version text not null
);
create temporary table page_advisory (
    alias text not null,
    cve   text not null
);
create temporary table page_fact (
    connector   text     not null,
    rule        text     not null,
    title       text     not null,
    sev100      smallint not null,
    description text     not null,
    remediation text     not null
);
create temporary table page_stated (
    asset_id  uuid    not null,
    source_id bigint  not null,
    source    text    not null,
    tags      text    not null,
    digest    integer not null default 0
);
create temporary table page_known (
    load      integer  not null,
    no        integer  not null,
    place     integer  not null,
    n         integer  not null,
    source_id bigint   not null,
    asset_id  uuid     not null,
    digest    integer  not null
);
create temporary table page_met (
    load   integer not null,
    no     integer not null,
    places integer not null
);
create temporary table page_claim (
    asset_id  uuid     not null,
    source_id bigint   not null,
    field     smallint not null,
    level     smallint not null,
    evidence  text     not null
);
create temporary table page_edge (
    from_id   uuid     not null,
    to_id     uuid     not null,
    kind      smallint not null,
    source_id bigint   not null,
    stated_id uuid     not null
);
create temporary table context_touched (
    asset_id uuid not null
);
create temporary table proof_finding (
    asset_id   uuid     not null,
    finding_id uuid     not null,
    scope_id   bigint   not null,
    misses     smallint not null,
    seen       boolean  not null,
    due        boolean  not null
);
create temporary table rule_asset (
    asset_id uuid not null,
    constraint rule_asset_pk primary key (asset_id)
);
create temporary table rule_claim (
    asset_id uuid     not null,
    field    smallint not null,
    level    smallint not null,
    origin   text     not null,
    evidence text     not null
);
set enable_seqscan = off;
set enable_bitmapscan = off;
set enable_material = off;
set enable_hashjoin = off;
set plan_cache_mode = force_generic_plan;
set enable_mergejoin = off
