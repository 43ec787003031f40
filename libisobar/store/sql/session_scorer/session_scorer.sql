-- Staging tables of one scoring transaction.  Run on connect, before the statements that read them
-- are prepared.  No org_id: rows of one org.
create temporary table batch_asset (
    slice        integer not null,
    canonical_id uuid    not null,
    asset_id     uuid    not null
);
create index batch_asset_slice_idx on batch_asset (slice);
create temporary table page_fingerprint (
    ordinal     integer not null,
    fingerprint uuid    not null
);
create temporary table page_risk (
    risk_id          uuid        not null,
    is_new           boolean     not null,
    path_mark        boolean     not null,
    resumes          boolean     not null,
    accepted_by_rule boolean     not null,
    n_findings       integer     not null,
    asset_id         uuid        not null,
    rank             bigint      not null,
    state_hash       bigint      not null,
    version          bigint      not null,
    elements         bigint      not null,
    opened_at        timestamptz not null,
    band_since       timestamptz not null,
    rank_since       timestamptz not null,
    score            smallint    not null,
    band             smallint    not null,
    state            smallint    not null,
    class            smallint    not null,
    responsibility   smallint    not null,
    layer            smallint    not null,
    n_taken          smallint    not null,
    clock_mode       smallint    not null,
    former_kind      smallint    not null,
    owner_basis      smallint    not null,
    due_at           timestamptz,
    clock_reason     text        not null,
    next_crossing_at timestamptz,
    resolved_at      timestamptz,
    proof_run_id     bigint,
    fix_id           uuid,
    owner_id         bigint,
    policy_id        bigint,
    reopens_at       timestamptz,
    soon_at          timestamptz,
    warn_at          timestamptz,
    acceptance_id    uuid,
    subject          text        not null,
    location         text        not null,
    title            text        not null,
    source_ids       bigint[]    not null,
    inputs           integer[]   not null,
    points           smallint[]  not null,
    basis            bytea       not null,
    witness          bytea       not null,
    members          uuid[]      not null,
    reasons          smallint[]  not null,
    control          text        not null,
    category         text        not null
);
create temporary table page_fix (
    fix_id     uuid     not null,
    kind       smallint not null,
    upgrade_id uuid,
    asset_id   uuid,
    provider   smallint not null,
    account    text     not null,
    subject    text     not null,
    parts      bigint   not null
);
create temporary table batch_fix (
    fix_id     uuid     not null,
    kind       smallint not null,
    upgrade_id uuid,
    asset_id   uuid,
    provider   smallint not null,
    account    text     not null,
    subject    text     not null,
    parts      bigint   not null
);
create temporary table batch_sum (
    fix_id     uuid    not null,
    worst      integer not null,
    score_sum  bigint  not null,
    n_critical integer not null,
    n_high     integer not null,
    n_medium   integer not null,
    n_low      integer not null,
    band       smallint not null,
    due_at     timestamptz
);
create temporary table page_event (
    risk_id uuid        not null,
    at      timestamptz not null,
    kind    smallint    not null,
    state   smallint    not null,
    band    smallint    not null,
    score   smallint    not null,
    due_at  timestamptz,
    reason  text        not null,
    run_id  bigint,
    cause_id uuid
);
create temporary table page_segment (
    risk_id uuid     not null,
    place   smallint not null,
    from_at timestamptz not null,
    mode    smallint not null,
    band    smallint not null,
    due_at  timestamptz
);
create temporary table batch_change (
    risk_ids uuid[] not null
);
create temporary table page_risk_alias (
    fingerprint uuid     not null,
    risk_id     uuid     not null,
    reason      smallint not null
);
create temporary table path_place (
    rule      smallint not null,
    place     smallint not null,
    id        text     not null,
    same      boolean  not null,
    is_last   boolean  not null,
    is_target boolean  not null,
    reach     integer  not null,
    n_clauses smallint not null
);
create temporary table path_clause (
    rule        smallint not null,
    place       smallint not null,
    elements    bigint   not null,
    exposure    smallint,
    criticality smallint,
    sensitivity smallint,
    privilege   smallint
);
create temporary table path_touched (
    asset_id uuid not null
);
create temporary table path_start (
    asset_id uuid not null
);
create temporary table path_edge (
    from_id uuid    not null,
    to_id   uuid    not null,
    bits    integer not null
);
create index path_edge_from_idx on path_edge (from_id);
create temporary table path_near (
    asset_id    uuid     not null,
    elements    bigint   not null,
    exposure    smallint not null,
    criticality smallint not null,
    sensitivity smallint not null,
    privilege   smallint not null
);
create index path_near_asset_idx on path_near (asset_id);
create temporary table path_fit (
    rule     smallint not null,
    place    smallint not null,
    asset_id uuid     not null
);
create index path_fit_asset_idx on path_fit (asset_id);
create temporary table path_chain (
    rule     smallint not null,
    entry_id uuid     not null,
    assets   uuid[]   not null
);
create temporary table path_found (
    target_id uuid     not null,
    entry_id  uuid     not null,
    rule      text     not null,
    level     smallint not null
);
create temporary table path_found_member (
    asset_id  uuid     not null,
    risk_id   uuid     not null,
    target_id uuid     not null,
    entry_id  uuid     not null,
    rule      text     not null,
    place     smallint not null,
    clauses   bigint   not null
);
create temporary table batch_event (
    event_id bigint      not null,
    risk_id  uuid        not null,
    at       timestamptz not null,
    kind     smallint    not null,
    state    smallint    not null,
    band     smallint    not null
);
create temporary table batch_fact (
    week           date     not null,
    band           smallint not null,
    provider       smallint not null,
    owner_id       bigint   not null,
    reopened       smallint not null,
    resolved       smallint not null,
    met            smallint not null,
    missed         smallint not null,
    flapped        smallint not null,
    repeated       smallint not null,
    late           smallint not null,
    acknowledge_ms bigint,
    resolve_ms     bigint
);
set enable_seqscan = off;
set enable_bitmapscan = off;
set enable_material = off;
set enable_hashjoin = off;
set plan_cache_mode = force_generic_plan;
set enable_mergejoin = off;
set work_mem = '64MB'
