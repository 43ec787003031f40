/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GCP_PUBSUB_H
#define ISOBAR_GCP_PUBSUB_H

#include "base/error.h"
#include "base/json_view.h"

/* Largest message that is unwrapped; Pub/Sub itself allows 10 MB. */
#define PUBSUB_MAX_DATA ((size_t)1024 * 1024)

struct pubsub_message {
	struct json_doc *doc; /* of the data; NULL when the record was no message */
	struct json_view body;
};

/*
 * The document inside {"message":{"data":"<base64>"}}; any other record is its own
 * body.  The body dies with pubsub_close(): copy what is kept of it.
 */
int pubsub_open(struct json_view record, struct pubsub_message *out,
                struct error *err) MUST_CHECK;
void pubsub_close(struct pubsub_message *m);

#endif
