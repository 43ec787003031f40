-- SPDX-License-Identifier: Apache-2.0
-- What a fix comes to is summed from the index alone: a change of one risk sums all risks of its fix.

drop index isobar.risk_fix_idx;
create index risk_fix_idx on isobar.risk (org_id, fix_id) include (score, band, due_at)
    where open and fix_id is not null;

-- Which frameworks a control belongs to is asked for each risk that somebody decides on.
create index control_framework_control_idx on isobar.control_framework (control);
