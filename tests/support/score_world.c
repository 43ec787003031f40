/* SPDX-License-Identifier: Apache-2.0 */
#include "support/score_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"

enum {
	SQL_MAX = 4096
};

static struct pg *pg;

void world_open(void)
{
	pg = pg_fixture_open(NULL, 0);
}

void world_close(void)
{
	pg_close(pg);
}

struct pg *world_pg(void)
{
	return pg;
}

static PRINTF(2, 0) void make_sql(char out[SQL_MAX], const char *format, va_list arguments)
{
	assert_true(vsnprintf(out, SQL_MAX, format, arguments) < SQL_MAX);
}

void world_exec(const char *format, ...)
{
	char text[SQL_MAX];
	va_list arguments;

	va_start(arguments, format);
	make_sql(text, format, arguments);
	va_end(arguments);
	pg_fixture_exec(pg, text);
}

PGresult *world_ask(const char *format, ...)
{
	char text[SQL_MAX];
	va_list arguments;
	PGresult *result;

	va_start(arguments, format);
	make_sql(text, format, arguments);
	va_end(arguments);
	result = PQexec(pg_connection(pg), text);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", text, PQresultErrorMessage(result));
	return result;
}

int64_t world_int(const PGresult *r, int row, int column)
{
	return strtoll(PQgetvalue(r, row, column), NULL, 10);
}

void world_empty(void)
{
	world_exec(
	        "truncate isobar.finding, isobar.risk, isobar.risk_explanation, "
	        "isobar.risk_alias, isobar.risk_event, isobar.asset, isobar.asset_context, "
	        "isobar.asset_edge, isobar.path, isobar.path_version, isobar.path_asset, "
	        "isobar.path_member, isobar.path_adjacent, isobar.path_mark, "
	        "isobar.dirty_mark, isobar.sla_segment, isobar.fix, isobar.fix_mark, "
	        "isobar.queue_count, isobar.queue_version, isobar.queue_change");
}

void world_add_asset(const char *id, const char *type)
{
	world_exec("insert into isobar.asset (org_id, asset_id, canonical_id, provider, "
	           "account, "
	           "region, type, name, id, stored_at) values (1, '%s', '%s', 1, 'a', '', "
	           "'%s', "
	           "'n', 'arn:x:%s', now())",
	           id, id, type, id);
}

void world_mark(const char *table, const char *asset)
{
	const bool dirty = strcmp(table, "dirty_mark") == 0;

	world_exec("insert into isobar.%s (org_id, asset_id%s) values (1, '%s'%s)", table,
	           dirty ? ", run_id" : "", asset, dirty ? ", 0" : "");
}

void world_put_finding(const struct world_finding *f)
{
	world_exec(
	        "insert into isobar.finding (org_id, source_id, scope_id, run_id, "
	        "segment_id, "
	        "content_hash, record_digest, updated_at, stored_at, epss, segment_slot, "
	        "state, "
	        "closed_by, closed_at, class, sev100, fidelity, maturity, flags, asset_id, "
	        "finding_id, connector, rule, cve, location, engine, title) values (1, 1, "
	        "1, 1, "
	        "1, 1, 0, now(), now(), %d, 0, %d, %d, %s, %d, %d, %d, %d, %d, '%s', "
	        "md5('%s/%d')::uuid, '%s', '%s', '%s', '', '%s', 't') on conflict (org_id, "
	        "asset_id, finding_id) do update set state = excluded.state, closed_by = "
	        "excluded.closed_by, closed_at = excluded.closed_at, epss = excluded.epss, "
	        "sev100 = excluded.sev100, maturity = excluded.maturity, flags = "
	        "excluded.flags, fidelity = excluded.fidelity",
	        f->epss, f->state, f->state ? 1 : 0, f->state ? "now()" : "null", f->class,
	        f->sev100, f->fidelity, f->maturity, f->flags, f->asset, f->asset,
	        f->number, f->connector, f->rule, f->cve, f->engine);
	world_mark("dirty_mark", f->asset);
}

void world_set_context(const char *asset, const int level[4])
{
	world_exec(
	        "insert into isobar.asset_context (org_id, asset_id, exposure, "
	        "criticality, "
	        "sensitivity, privilege, valid_from) values (1, '%s', %d, %d, %d, %d, "
	        "now()) "
	        "on conflict (org_id, asset_id) do update set exposure = "
	        "excluded.exposure, "
	        "criticality = excluded.criticality, sensitivity = excluded.sensitivity, "
	        "privilege = excluded.privilege",
	        asset, level[0], level[1], level[2], level[3]);
	world_mark("dirty_mark", asset);
	world_mark("path_mark", asset);
}

void world_score(const char *now)
{
	const pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("ISOBAR_DATABASE", pg_fixture_conninfo(), 1);
		execl(ISOBAR_SCORER, "isobar-scorer", "--once",
		      now ? "--now" : (char *)NULL, now, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
