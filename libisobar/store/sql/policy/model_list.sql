-- SPDX-License-Identifier: Apache-2.0
-- The models of an org, the present one first, then the catalogue's.
-- $1 org_id.  Returns model, checksum, body, actor, reason, valid_from, valid_to (null: it holds; without own: the catalogue's),
-- own.
select model, checksum, body, actor, reason, valid_from, null::timestamptz as valid_to, true as own
  from isobar.org_model
 where org_id = $1
 union all
select model, checksum, body, actor, reason, valid_from, valid_to, true
  from isobar.org_model_version
 where org_id = $1
 union all
select model, checksum, body, '', '', valid_from, null, false
  from isobar.score_model
 order by own desc, valid_from desc
