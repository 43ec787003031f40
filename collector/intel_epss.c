/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EPSS as FIRST publishes it every day: "#model_version:…,score_date:…", a header with
 * the columns cve and epss, a row a CVE.  No cell is quoted.
 */
#include <string.h>

#include "base/decimal.h"
#include "model/cve.h"

#include "intel_private.h"

#define LINE_MAX_SIZE 512
#define COLUMNS_MAX   16

struct epss {
	const char *at, *end;
	long long line;
	size_t n_columns, cve_column, epss_column;
	struct intel_data *d;
	struct error *err;
};

struct cell {
	const char *text;
	size_t size;
};

static int fault(const struct epss *x, const char *what)
{
	return error_set(x->err, ERR_INVALID, "line %lld: %s", x->line, what);
}

/* 1: the next line, without its end.  0: there is none. */
static int next_line(struct epss *x, struct cell *out)
{
	if (x->at == x->end)
		return 0;
	const char *feed = memchr(x->at, '\n', (size_t)(x->end - x->at));

	x->line++;
	if (!feed)
		return fault(x, "it has no end: the file breaks off");
	*out = (struct cell){x->at, (size_t)(feed - x->at)};
	if (out->size && out->text[out->size - 1] == '\r')
		out->size--;
	if (out->size > LINE_MAX_SIZE)
		return fault(x, "it is longer than any row of EPSS");
	x->at = feed + 1;
	return 1;
}

/* How many cells the line has; COLUMNS_MAX + 1 for too many. */
static size_t cut(struct cell line, struct cell cells[COLUMNS_MAX])
{
	const char *end = line.text + line.size;

	for (size_t n = 0; n < COLUMNS_MAX; n++) {
		const char *comma = memchr(line.text, ',', (size_t)(end - line.text));

		cells[n] = (struct cell){line.text,
		                         (size_t)((comma ? comma : end) - line.text)};
		if (!comma)
			return n + 1;
		line.text = comma + 1;
	}
	return COLUMNS_MAX + 1;
}

static bool is_text(struct cell c, const char *text)
{
	return c.size == strlen(text) && memcmp(c.text, text, c.size) == 0;
}

/* "name:value" of the comment; NULL when it is another name. */
static const char *value_of(const struct epss *x, struct cell c, const char *name)
{
	const size_t size = strlen(name);

	if (c.size <= size || memcmp(c.text, name, size) != 0 || c.text[size] != ':')
		return NULL;
	return arena_strndup(x->d->arena, c.text + size + 1, c.size - size - 1);
}

static int read_comment(struct epss *x, struct cell line)
{
	struct cell cells[COLUMNS_MAX];
	size_t n;

	line.text++;
	line.size--;
	n = cut(line, cells);
	for (size_t i = 0; i < n && i < COLUMNS_MAX; i++) {
		const char *model = value_of(x, cells[i], "model_version");
		const char *date = value_of(x, cells[i], "score_date");

		if (model)
			x->d->model = model;
		if (date && timestamp_parse_loose(date, &x->d->as_of, x->err) < 0)
			return fault(x, "score_date is no time");
	}
	return 0;
}

static bool read_header(struct epss *x, struct cell line)
{
	struct cell cells[COLUMNS_MAX];

	x->n_columns = cut(line, cells);
	x->cve_column = x->epss_column = COLUMNS_MAX;
	for (size_t i = 0; i < x->n_columns && i < COLUMNS_MAX; i++) {
		if (is_text(cells[i], "cve"))
			x->cve_column = i;
		if (is_text(cells[i], "epss"))
			x->epss_column = i;
	}
	return x->n_columns <= COLUMNS_MAX && x->cve_column < COLUMNS_MAX &&
	       x->epss_column < COLUMNS_MAX;
}

static void copy_cell(struct cell c, char buf[64])
{
	const size_t size = c.size < 63 ? c.size : 63;

	memcpy(buf, c.text, size);
	buf[size] = '\0';
}

/* Below half a unit it is still a chance: 1. */
static int read_row(struct epss *x, struct cell line)
{
	struct cell cells[COLUMNS_MAX];
	char cve[64], score[64];
	int64_t epss;
	struct error why;

	if (cut(line, cells) != x->n_columns)
		return fault(x, "it has not as many cells as the header");
	copy_cell(cells[x->cve_column], cve);
	copy_cell(cells[x->epss_column], score);
	const uint64_t packed = cve_pack(cve);

	if (!packed)
		return fault(x, "its cve is no CVE id");
	if (decimal_scale(score, 100000, &epss, &why) < 0 || epss < 0 || epss > 100000)
		return fault(x, "its epss is no number within 0 and 1");
	if (x->d->n_rows == INTEL_ROWS_MAX)
		return fault(x, "there are more rows than one load takes");
	struct intel_row *row = intel_data_add(x->d);

	row->cve = packed;
	row->epss = epss ? (int32_t)epss : 1;
	return 0;
}

static const char byte_order_mark[] = "\xef\xbb\xbf";

static struct epss open_text(const char *text, size_t size)
{
	struct epss x = {.at = text, .end = text + size};

	if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0)
		x.at += 3;
	return x;
}

bool intel_epss_detect(const char *text, size_t size)
{
	struct error err;
	struct epss x = open_text(text, size);
	struct cell line;

	x.err = &err;
	while (next_line(&x, &line) > 0)
		if (line.size && *line.text != '#')
			return read_header(&x, line);
	return false;
}

int intel_epss_read(const char *text, size_t size, struct intel_data *d, struct error *err)
{
	struct epss x = open_text(text, size);
	struct cell line;
	int rc;

	x.d = d;
	x.err = err;
	while ((rc = next_line(&x, &line)) > 0) {
		if (!line.size)
			continue;
		if (*line.text == '#' && !x.n_columns)
			rc = read_comment(&x, line);
		else if (!x.n_columns)
			rc = read_header(&x, line)
			             ? 0
			             : fault(&x, "the header has no cve and epss");
		else
			rc = read_row(&x, line);
		if (rc < 0)
			return rc;
	}
	return rc;
}
