/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What watches the api asks for: is it alive, can it answer, how much did it do; and
 * what it says of itself.
 */
#include <string.h>

#include "store/embedded.h"

#include "handlers.h"
#include "respond.h"
#include "server.h"
#include "worker.h"

extern const struct embedded_file openapi_files[];
extern const size_t n_openapi_files;

static void send_text(struct request *req, const char *text)
{
	const struct reply reply = {.status = 200};
	struct strbuf b = {0};

	strbuf_puts(&b, text);
	respond_body(req, &reply, &b);
}

void health_get(struct request *req)
{
	send_text(req, "{\"status\":\"ok\"}");
}

void ready_get(struct request *req)
{
	const char *missing = worker_not_ready(req->app);
	const struct problem problem = {.name = PROBLEM_UNAVAILABLE, .detail = missing};

	if (missing)
		respond_problem(req, &problem);
	else
		send_text(req, "{\"status\":\"ready\"}");
}

void metrics_get(struct request *req)
{
	const struct reply reply = {
	        .status = 200, .content_type = "text/plain; version=0.0.4; charset=utf-8"};
	struct strbuf b = {0};

	worker_measure(req->app);
	metrics_put(req->app->metrics, &b);
	respond_body(req, &reply, &b);
}

static void send_file(struct request *req, const char *name, const char *content_type)
{
	const struct reply reply = {.status = 200, .content_type = content_type};
	struct strbuf b = {0};

	for (size_t i = 0; i < n_openapi_files; i++)
		if (strcmp(openapi_files[i].name, name) == 0)
			strbuf_puts(&b, openapi_files[i].text);
	respond_body(req, &reply, &b);
}

void openapi_json_get(struct request *req)
{
	send_file(req, "openapi.json", NULL);
}

void openapi_yaml_get(struct request *req)
{
	send_file(req, "openapi.yaml", "application/yaml; charset=utf-8");
}
