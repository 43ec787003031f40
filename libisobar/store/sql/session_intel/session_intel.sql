-- SPDX-License-Identifier: Apache-2.0
-- Staging tables of one load of an intelligence feed.  Run on connect, before the statements that read
-- them are prepared.  No org_id: what feeds say holds for all orgs.
create temporary table stage_intel (
    cve          text        not null,
    modified     timestamptz,
    published    timestamptz,
    kev_added    timestamptz,
    kev_due      timestamptz,
    ransomware   boolean     not null,
    epss         integer     not null,
    exploitation smallint    not null,
    automatable  smallint    not null,
    total_impact smallint    not null,
    cvss         integer     not null,
    vector       text        not null
);
create temporary table stage_record (
    record    text        not null,
    record_at timestamptz not null
);
create temporary table stage_alias (
    record    text        not null,
    record_at timestamptz not null,
    alias     text        not null,
    cve       text        not null
);
create temporary table intel_next (
    cve          text        not null,
    is_new       boolean     not null,
    published    date,
    kev_added    date,
    kev_due      date,
    ransomware   boolean     not null,
    epss         integer     not null,
    exploitation smallint    not null,
    automatable  smallint    not null,
    total_impact smallint    not null,
    nvd_cvss     integer     not null,
    nvd_vector   text        not null,
    cve_cvss     integer     not null,
    cve_vector   text        not null,
    epss_at      date,
    kev_at       date,
    nvd_at       timestamptz,
    cve_at       timestamptz,
    maturity     smallint    not null,
    sev100       smallint    not null,
    cvss_version smallint    not null,
    cvss_source  smallint    not null,
    cvss_vector  text        not null
);
create temporary table alias_changed (
    alias text not null
);
