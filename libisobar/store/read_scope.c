/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of an org that a reader may see, as parameters of a statement.
 */
#include "store/read_scope.h"

void read_scope_bind(const struct read_scope *scope, struct pg_params *p)
{
	pg_bind_texts(p, scope->accounts, scope->accounts ? scope->n_accounts : 0);
	pg_bind_texts(p, scope->accounts ? scope->owners : NULL, scope->n_owners);
}
