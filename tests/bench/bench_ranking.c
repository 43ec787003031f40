/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_ranking FILE.csv: how well the scorer, and what others rank by, put first the
 * CVEs that were exploited later.  FILE has one CVE a line with what was known of it on
 * three days.  A cohort holds what was published, and not yet known as exploited, on
 * its day.  Prints one line per cohort and ranking, fields between tabs:
 *   day  since  n  later  ranking  cov1  cov5  cov10  eff1  effort80  auc  ap
 * since: "any", or only CVEs published from that day on.  Exit code 1 when the file or
 * the model is not usable, 2 for usage.  Asset context is the same for all CVEs, so
 * this judges the half of the score that is about the weakness itself.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/decimal.h"
#include "base/mem.h"
#include "model/severity.h"

#include "bench/ranking_measures.h"
#include "scorer/score.h"
#include "support/catalog_file.h"

static const char header[] =
        "cve,published,cvss_ver,cvss_base,cvss_vector,cvss_src,epss_20240929,epss_20250119,"
        "epss_20250420,kev,kev_date_added,kev_ransomware,msf_20240929,msf_20250119,"
        "packetstorm_20241124,exploitdb_202211,ref_exploit_20240929,ref_exploit_20250119,"
        "ssvc_20240929,ssvc_20250119,avail_20240929";

enum column {
	COLUMN_PUBLISHED = 1,
	COLUMN_CVSS = 3,
	COLUMN_VECTOR = 4,
	COLUMN_EPSS_1 = 6,
	COLUMN_EPSS_2,
	COLUMN_EPSS_3,
	COLUMN_KEV,
	COLUMN_KEV_ADDED,
	COLUMN_METASPLOIT_1 = 12,
	COLUMN_METASPLOIT_2,
	COLUMN_PACKETSTORM,
	COLUMN_EXPLOITDB,
	COLUMN_REFERENCE_1,
	COLUMN_REFERENCE_2,
	COLUMN_SSVC_1,
	COLUMN_SSVC_2,
	COLUMN_AVAILABLE_1,
	N_COLUMNS
};

/* What was known on a day.  The last day has but a newer EPSS than the one before. */
struct cohort {
	const char *day;
	enum column epss, metasploit, reference, ssvc;
};

enum {
	N_COHORTS = 3,
	LINE_MAX_SIZE = 512,
	EPSS_MAX = 100000,
	OTHER_CONTEXT = 330 /* points of an exposed asset beside the CVE's own */
};

static const struct cohort cohorts[N_COHORTS] = {
        {"2024-09-29", COLUMN_EPSS_1, COLUMN_METASPLOIT_1, COLUMN_REFERENCE_1,
         COLUMN_SSVC_1},
        {"2025-01-19", COLUMN_EPSS_2, COLUMN_METASPLOIT_2, COLUMN_REFERENCE_2,
         COLUMN_SSVC_2},
        {"2025-04-20", COLUMN_EPSS_3, COLUMN_METASPLOIT_2, COLUMN_REFERENCE_2,
         COLUMN_SSVC_2},
};

static const char packetstorm_day[] = "2024-11-24";

enum ranking {
	BY_CVSS,
	BY_EPSS,
	BY_EPSS_CVSS,
	BY_BAND_EPSS,
	BY_INTRINSIC,
	BY_FLOOR,
	N_RANKINGS
};

static const char *const ranking_names[N_RANKINGS] = {
        "CVSS base",          "EPSS",
        "EPSS x CVSS",        "band, then EPSS",
        "rs-1.0.0 intrinsic", "rs-1.0.0 floor+points",
};

/* A CVE as it was known on a day. */
struct known {
	int cvss;     /* tenths */
	int epss;     /* units of 1e-5 */
	int points;   /* the model's, without context */
	int deadline; /* what BOD 26-04 would have the score be at least, when exposed */
};

struct row {
	char line[LINE_MAX_SIZE];
	const char *fields[N_COLUMNS]; /* into line */
	int cvss;
	int epss[N_COHORTS]; /* -1: none */
};

struct table {
	struct row *rows;
	size_t n, capacity;
};

static bool flag(const struct row *r, enum column c)
{
	return strcmp(r->fields[c], "1") == 0;
}

static bool split(struct row *r)
{
	char *at = r->line;

	for (size_t i = 0; i < N_COLUMNS; i++) {
		r->fields[i] = at;
		at += strcspn(at, ",");
		if ((*at == ',') != (i + 1 < N_COLUMNS))
			return false;
		if (*at == ',')
			*at++ = '\0';
	}
	return true;
}

static bool to_units(const char *text, int scale, int greatest, int *out)
{
	struct error err;
	int64_t value;

	if (decimal_scale(text, scale, &value, &err) != 0 || value < 0 || value > greatest)
		return false;
	*out = (int)value;
	return true;
}

static bool read_numbers(struct row *r)
{
	if (!to_units(r->fields[COLUMN_CVSS], 10, 100, &r->cvss))
		return false;
	for (size_t i = 0; i < N_COHORTS; i++) {
		const char *text = r->fields[cohorts[i].epss];

		r->epss[i] = -1;
		if (*text != '\0' && !to_units(text, EPSS_MAX, EPSS_MAX, &r->epss[i]))
			return false;
	}
	return true;
}

static char *read_line(FILE *file, char line[LINE_MAX_SIZE])
{
	if (fgets(line, LINE_MAX_SIZE, file) == NULL)
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

/* The pointers into the lines are set when the rows have their places. */
static bool read_table(FILE *file, struct table *t)
{
	char line[LINE_MAX_SIZE];

	if (read_line(file, line) == NULL || strcmp(line, header) != 0) {
		fprintf(stderr, "bench_ranking: unexpected header\n");
		return false;
	}
	while (read_line(file, line) != NULL) {
		if (t->n == t->capacity) {
			t->capacity = t->capacity == 0 ? 1024 : 2 * t->capacity;
			t->rows = xrealloc(t->rows, t->capacity * sizeof(*t->rows));
		}
		memcpy(t->rows[t->n++].line, line, sizeof(line));
	}
	for (size_t i = 0; i < t->n; i++) {
		if (!split(&t->rows[i]) || !read_numbers(&t->rows[i])) {
			fprintf(stderr, "bench_ranking: line %zu: not a row\n", i + 2);
			return false;
		}
	}
	return true;
}

static bool known_exploited(const struct row *r, const char *day)
{
	return flag(r, COLUMN_KEV) && strcmp(r->fields[COLUMN_KEV_ADDED], day) <= 0;
}

static bool in_cohort(const struct row *r, size_t cohort, const char *since)
{
	const char *published = r->fields[COLUMN_PUBLISHED];
	const char *day = cohorts[cohort].day;

	if (r->epss[cohort] < 0 || *published == '\0' || strcmp(published, day) > 0)
		return false;
	if (cohort == 0 && strcmp(r->fields[COLUMN_AVAILABLE_1], "0") == 0)
		return false;
	return !known_exploited(r, day) && strcmp(published, since) >= 0;
}

/* Flags to levels: Metasploit is weaponised; whatever else shows an exploit is a PoC. */
static enum maturity maturity_of(const struct row *r, const struct cohort *c)
{
	const char ssvc = *r->fields[c->ssvc];

	if (ssvc == 'A' || known_exploited(r, c->day))
		return MATURITY_ACTIVE;
	if (flag(r, c->metasploit))
		return MATURITY_WEAPONISED;
	if (ssvc == 'P' || flag(r, c->reference) || flag(r, COLUMN_EXPLOITDB) ||
	    (flag(r, COLUMN_PACKETSTORM) && strcmp(c->day, packetstorm_day) >= 0))
		return MATURITY_POC;
	return MATURITY_NONE;
}

static struct score_inputs inputs_of(const struct row *r, size_t cohort)
{
	const struct cohort *c = &cohorts[cohort];
	const char *ssvc = r->fields[c->ssvc];
	const struct cvss_facts derived = cvss_read(r->fields[COLUMN_VECTOR]);

	return (struct score_inputs){
	        .sev100 = r->cvss,
	        .lik_kind = LIKELIHOOD_EPSS,
	        .lik = r->epss[cohort] > 0 ? r->epss[cohort] : 1,
	        .maturity = maturity_of(r, c),
	        .automatable = *ssvc ? ssvc[1] == 'Y' : derived.automatable == 1,
	        .total = *ssvc ? ssvc[2] == 'T' : derived.total == 1,
	        .is_cve = true,
	};
}

/* The sum of the factors that a CVE alone decides. */
static int intrinsic_points(const struct score *s)
{
	int sum = 0;

	for (int i = FACTOR_SEVERITY; i <= FACTOR_TOTAL_IMPACT; i++)
		sum += s->points[i];
	return sum;
}

/*
 * BOD 26-04 of an exposed asset and a CVE that is not known as exploited: 3 days when
 * it is both automatable and of total impact, 14 when it is one of them, else with the
 * next upgrade; as the score that leads to these times.
 */
static int deadline_of(const struct score_inputs *in)
{
	if (in->automatable && in->total)
		return 700;
	return in->automatable || in->total ? 500 : 300;
}

static int64_t queue_key(const struct known *k, enum ranking by)
{
	const int cvss_band = (k->cvss >= 40) + (k->cvss >= 70) + (k->cvss >= 90);
	const int64_t with_context = OTHER_CONTEXT + k->points;

	switch (by) {
	case BY_CVSS:
		return k->cvss;
	case BY_EPSS:
		return k->epss;
	case BY_EPSS_CVSS:
		return (int64_t)k->epss * k->cvss;
	case BY_BAND_EPSS:
		return (int64_t)cvss_band * (EPSS_MAX + 1) + k->epss;
	case BY_INTRINSIC:
		return k->points;
	case BY_FLOOR:
		return (with_context > k->deadline ? with_context : k->deadline) * 10000 +
		       k->points;
	case N_RANKINGS:
		break;
	}
	return 0;
}

static struct known known_of(const struct score_model *model, const struct row *r,
                             size_t cohort)
{
	const struct score_inputs in = inputs_of(r, cohort);
	const struct score score = score_of(model, &in);

	return (struct known){
	        .cvss = r->cvss,
	        .epss = r->epss[cohort],
	        .points = intrinsic_points(&score),
	        .deadline = deadline_of(&in),
	};
}

static size_t rank(const struct score_model *model, const struct table *t, size_t cohort,
                   const char *since, enum ranking by, struct ranked *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct row *r = &t->rows[i];

		if (in_cohort(r, cohort, since)) {
			const struct known k = known_of(model, r, cohort);

			out[n++] = (struct ranked){queue_key(&k, by), flag(r, COLUMN_KEV)};
		}
	}
	return n;
}

static size_t count_later(const struct ranked *items, size_t n)
{
	size_t later = 0;

	for (size_t i = 0; i < n; i++)
		later += items[i].later ? 1 : 0;
	return later;
}

static bool print_cohort(const struct score_model *model, const struct table *t,
                         size_t cohort, const char *since)
{
	struct ranked *items = xmalloc((t->n + 1) * sizeof(*items));
	bool ok = true;

	for (int by = 0; by < N_RANKINGS && ok; by++) {
		const size_t n = rank(model, t, cohort, since, (enum ranking)by, items);
		const size_t later = count_later(items, n);

		ok = later > 0 && later < n;
		if (!ok) {
			fprintf(stderr, "bench_ranking: nothing to tell apart on %s\n",
			        cohorts[cohort].day);
			break;
		}

		const struct ranking_measures m = ranking_measure(items, n);

		printf("%s\t%s\t%zu\t%zu\t%s\t%.15g\t%.15g\t%.15g\t%.15g\t%.15g\t%.15g\t%."
		       "15g\n",
		       cohorts[cohort].day, *since ? since : "any", n, later,
		       ranking_names[by], m.coverage[0], m.coverage[1], m.coverage[2],
		       m.efficiency, m.effort, m.auc, m.avg_precision);
	}
	free(items);
	return ok;
}

static bool print_all(const struct score_model *model, FILE *file)
{
	static const char *const since[] = {"", "2023-01-01"};
	struct table t = {0};
	bool ok = read_table(file, &t);

	for (size_t i = 0; i < 2; i++) {
		for (size_t c = 0; c < N_COHORTS && ok; c++)
			ok = print_cohort(model, &t, c, since[i]);
	}
	free(t.rows);
	return ok;
}

int main(int argc, char **argv)
{
	ARENA_SCOPED a = arena_new(4096);
	CLEANUP(score_model_freep) struct score_model *model = NULL;
	struct error err;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_ranking FILE.csv\n");
		return 2;
	}

	const char *text = catalog_file("models/rs-1.0.0.json", a);
	FILE *file = fopen(argv[1], "r");
	bool ok = false;

	if (text == NULL)
		fprintf(stderr, "bench_ranking: the model cannot be read\n");
	else if (score_model_load(text, strlen(text), &model, &err) != 0)
		fprintf(stderr, "bench_ranking: %s\n", err.text);
	else if (file == NULL)
		fprintf(stderr, "bench_ranking: %s cannot be read\n", argv[1]);
	else
		ok = print_all(model, file);
	if (file != NULL)
		fclose(file);
	return ok ? 0 : 1;
}
