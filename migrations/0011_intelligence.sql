-- SPDX-License-Identifier: Apache-2.0
-- What intelligence feeds say of a CVE, each in its own columns, with the day of the value; what they come
-- to together; and which advisories are which CVE.

alter table isobar.intel_cve
    add column sev100       smallint not null default -1,
    add column cvss_version smallint not null default 0,
    add column cvss_source  smallint not null default 0,
    add column exploitation smallint not null default -1,
    add column nvd_cvss     integer  not null default 0,
    add column nvd_vector   text     not null default '',
    add column cve_cvss     integer  not null default 0,
    add column cve_vector   text     not null default '',
    add column epss_at      date,
    add column kev_at       date,
    add column nvd_at       timestamptz,
    add column cve_at       timestamptz,
    add constraint intel_cve_cvss_check check (sev100 between -1 and 100 and cvss_version in (0, 2, 3, 4, 5)
        and cvss_source between 0 and 3),
    add constraint intel_cve_exploitation_check check (exploitation between -1 and 2);
-- EPSS changes most rows every day: room for the new row beside the old one spares the index.
alter table isobar.intel_cve set (fillfactor = 50);
comment on column isobar.intel_cve.sev100 is 'CVSS x 10 of the score that counts (newest CVSS version, then NVD, CNA, ADP); -1 not stated.';
comment on column isobar.intel_cve.cvss_version is 'Of that score: 0 none, 2 v2, 3 v3.0, 4 v3.1, 5 v4.0.';
comment on column isobar.intel_cve.cvss_source is 'Who gave it: 0 nobody, 1 ADP, 2 CNA, 3 NVD.';
comment on column isobar.intel_cve.exploitation is 'SSVC: 0 none, 1 proof of concept, 2 active; -1 not stated.';
comment on column isobar.intel_cve.nvd_cvss is 'The best score in the feed nvd: (version * 10 + source) * 1000 + sev100; 0 none.';
comment on column isobar.intel_cve.nvd_vector is 'Its vector.';
comment on column isobar.intel_cve.cve_cvss is 'The best score in the feed cve, as nvd_cvss.';
comment on column isobar.intel_cve.cve_vector is 'Its vector.';
comment on column isobar.intel_cve.epss_at is 'Day of the EPSS snapshot that set epss.';
comment on column isobar.intel_cve.kev_at is 'Day of the KEV catalogue that set the columns of KEV.';
comment on column isobar.intel_cve.nvd_at is 'When NVD changed the record that set its columns.';
comment on column isobar.intel_cve.cve_at is 'When the CVE record that set its columns (published, SSVC, cve_cvss) was updated.';
comment on column isobar.intel_cve.maturity is 'Of KEV and SSVC: 0 none, 1 proof of concept, 4 active, 5 ransomware.';
comment on column isobar.intel_cve.cvss_vector is 'The vector of the score that counts; empty: not stated.';

alter table isobar.intel_cve_version
    add column sev100       smallint not null default -1,
    add column cvss_version smallint not null default 0,
    add column cvss_source  smallint not null default 0,
    add column exploitation smallint not null default -1,
    add column nvd_cvss     integer  not null default 0,
    add column nvd_vector   text     not null default '',
    add column cve_cvss     integer  not null default 0,
    add column cve_vector   text     not null default '',
    add column epss_at      date,
    add column kev_at       date,
    add column nvd_at       timestamptz,
    add column cve_at       timestamptz;
comment on column isobar.intel_cve_version.sev100 is 'As in intel_cve.';
comment on column isobar.intel_cve_version.cvss_version is 'As in intel_cve.';
comment on column isobar.intel_cve_version.cvss_source is 'As in intel_cve.';
comment on column isobar.intel_cve_version.exploitation is 'As in intel_cve.';
comment on column isobar.intel_cve_version.nvd_cvss is 'As in intel_cve.';
comment on column isobar.intel_cve_version.nvd_vector is 'As in intel_cve.';
comment on column isobar.intel_cve_version.cve_cvss is 'As in intel_cve.';
comment on column isobar.intel_cve_version.cve_vector is 'As in intel_cve.';
comment on column isobar.intel_cve_version.epss_at is 'As in intel_cve.';
comment on column isobar.intel_cve_version.kev_at is 'As in intel_cve.';
comment on column isobar.intel_cve_version.nvd_at is 'As in intel_cve.';
comment on column isobar.intel_cve_version.cve_at is 'As in intel_cve.';

-- A snapshot is a row that stays: the newest version of a feed is the one in use.
alter table isobar.intel_snapshot
    drop constraint intel_snapshot_pk,
    drop constraint intel_snapshot_feed_check,
    add column version bigint not null,
    add constraint intel_snapshot_pk primary key (version),
    add constraint intel_snapshot_feed_check check (feed between 0 and 5);
comment on column isobar.intel_snapshot.feed is '0 EPSS, 1 KEV, 2 CVE records (SSVC), 3 NVD (CVSS), 4 exploit lists, 5 OSV (advisories).';
comment on column isobar.intel_snapshot.as_of is 'Day that the feed says it is of; of records, the day of the newest one.';
comment on column isobar.intel_snapshot.model is 'The feed''s own version (EPSS model, KEV catalogue); empty for none.';
comment on column isobar.intel_snapshot.checksum is 'SHA-256 of the content without compression, in hex; of several files, of their SHA-256s.';
comment on column isobar.intel_snapshot.version is 'Counts the loads of all feeds: readers keep what they read until it changes.';

create table isobar.intel_alias (
    alias      text        not null,
    cve        text        not null,
    record     text        not null,
    record_at  timestamptz not null,
    valid_from timestamptz not null,
    constraint intel_alias_pk primary key (record, alias, cve)
);
comment on table isobar.intel_alias is 'Advisory ids (GHSA, RUSTSEC) that feeds state for a CVE; used when exactly one CVE is stated. @reference';
comment on column isobar.intel_alias.alias is 'Advisory id in upper case.';
comment on column isobar.intel_alias.cve is 'The CVE.';
comment on column isobar.intel_alias.record is 'The record that says so.';
comment on column isobar.intel_alias.record_at is 'When that record was changed.';
comment on column isobar.intel_alias.valid_from is 'Since when this version holds. @volatile';

create table isobar.intel_alias_version (
    alias      text        not null,
    cve        text        not null,
    record     text        not null,
    record_at  timestamptz not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint intel_alias_version_pk primary key (record, alias, cve, valid_from)
);
comment on table isobar.intel_alias_version is 'Former rows of intel_alias. @reference';
comment on column isobar.intel_alias_version.alias is 'As in intel_alias.';
comment on column isobar.intel_alias_version.cve is 'As in intel_alias.';
comment on column isobar.intel_alias_version.record is 'As in intel_alias.';
comment on column isobar.intel_alias_version.record_at is 'As in intel_alias.';
comment on column isobar.intel_alias_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.intel_alias_version.valid_to is 'First instant of the next one, or of its end. @volatile';

grant select on isobar.intel_alias, isobar.intel_alias_version
    to isobar_collector, isobar_scorer, isobar_courier, isobar_api, isobar_operator;
grant insert, update, delete on isobar.intel_alias to isobar_operator;
grant insert, delete on isobar.intel_alias_version to isobar_operator;
