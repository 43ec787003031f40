/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GuardDuty's and Inspector's own findings have in common: two casings, the
 * wrapping of EventBridge, and the identity that Security Hub gives to the same
 * finding, so that a file of either and an import of Security Hub are one finding.
 *
 * Source: GuardDuty API reference (Finding), Amazon Inspector API reference
 * (Finding), and the EventBridge schemas of both user guides.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws_native_private.h"
#include "aws_product.h"
#include "view_path.h"
#include "view_time.h"

/* Never read. */
static struct error ignored;

struct json_view native_at(struct json_view v, const char *path)
{
	return view_path(v, path);
}

const char *native_text(struct json_view v, const char *path)
{
	return view_path_text(v, path);
}

struct json_view native_finding(struct json_view record)
{
	struct json_view detail = json_view_at(record, "detail");

	return json_view_is_object(detail) &&
	                       json_view_is_text(json_view_at(record, "detail-type"))
	               ? detail
	               : record;
}

bool native_is_arn_of(const char *arn, const char *service)
{
	const char *partition = strncmp(arn, "arn:", 4) == 0 ? strchr(arn + 4, ':') : NULL;
	size_t n = strlen(service);

	return partition != NULL && strncmp(partition + 1, service, n) == 0 &&
	       partition[1 + n] == ':';
}

/* A number of up to four digits, then one character of each of separators. */
static const char *pass_number(const char *at, const char *separators, unsigned int *out)
{
	size_t n = at != NULL ? strspn(at, "0123456789") : 0;

	if (n == 0 || n > 4)
		return NULL;
	for (*out = 0; n > 0; n--)
		*out = *out * 10 + (unsigned int)(*at++ - '0');
	n = strlen(separators);
	return strncmp(at, separators, n) == 0 ? at + n : NULL;
}

/* "Jan 19, 2022, 10:46:15 PM", in UTC: how Inspector's events write their times. */
static timestamp time_of_event(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	unsigned int day = 0, year = 0, hour = 0, minute = 0, second = 0;
	char month[4] = "", iso[64];
	timestamp t = TIMESTAMP_NONE;
	const char *found;

	if (strcspn(text, " ") != 3)
		return TIMESTAMP_NONE;
	memcpy(month, text, 3);
	found = strstr(months, month);
	text = pass_number(text + 4, ", ", &day);
	text = pass_number(text, ", ", &year);
	text = pass_number(text, ":", &hour);
	text = pass_number(text, ":", &minute);
	text = pass_number(text, " ", &second);
	if (found == NULL || text == NULL || (found - months) % 3 != 0 || hour > 12 ||
	    (strcasecmp(text, "AM") != 0 && strcasecmp(text, "PM") != 0))
		return TIMESTAMP_NONE;
	hour = hour % 12 + (strcasecmp(text, "PM") == 0 ? 12U : 0U);
	(void)snprintf(iso, sizeof(iso), "%04u-%02u-%02uT%02u:%02u:%02uZ", year,
	               (unsigned int)(found - months) / 3U + 1U, day, hour, minute, second);
	return timestamp_parse(iso, &t, &ignored) == 0 ? t : TIMESTAMP_NONE;
}

timestamp native_time(struct json_view v, const char *path)
{
	struct json_view at = native_at(v, path);
	timestamp t = view_time(at, "");
	const char *text = "";

	if (t == TIMESTAMP_NONE && json_view_text(at, &text))
		t = time_of_event(text);
	return t;
}

/*
 * The region is the ARN's, where the finding was made: that of the finding itself
 * may be another's, for what it says of a global service.
 */
void native_fill_identity(struct finding *f, const char *path, const char *arn,
                          const char *account, struct arena *a)
{
	const struct aws_product *product = aws_product_find(path);
	const char *region = aws_arn_field(arn, 3, a);
	const char *product_arn = TEXT_JOIN(a, "arn:", aws_arn_field(arn, 1, a),
	                                    ":securityhub:", region, "::product/", path);

	f->connector = product->connector;
	f->native_id = aws_native_id(product_arn, arn, a);
	f->engine = product->engine;
	f->fidelity = product->fidelity;
	f->class = product->class;
	f->scope = TEXT_JOIN(a, account, "/", region, "/", path);
	f->resource.provider = PROVIDER_AWS;
	f->resource.account = account;
	f->resource.region = region;
}
