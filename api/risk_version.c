/* SPDX-License-Identifier: Apache-2.0 */
#include "risk_version.h"

bool risk_version_is_visible(const struct request *req, const PGresult *result)
{
	if (PQntuples(result) == 0)
		return false;
	return access_allows_on(
	        req->access, PERMISSION_READ, pg_get_text(result, 0, "account"),
	        pg_is_null(result, 0, "owner") ? NULL : pg_get_text(result, 0, "owner"));
}
