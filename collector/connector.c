/* SPDX-License-Identifier: Apache-2.0 */
/* The table of connectors, and a source's settings as they read them. */
#include "connector.h"

#include <assert.h>
#include <string.h>

#include "base/attr.h"

const struct connector *const connectors[] = {
        &azure_connector, &aws_connector, &gcp_connector, &oci_connector,
        &epss_connector,  &kev_connector, &nvd_connector};
const size_t n_connectors = N_ELEMENTS(connectors);

const struct connector *connector_find(const char *name)
{
	for (size_t i = 0; i < n_connectors; i++)
		if (strcmp(connectors[i]->name, name) == 0)
			return connectors[i];
	return NULL;
}

const char *source_get(const struct live_source *s, const char *key)
{
	const struct source_setting *setting = s->connector->settings;

	for (size_t i = 0; i < s->n_values; i++)
		if (strcmp(s->values[i].key, key) == 0)
			return s->values[i].value;
	while (setting->key && strcmp(setting->key, key) != 0)
		setting++;
	assert(setting->key);
	return setting->fallback ? setting->fallback : "";
}

size_t source_list(const struct live_source *s, const char *key, struct arena *a,
                   const char ***out)
{
	const char *at = source_get(s, key);
	size_t room = 1, n = 0;

	for (const char *p = at; *p; p++)
		room += *p == ',';
	*out = ARENA_ARRAY(a, const char *, room);
	while (*at) {
		const size_t span = strcspn(at, ",");
		size_t first = strspn(at, " \t"), end = span;

		while (end > first && (at[end - 1] == ' ' || at[end - 1] == '\t'))
			end--;
		if (first < end)
			(*out)[n++] = arena_strndup(a, at + first, end - first);
		at += span + (at[span] == ',');
	}
	return n;
}
