/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WIZ_RECORD_H
#define ISOBAR_WIZ_RECORD_H

#include "model/finding.h"

#include "format.h"

/* What a record of Wiz, of the API or of a CSV, says of its resource; "" is absent. */
struct wiz_entity {
	const char *ids[4];    /* as the cloud calls it, the best first */
	const char *portal;    /* link to the cloud's portal */
	const char *vertex_id; /* Wiz's own id of it, the same in every form */
	const char *name;
	const char *type;
	const char *platform; /* "AWS", "Azure", "AKS", "Kubernetes", ... */
	const char *region;
	const char *subscription; /* as the cloud calls it */
};

/* ERR_INVALID: there is nothing that names a resource or an account. */
int wiz_set_resource(struct finding *f, const struct wiz_entity *entity, struct arena *a,
                     struct error *err);

/* The requirements of [{title, category: {name, framework: {name}}}]. */
void wiz_set_controls(struct finding *f, struct json_view categories, struct arena *a);

/* OPEN, IN_PROGRESS, RESOLVED, REJECTED in any case; unknown for what is none. */
enum finding_state wiz_state(const char *status);

/* Refuses a page whose query failed: its data is not all there is. */
int wiz_check_page(struct json_view envelope, struct error *err);

#endif
