/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of a text-format result, by name.  The statement and its reader are
 * written together, so a missing column or a value of another type is a bug and
 * is asserted, not returned.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/pg.h"

/* "2026-01-02 03:04:05.123456+00": what a session in UTC and ISO writes. */
#define PG_TIMESTAMP_MAX 40

static int column_of(const PGresult *result, const char *field)
{
	int column = PQfnumber(result, field);

	assert(column >= 0);
	return column;
}

bool pg_is_null(const PGresult *result, int row, const char *field)
{
	return PQgetisnull(result, row, column_of(result, field)) != 0;
}

const char *pg_get_text(const PGresult *result, int row, const char *field)
{
	return PQgetvalue(result, row, column_of(result, field)); /* "" for NULL */
}

int64_t pg_get_int(const PGresult *result, int row, const char *field)
{
	const char *text = pg_get_text(result, row, field);
	char *end;
	long long value;

	if (*text == '\0')
		return 0;
	errno = 0;
	value = strtoll(text, &end, 10);
	assert(errno == 0 && *end == '\0');
	return value;
}

bool pg_get_bool(const PGresult *result, int row, const char *field)
{
	const char *text = pg_get_text(result, row, field);

	assert(*text == '\0' || *text == 't' || *text == 'f');
	return *text == 't';
}

timestamp pg_get_timestamp(const PGresult *result, int row, const char *field)
{
	const char *text = pg_get_text(result, row, field);
	char rfc3339[PG_TIMESTAMP_MAX];
	size_t size = strlen(text);
	struct error err;
	timestamp value = TIMESTAMP_NONE;
	int rc;

	if (size == 0 || strcmp(text, "-infinity") == 0)
		return TIMESTAMP_NONE;
	if (strcmp(text, "infinity") == 0)
		return INT64_MAX;
	assert(size < sizeof(rfc3339) && size > 13 && strcmp(text + size - 3, "+00") == 0);
	memcpy(rfc3339, text, size);
	rfc3339[10] = 'T';
	rfc3339[size - 3] = 'Z';
	rfc3339[size - 2] = '\0';
	rc = timestamp_parse(rfc3339, &value, &err);
	assert(rc == 0);
	(void)rc;
	return value;
}

struct key pg_get_key(const PGresult *result, int row, const char *field)
{
	const char *text = pg_get_text(result, row, field);
	struct key value = {{0}};
	int rc;

	if (*text == '\0')
		return value;
	rc = key_parse(text, &value);
	assert(rc == 0);
	(void)rc;
	return value;
}

void pg_clearp(PGresult **result)
{
	PQclear(*result);
	*result = NULL;
}
