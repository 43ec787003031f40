/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of a vulnerability's CVSS scores becomes its severity (docs/scoring.md,
 * "sev100").
 */
#include "cvss_choice.h"

#include <string.h>
#include <strings.h>

/* Never read; on the stack it would be zeroed for every score. */
static struct error ignored;

static int version_rank(const char *version, const char *vector)
{
	/* Without a version the vector tells; only those of v2 have no prefix. */
	if (version[0] == '\0' && strncmp(vector, "CVSS:", 5) == 0)
		version = vector + 5;
	if (strncmp(version, "4", 1) == 0)
		return 8;
	if (strncmp(version, "3.1", 3) == 0)
		return 6;
	if (strncmp(version, "3", 1) == 0)
		return 4;
	if (strncmp(version, "2", 1) == 0 || strncmp(vector, "AV:", 3) == 0)
		return 2;
	return 0;
}

void cvss_choice_offer(struct cvss_choice *best, const char *version, int64_t sev100,
                       const char *vector, bool from_nvd)
{
	int rank = version_rank(version, vector);

	if (rank == 0 || sev100 <= 0 || sev100 > 100)
		return;
	rank += from_nvd ? 1 : 0;
	if (rank <= best->rank)
		return;
	*best = (struct cvss_choice){.rank = rank, .sev100 = (int)sev100, .vector = vector};
}

static void offer_view(struct cvss_choice *best, struct json_view score,
                       const struct cvss_names *names)
{
	const char *source = json_view_text_or(score, names->source, "");
	int64_t sev100 = -1;

	if (json_view_opt_scaled(score, names->score, 10, &sev100, &ignored) != 0)
		return;
	cvss_choice_offer(best, json_view_text_or(score, names->version, ""), sev100,
	                  json_view_text_or(score, names->vector, ""),
	                  strncasecmp(source, "NVD", 3) == 0);
}

void cvss_choice_of_list(struct cvss_choice *best, struct json_view scores,
                         const struct cvss_names *names)
{
	struct json_items it = {0};

	if (json_view_is_object(scores)) {
		offer_view(best, scores, names);
		return;
	}
	if (!json_view_is_array(scores) ||
	    json_view_opt_items(scores, "", &it, &ignored) != 0)
		return;
	while (json_items_next(&it))
		offer_view(best, it.value, names);
}
