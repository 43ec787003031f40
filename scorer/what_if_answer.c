/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions that were asked over HTTP.  Each is answered by the code and in the kind of
 * transaction of `isobar what-if`; what is written is the question's own row.
 */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "store/policy_store.h"
#include "store/what_if_store.h"

#include "what_if.h"

/* Names of owners and frameworks, which parsing does not know. */
static int check_policy(struct scorer *s, const struct what_if_asked *asked,
                        struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct policy_rows rows;
	int line = 0, rc;

	if ((rc = policy_file_parse("policy", asked->body, a, &rows, err)) < 0)
		return rc;
	rc = policies_check(s->pg, &asked->org, &rows, &line, err);
	return rc < 0 && line ? error_wrap(err, "policy:%d", line) : rc;
}

static int answer(struct scorer *s, const struct what_if_asked *asked, timestamp now,
                  struct strbuf *out, struct error *err)
{
	const char *body = asked->body;
	struct what_if_texts texts = {
	        .model_name = "model", .policy_name = "policy", .movers = asked->movers};
	int rc;

	if (asked->kind == WHAT_IF_MODEL)
		texts.model = body;
	else if (asked->kind == WHAT_IF_POLICY)
		texts.policy = body;
	else if (!(texts.context = fmemopen((void *)(uintptr_t)body, strlen(body), "r")))
		return error_set(err, ERR_INTERNAL, "the claims cannot be read");
	rc = texts.policy ? check_policy(s, asked, err) : 0;
	if (rc == 0)
		rc = what_if_of_texts(s, &asked->org, &texts, now, out, err);
	if (texts.context)
		fclose(texts.context);
	return rc;
}

/* What was written meanwhile may be over by the next try. */
static enum what_if_state state_after(int rc, const struct what_if_asked *asked)
{
	if (rc == 0)
		return WHAT_IF_DONE;
	return rc == ERR_TRANSIENT && asked->n_tries < WHAT_IF_TRIES ? WHAT_IF_WAITING
	                                                             : WHAT_IF_FAILED;
}

/* An error is one of writing down how it ended. */
static int answer_one(struct scorer *s, const struct what_if_asked *asked, timestamp now,
                      struct error *err)
{
	struct strbuf out = {0};
	struct error why = {0};
	int rc;

	alarm(WHAT_IF_SECONDS);
	rc = answer(s, asked, now, &out, &why);
	alarm(0);
	if (rc == ERR_INTERNAL)
		log_error("what-if of org %s: %s", asked->org.slug, why.text);
	rc = what_if_end(s->pg, asked, state_after(rc, asked),
	                 rc == 0 ? strbuf_text(&out) : NULL, rc == 0 ? "" : why.text,
	                 timestamp_now(), err);
	strbuf_done(&out);
	return rc;
}

int what_if_answer_all(struct scorer *s, timestamp now, struct error *err)
{
	bool found = true, is_waiting;
	int rc;

	while (found) {
		ARENA_SCOPED a = arena_new(1 << 16);
		struct what_if_asked asked;

		if ((rc = what_if_sweep(s->pg, timestamp_now(), &is_waiting, err)) < 0 ||
		    (rc = what_if_take(s->pg, a, &asked, &found, err)) < 0 ||
		    (found && (rc = answer_one(s, &asked, now, err)) < 0))
			return rc;
	}
	return 0;
}
