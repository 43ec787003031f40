-- SPDX-License-Identifier: Apache-2.0
-- An asset is written when a finding first names it and again when the command that names it ends: with its tags,
-- sometimes with what other records say of it. Half of a page is left for that, so that the second version lies
-- beside the first and no index has to be told; the first one's place is free again soon after.
alter table isobar.asset set (fillfactor = 50);
