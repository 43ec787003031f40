/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Wiz's records have in common: who the resource is, requirements, states.
 */
#include "wiz_record.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "provider_name.h"
#include "table_row.h"

enum {
	MAX_CONTROLS = 200
};

/* Is raw, on this resource, an id by which other tools know it too? */
static bool is_cloud_id(const struct resource *r, const char *raw, struct arena *a)
{
	struct resource canonical = *r;
	const char *provider;
	size_t size;

	if (row_is_blank(raw))
		return false;
	canonical.raw = raw;
	resource_canonicalize(&canonical, a);
	if (strcmp(canonical.type, "container.image") == 0)
		return true;
	if (canonical.provider == PROVIDER_NONE)
		return strstr(raw, "://") != NULL;
	/* "aws:account:region:type:name" is what is left for a name that says little. */
	provider = provider_name(canonical.provider);
	size = strlen(provider);
	return strncmp(canonical.id, provider, size) != 0 || canonical.id[size] != ':';
}

/* "https://portal.azure.com/#@tenant/resource/subscriptions/…/vm1/overview" */
static const char *arm_id_of_link(const char *link, struct arena *a)
{
	const char *id = strstr(link, "/subscriptions/");
	const char *end;
	size_t segments = 0;

	if (strstr(link, "portal.azure.com") == NULL || id == NULL)
		return "";
	end = id + strcspn(id, "?#& ");
	for (const char *c = id; c < end; c++)
		segments += *c == '/';
	/* Names and values in turn; a last one alone is a page of the portal. */
	if (segments % 2 != 0)
		while (end > id && *--end != '/')
			continue;
	return arena_strndup(a, id, (size_t)(end - id));
}

static const char *own_id(const struct resource *r, const struct wiz_entity *entity,
                          struct arena *a)
{
	const char *prefix = provider_name(r->provider);

	if (entity->vertex_id[0] == '\0')
		return "";
	if (r->provider == PROVIDER_NONE)
		return ARENA_JOIN(a, "wiz:", entity->vertex_id);
	return ARENA_JOIN(a, prefix, ":wiz:", entity->vertex_id);
}

static const char *raw_id(const struct resource *r, const struct wiz_entity *entity,
                          struct arena *a)
{
	const char *link = arm_id_of_link(entity->portal, a);
	const char *own = own_id(r, entity, a);

	for (size_t i = 0; i < N_ELEMENTS(entity->ids); i++)
		if (entity->ids[i] != NULL && is_cloud_id(r, entity->ids[i], a))
			return entity->ids[i];
	if (link[0] != '\0')
		return link;
	if (own[0] != '\0')
		return own;
	for (size_t i = 0; i < N_ELEMENTS(entity->ids); i++)
		if (entity->ids[i] != NULL && !row_is_blank(entity->ids[i]))
			return entity->ids[i];
	return entity->name;
}

int wiz_set_resource(struct finding *f, const struct wiz_entity *entity, struct arena *a,
                     struct error *err)
{
	struct resource *r = &f->resource;

	*r = (struct resource){.provider = provider_of_name(entity->platform),
	                       .account = entity->subscription,
	                       .region = entity->region,
	                       .type = entity->type,
	                       .name = entity->name,
	                       .id = ""};
	r->raw = raw_id(r, entity, a);
	if (r->raw[0] == '\0' && r->account[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "neither the resource nor its subscription is named");
	f->scope = entity->subscription;
	return 0;
}

/* "AC.L1-3.1.1" of "AC.L1-3.1.1 Authorized Access Control"; else all of it. */
static const char *requirement_of(const char *title, struct arena *a)
{
	size_t size = strcspn(title, " ");

	for (size_t i = 0; i < size; i++)
		if (isdigit((unsigned char)title[i]))
			return arena_strndup(a, title, size);
	return title;
}

void wiz_set_controls(struct finding *f, struct json_view categories, struct arena *a)
{
	struct json_items it = {0};
	struct error ignored;
	struct control_ref *controls;

	if (json_view_opt_items(categories, "", &it, &ignored) < 0 || it.n == 0)
		return;
	controls = ARENA_ARRAY(a, struct control_ref,
	                       it.n < MAX_CONTROLS ? it.n : MAX_CONTROLS);
	while (f->n_controls < MAX_CONTROLS && json_items_next(&it)) {
		const char *framework =
		        json_view_text_or(it.value, "/category/framework/name", "");
		const char *title = json_view_text_or(it.value, "title", "");

		if (framework[0] == '\0' || title[0] == '\0')
			continue;
		controls[f->n_controls++] = (struct control_ref){
		        .framework = framework, .requirement = requirement_of(title, a)};
	}
	f->controls = controls;
}

enum finding_state wiz_state(const char *status)
{
	static const struct {
		const char *name;
		enum finding_state state;
	} rows[] = {
	        {"OPEN", FINDING_OPEN},           {"IN_PROGRESS", FINDING_OPEN},
	        {"IN PROGRESS", FINDING_OPEN},    {"RESOLVED", FINDING_RESOLVED},
	        {"REJECTED", FINDING_SUPPRESSED}, {"IGNORED", FINDING_SUPPRESSED},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strcasecmp(status, rows[i].name) == 0)
			return rows[i].state;
	return FINDING_UNKNOWN;
}

int wiz_check_page(struct json_view envelope, struct error *err)
{
	const struct json_view errors = json_view_at(envelope, "errors");

	if (json_view_array_size(errors) == 0)
		return 0;
	return error_set(err, ERR_INVALID, "the query failed: %.120s",
	                 json_view_text_or(errors, "/0/message", "no message"));
}
