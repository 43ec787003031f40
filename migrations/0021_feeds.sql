-- SPDX-License-Identifier: Apache-2.0
-- Collectors pull feeds of intelligence: EPSS, KEV and NVD.  They load no advisories.

grant insert, update on isobar.intel_cve, isobar.intel_snapshot to isobar_collector;
grant insert on isobar.intel_cve_version to isobar_collector;
