-- SPDX-License-Identifier: Apache-2.0
-- The answer that a request with this key got before, if any is kept.
-- $1 org_id, $2 route, $3 key, $4 fingerprint, $5 now.  Returns no row, or same (it is the same request), status, body.
select k.fingerprint = $4 as same, k.status, convert_from(k.body, 'UTF8') as body
  from isobar.idempotency_key as k
 where k.org_id = $1
   and k.route = $2
   and k.key = $3
   and k.expires_at > $5
   and k.status is not null
