/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a selector.  What is taken has a text that reads back as itself and
 * matches the same; what is refused says why in one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct asset_tag tags[] = {{"team", "shop"}};
	static const char *const frameworks[] = {"cis-azure-2.1"};
	static const struct risk_view view = {.band = BAND_HIGH,
	                                      .provider = PROVIDER_AZURE,
	                                      .account = "1",
	                                      .region = "westeurope",
	                                      .type = "microsoft.web/sites",
	                                      .name = "web",
	                                      .id = "/subscriptions/1/web",
	                                      .tags = tags,
	                                      .n_tags = 1,
	                                      .subject = "cve:CVE-2024-3094",
	                                      .location = "",
	                                      .layer = -1,
	                                      .frameworks = frameworks,
	                                      .n_frameworks = 1};
	ARENA_SCOPED a = arena_new(4096);
	char *line = arena_strndup(a, (const char *)data, size);
	struct selector s, again;
	struct error err = {0};

	if (selector_parse(line, SELECTS_FINDINGS, a, &s, &err) < 0) {
		check(err.code == ERR_INVALID && *err.text && !strchr(err.text, '\n'),
		      "no fault is named");
		return 0;
	}
	const char *text = selector_text(&s, a);

	if (strlen(text) > SELECTOR_TEXT_MAX)
		return 0;
	check(selector_parse(text, SELECTS_FINDINGS, a, &again, &err) == 0,
	      "a text is not taken");
	check(strcmp(text, selector_text(&again, a)) == 0, "a text reads back as another");
	check(selector_matches(&s, &view, "prowler", "S3.8") ==
	              selector_matches(&again, &view, "prowler", "S3.8"),
	      "a text matches something else");
	return 0;
}
