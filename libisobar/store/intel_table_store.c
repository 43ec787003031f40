/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scorer's copy of what feeds say.  Of their 300,000 CVEs, which change once a day, it
 * reads those that findings name: to read them all takes longer than to score an estate of
 * 50,000 findings.
 */
#include "store/intel_table_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/cve.h"
#include "model/severity.h"
#include "store/pg_binary.h"

void intel_table_clear(struct intel_table *t)
{
	arena_free(t->arena);
	*t = (struct intel_table){0};
}

static int32_t next_day(struct binary_row *r)
{
	if (!next_is_null(r))
		return next_int4(r);
	r->column++;
	return INTEL_NO_DAY;
}

static void intel_read_row(struct binary_row r, struct intel *out)
{
	out->cve = cve_pack(next_value(&r));
	out->epss = next_int4(&r);
	out->kev_added = next_day(&r);
	out->kev_due = next_day(&r);
	out->maturity = (int8_t)next_int2(&r);
	out->automatable = (int8_t)next_int2(&r);
	out->total = (int8_t)next_int2(&r);
	out->sev100 = (int8_t)next_int2(&r);
	out->cvss_version = (int8_t)next_int2(&r);
	out->cvss_scorer = (int8_t)next_int2(&r);
	const struct cvss_facts facts = cvss_read(next_value(&r));

	out->vector_automatable = facts.automatable;
	out->vector_total = facts.total;
}

static int by_alias(const void *a, const void *b)
{
	return strcmp(((const struct intel_name *)a)->alias,
	              ((const struct intel_name *)b)->alias);
}

int intel_table_read(struct pg *pg, struct intel_table *t, const uint64_t *cves, size_t n,
                     struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	struct pg_params p = {.n = 0};
	struct strbuf list = {0};
	char text[CVE_TEXT_MAX];
	int rc;

	for (size_t i = 0; i < n; i++) {
		const struct intel silent = {.cve = cves[i], .is_silent = true};

		intel_put(t, &silent);
		strbuf_putc(&list, i ? ',' : '{');
		strbuf_puts(&list, cve_text(cves[i], text));
	}
	strbuf_puts(&list, n ? "}" : "{}");
	pg_bind_text(&p, strbuf_text(&list));
	rc = pg_run_binary(pg, STMT_INTEL_ROWS, &p, &rows, err);
	strbuf_done(&list);
	if (rc < 0) {
		intel_table_clear(t);
		return rc;
	}
	for (int i = 0; i < PQntuples(rows); i++) {
		struct intel row = {0};

		intel_read_row((struct binary_row){rows, i, 0}, &row);
		intel_put(t, &row);
	}
	return 0;
}

static int intel_read_names(struct pg *pg, struct intel_table *t, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	const int rc = pg_run_binary(pg, STMT_INTEL_NAMES, NULL, &rows, err);

	if (rc < 0)
		return rc;
	t->n_names = (size_t)PQntuples(rows);
	t->names = ARENA_ARRAY(t->arena, struct intel_name, t->n_names + 1);
	for (size_t i = 0; i < t->n_names; i++) {
		struct binary_row r = {rows, (int)i, 0};

		t->names[i].alias = arena_strdup(t->arena, next_value(&r));
		t->names[i].text = arena_strdup(t->arena, next_value(&r));
		t->names[i].cve = cve_pack(t->names[i].text);
	}
	qsort(t->names, t->n_names, sizeof(*t->names), by_alias);
	return 0;
}

int intel_table_refresh(struct pg *pg, struct intel_table *t, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc = pg_run(pg, STMT_INTEL_VERSION, NULL, &result, err);

	if (rc < 0)
		return rc;
	const int64_t version = pg_get_int(result, 0, "version");

	if (version == t->version)
		return 0;
	intel_table_clear(t);
	t->arena = arena_new(1 << 20);
	if ((rc = intel_read_names(pg, t, err)) < 0) {
		intel_table_clear(t);
		return rc;
	}
	t->version = version;
	return 0;
}
