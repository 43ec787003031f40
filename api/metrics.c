/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting and the text that Prometheus reads.
 */
#include "metrics.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/attr.h"
#include "base/mem.h"

/* Seconds: from what a page of a hot queue takes to what a client gives up at. */
static const double bounds[METRICS_BUCKETS] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                               0.05,   0.1,   0.25,   0.5,   1,    5};

/* Statuses that the api answers with; the last is for any other. */
static const int codes[] = {200, 201, 202, 204, 304, 400, 401, 403, 404,
                            405, 406, 408, 409, 412, 413, 414, 415, 417,
                            422, 428, 429, 431, 500, 501, 503, 505, 0};

_Static_assert(N_ELEMENTS(codes) <= METRICS_CODES_MAX, "more statuses than room");

struct part {
	struct metrics_values values;
	uint64_t answers[METRICS_ROUTES_MAX + 1][N_METRICS_METHODS][METRICS_CODES_MAX];
	uint64_t buckets[METRICS_ROUTES_MAX + 1][METRICS_BUCKETS + 1];
	uint64_t usec[METRICS_ROUTES_MAX + 1];
};

/* The parts are shared, the rest is each process's own. */
struct metrics {
	struct metrics_names names;
	struct part *parts;
	unsigned int own;
};

struct metrics *metrics_new(const struct metrics_names *names)
{
	struct metrics *m = xcalloc(1, sizeof(*m));
	void *parts = mmap(NULL, sizeof(struct part) * METRICS_PROCESSES_MAX,
	                   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert(names->n_routes <= METRICS_ROUTES_MAX);
	if (parts == MAP_FAILED) {
		fprintf(stderr, "isobar-api: no shared memory: %s\n", strerror(errno));
		abort();
	}
	m->names = *names;
	m->parts = parts;
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	munmap(m->parts, sizeof(struct part) * METRICS_PROCESSES_MAX);
	free(m);
}

void metrics_own(struct metrics *m, unsigned int process)
{
	assert(process < METRICS_PROCESSES_MAX);
	m->own = process;
}

struct metrics_values *metrics_values(struct metrics *m)
{
	return &m->parts[m->own].values;
}

static size_t code_index(int status)
{
	size_t i = 0;

	while (codes[i] != 0 && codes[i] != status)
		i++;
	return i;
}

void metrics_answer(struct metrics *m, size_t route, enum metrics_method method, int status,
                    int64_t usec)
{
	struct part *p = &m->parts[m->own];
	size_t bucket = 0;

	while (bucket < METRICS_BUCKETS && (double)usec > bounds[bucket] * 1e6)
		bucket++;
	p->answers[route][method][code_index(status)]++;
	p->buckets[route][bucket]++;
	p->usec[route] += (uint64_t)usec;
}

/* --- text --- */

static uint64_t sum_of(const struct metrics *m, size_t offset)
{
	uint64_t sum = 0, one;

	for (int i = 0; i < METRICS_PROCESSES_MAX; i++) {
		memcpy(&one, (const char *)&m->parts[i] + offset, sizeof(one));
		sum += one;
	}
	return sum;
}

#define SUM(m, field) sum_of((m), offsetof(struct part, field))

static void put_head(struct strbuf *out, const char *name, const char *type,
                     const char *help)
{
	strbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static const char *route_name(const struct metrics *m, size_t route)
{
	return route < m->names.n_routes ? m->names.routes[route] : "none";
}

static void put_answers(const struct metrics *m, struct strbuf *out)
{
	static const char *const methods[N_METRICS_METHODS] = {
	        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "other"};

	put_head(out, "isobar_http_requests_total", "counter",
	         "Answers, by route, method and status.");
	for (size_t route = 0; route <= m->names.n_routes; route++)
		for (size_t method = 0; method < N_METRICS_METHODS; method++)
			for (size_t code = 0; code < N_ELEMENTS(codes); code++) {
				const uint64_t n = SUM(m, answers[route][method][code]);

				if (n)
					strbuf_printf(out,
					              "isobar_http_requests_total{route="
					              "\"%s\",method=\"%s\",code=\"%d\"} "
					              "%" PRIu64 "\n",
					              route_name(m, route), methods[method],
					              codes[code], n);
			}
}

static void put_durations(const struct metrics *m, struct strbuf *out)
{
	const char *name = "isobar_http_request_duration_seconds";

	put_head(out, name, "histogram",
	         "From the whole head of a request to its answer, by route.");
	for (size_t route = 0; route <= m->names.n_routes; route++) {
		uint64_t n = 0;

		for (size_t i = 0; i <= METRICS_BUCKETS; i++)
			n += SUM(m, buckets[route][i]);
		if (n == 0)
			continue;
		n = 0;
		for (size_t i = 0; i < METRICS_BUCKETS; i++) {
			n += SUM(m, buckets[route][i]);
			strbuf_printf(out,
			              "%s_bucket{route=\"%s\",le=\"%g\"} %" PRIu64 "\n",
			              name, route_name(m, route), bounds[i], n);
		}
		n += SUM(m, buckets[route][METRICS_BUCKETS]);
		strbuf_printf(
		        out,
		        "%s_bucket{route=\"%s\",le=\"+Inf\"} %" PRIu64
		        "\n%s_sum{route=\"%s\"} %.6f\n%s_count{route=\"%s\"} %" PRIu64 "\n",
		        name, route_name(m, route), n, name, route_name(m, route),
		        (double)SUM(m, usec[route]) / 1e6, name, route_name(m, route), n);
	}
}

static void put_values(const struct metrics *m, struct strbuf *out)
{
	static const struct {
		const char *name, *type, *help;
		size_t offset;
	} rows[] = {
#define VALUE(name, type, field, help) \
	{name, type, help, offsetof(struct part, values.field)}
	        VALUE("isobar_http_connections", "gauge", connections, "Open connections."),
	        VALUE("isobar_http_connections_accepted_total", "counter", accepted,
	              "Connections accepted."),
	        VALUE("isobar_auth_failures_total", "counter", auth_failures,
	              "Requests without a valid token."),
	        VALUE("isobar_rate_limited_total", "counter", rate_limited,
	              "Requests beyond a token's budget."),
	        VALUE("isobar_db_pool_connections", "gauge", pool_up,
	              "Connections to the database that are up."),
	        VALUE("isobar_db_pool_in_use", "gauge", pool_in_use,
	              "Queries on their way to the database."),
	        VALUE("isobar_db_pool_waiting", "gauge", pool_waiting,
	              "Queries that wait for a connection."),
	        VALUE("isobar_queue_index_risks", "gauge", index_risks,
	              "Risks in the indexes of the processes."),
	        VALUE("isobar_queue_index_bytes", "gauge", index_bytes,
	              "Memory of these indexes."),
	        VALUE("isobar_queue_index_orgs", "gauge", index_orgs,
	              "Orgs that have an index."),
	        VALUE("process_resident_memory_bytes", "gauge", resident_bytes,
	              "Resident memory of all processes."),
	        VALUE("process_open_fds", "gauge", open_fds,
	              "Open file descriptors of all processes."),
#undef VALUE
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		put_head(out, rows[i].name, rows[i].type, rows[i].help);
		strbuf_printf(out, "%s %" PRIu64 "\n", rows[i].name,
		              sum_of(m, rows[i].offset));
	}
}

/* Each process that holds the indexes knows all of it: the greatest is the answer. */
static void put_unknown_types(const struct metrics *m, struct strbuf *out)
{
	static const char name[] = "isobar_responsibility_unknown_types";
	uint64_t most = 0;

	for (int i = 0; i < METRICS_PROCESSES_MAX; i++)
		if (m->parts[i].values.unknown_types > most)
			most = m->parts[i].values.unknown_types;
	put_head(
	        out, name, "gauge",
	        "Types of assets with open risks that the catalogue does not know, in orgs "
	        "that have an index.");
	strbuf_printf(out, "%s %" PRIu64 "\n", name, most);
}

static void put_one(struct strbuf *out, const char *name, const char *help, uint64_t value)
{
	put_head(out, name, "gauge", help);
	strbuf_printf(out, "%s %" PRIu64 "\n", name, value);
}

/* Nothing before the database has said it: no value is better than a false one. */
static void put_self_check(const struct metrics *m, struct strbuf *out)
{
	if (!SUM(m, values.check_last))
		return;
	put_head(out, "isobar_self_check_findings", "gauge",
	         "Findings in the last self-checks of all orgs, by how their records "
	         "read again.");
	strbuf_printf(out,
	              "isobar_self_check_findings{outcome=\"same\"} %" PRIu64 "\n"
	              "isobar_self_check_findings{outcome=\"differ\"} %" PRIu64 "\n"
	              "isobar_self_check_findings{outcome=\"not_alone\"} %" PRIu64 "\n",
	              SUM(m, values.check_same), SUM(m, values.check_differ),
	              SUM(m, values.check_not_alone));
	put_one(out, "isobar_self_check_damaged_segments",
	        "Segments of records, or places in them, that the last self-checks "
	        "could not read.",
	        SUM(m, values.check_damaged));
	put_one(out, "isobar_self_check_rewritten_risks",
	        "Risks that came out differently in the last self-checks.",
	        SUM(m, values.check_rewritten));
	put_one(out, "isobar_self_check_last_timestamp_seconds",
	        "When the last self-check ended, of the org where that is the longest "
	        "ago; an org without one counts from when it was made.",
	        SUM(m, values.check_last));
}

static void put_refused(const struct metrics *m, struct strbuf *out)
{
	put_head(out, "isobar_http_refused_total", "counter",
	         "Requests and connections that the guard refused, by reason.");
	strbuf_printf(out,
	              "isobar_http_refused_total{reason=\"malformed\"} %" PRIu64 "\n"
	              "isobar_http_refused_total{reason=\"slow\"} %" PRIu64 "\n"
	              "isobar_http_refused_total{reason=\"full\"} %" PRIu64 "\n",
	              SUM(m, values.refused_head), SUM(m, values.refused_slow),
	              SUM(m, values.refused_full));
}

void metrics_put(const struct metrics *m, struct strbuf *out)
{
	put_head(out, "isobar_build_info", "gauge", "Always 1; the version is a label.");
	strbuf_printf(out, "isobar_build_info{version=\"%s\"} 1\n", m->names.version);
	put_head(out, "process_start_time_seconds", "gauge", "When the api was started.");
	strbuf_printf(out, "process_start_time_seconds %.3f\n", m->names.started_at);
	put_answers(m, out);
	put_durations(m, out);
	put_refused(m, out);
	put_values(m, out);
	put_unknown_types(m, out);
	put_self_check(m, out);
}
