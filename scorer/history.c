/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of a risk in words and as JSON.  Events keep the members that they have in
 * the feed.
 */
#include "history.h"

#include "base/attr.h"
#include "model/json_write.h"
#include "model/risk_event.h"

#include "explanation.h"
#include "score_change.h"

const char *history_kind(const struct history_entry *e)
{
	switch (e->place.source) {
	case HISTORY_SCORE:
		return e->score != e->was_score ? "score_changed" : "inputs_changed";
	case HISTORY_EVENT:
		return risk_event_kind_name(e->kind);
	case HISTORY_CLOCK:
		return "clock";
	case HISTORY_ALIAS:
		break;
	}
	return "alias";
}

const char *history_reason(const struct history_entry *e)
{
	static const char *const alias_reasons[] = {"renamed", "catalogue", "merged",
	                                            "by_hand"};

	if (e->place.source == HISTORY_SCORE)
		return e->score > e->was_score   ? "score_up"
		       : e->score < e->was_score ? "score_down"
		                                 : "inputs_changed";
	if (e->place.source == HISTORY_ALIAS && e->alias_reason >= 0 &&
	    e->alias_reason < (int)N_ELEMENTS(alias_reasons))
		return alias_reasons[e->alias_reason];
	return e->reason;
}

static const char *state_word(int state)
{
	return state < 0 ? NULL : risk_state_name((enum risk_state)state);
}

static const char *band_word(int band)
{
	return band < 0 ? NULL : band_name((enum band)band);
}

static const char *time_word(timestamp at, struct arena *a)
{
	char text[TIMESTAMP_TEXT_MAX];

	return at == TIMESTAMP_NONE ? NULL : arena_strdup(a, timestamp_format(at, text));
}

/* One side of an event: what kind of thing it changes. */
static const char *event_side(enum risk_event_kind kind, int state, int band, timestamp due,
                              struct arena *a)
{
	switch (kind) {
	case EVENT_BAND:
		return band_word(band);
	case EVENT_OPENED:
	case EVENT_STATE:
	case EVENT_RESOLVED:
	case EVENT_REOPENED:
	case EVENT_MERGED:
		return state_word(state);
	case EVENT_DUE:
		return time_word(due, a);
	case EVENT_DUE_SOON:
	case EVENT_BREACHED:
	case EVENT_OWNER:
	case EVENT_WARN:
	case EVENT_ENDS_SOON:
	case EVENT_CLAIMED:
	case EVENT_RELEASED:
	case EVENT_LINKS:
		break;
	}
	return NULL;
}

static const char *mode_word(int mode)
{
	return mode < 0 ? NULL : sla_mode_name((enum sla_mode)mode);
}

const char *history_from(const struct history_entry *e, struct arena *a)
{
	char alias[KEY_TEXT_MAX];

	switch (e->place.source) {
	case HISTORY_SCORE:
		return arena_printf(a, "%d", e->was_score);
	case HISTORY_EVENT:
		return event_side((enum risk_event_kind)e->kind, e->was_state, e->was_band,
		                  e->was_due_at, a);
	case HISTORY_CLOCK:
		return mode_word(e->was_mode);
	case HISTORY_ALIAS:
		break;
	}
	return arena_strdup(a, key_text(&e->alias, alias));
}

const char *history_to(const struct history_entry *e, struct arena *a)
{
	char risk[KEY_TEXT_MAX];

	switch (e->place.source) {
	case HISTORY_SCORE:
		return arena_printf(a, "%d", e->score);
	case HISTORY_EVENT:
		return event_side((enum risk_event_kind)e->kind, e->state, e->band,
		                  e->due_at, a);
	case HISTORY_CLOCK:
		return mode_word(e->mode);
	case HISTORY_ALIAS:
		break;
	}
	return arena_strdup(a, key_text(&e->risk_id, risk));
}

const char *history_causes(const struct history_entry *e, struct arena *a)
{
	if (e->place.source != HISTORY_SCORE)
		return "";
	return score_cause_words(score_change_causes(&e->from, &e->to, e->is_merged), a);
}

const char *history_changes(const struct history_entry *e, struct arena *a)
{
	struct score_change changes[N_FACTORS];
	const char *out = "";

	if (e->place.source != HISTORY_SCORE)
		return out;
	const size_t n = score_changes(&e->from, &e->to, e->is_merged, changes);

	for (size_t i = 0; i < n; i++) {
		const struct score_change *c = &changes[i];

		out = arena_printf(a, "%s%s%s", out, *out ? "; " : "",
		                   score_factor_name(c->factor));
		if (c->is_moved)
			out = arena_printf(a, "%s %s -> %s", out,
			                   explanation_value(&e->from, c->factor, a),
			                   explanation_value(&e->to, c->factor, a));
		if (c->has_points)
			out = arena_printf(a, "%s (%+d)", out, c->to - c->from);
	}
	return out;
}

/* --- JSON --- */

static void put_number(struct strbuf *b, const char *key, int value)
{
	if (value < 0)
		json_write_null(b, key);
	else
		json_write_int(b, key, value);
}

static void put_change(struct strbuf *b, const struct history_entry *e,
                       const struct score_change *c, struct arena *a)
{
	const bool shown = c->factor != FACTOR_POLICY;

	json_write_open(b, NULL, '{');
	json_write_text(b, "factor", score_factor_name(c->factor));
	json_write_text(b, "from",
	                shown ? explanation_value(&e->from, c->factor, a) : NULL);
	json_write_text(b, "to", shown ? explanation_value(&e->to, c->factor, a) : NULL);
	if (c->has_points) {
		json_write_int(b, "points_from", c->from);
		json_write_int(b, "points_to", c->to);
	} else {
		json_write_null(b, "points_from");
		json_write_null(b, "points_to");
	}
	json_write_stated(b, "cause", score_cause_words(c->causes, a));
	json_write_close(b, '}');
}

static void put_changes(struct strbuf *b, const struct history_entry *e, struct arena *a)
{
	struct score_change changes[N_FACTORS];
	size_t n = 0;

	if (e->place.source == HISTORY_SCORE)
		n = score_changes(&e->from, &e->to, e->is_merged, changes);
	json_write_open(b, "changes", '[');
	for (size_t i = 0; i < n; i++)
		put_change(b, e, &changes[i], a);
	json_write_close(b, ']');
}

static void put_side(struct strbuf *b, const char *key, const struct history_entry *e,
                     int score, const char *word)
{
	if (e->place.source == HISTORY_SCORE)
		json_write_int(b, key, score);
	else
		json_write_text(b, key, word);
}

static void put_cause(struct strbuf *b, const struct history_entry *e, struct arena *a)
{
	if (e->has_cause)
		json_write_key(b, "cause", &e->cause_id);
	else
		json_write_stated(b, "cause", history_causes(e, a));
}

void history_entry_put(struct strbuf *b, const struct history_entry *e)
{
	ARENA_SCOPED a = arena_new(2048);

	if (e->seq)
		json_write_int(b, "seq", e->seq);
	else
		json_write_null(b, "seq");
	if (e->place.source == HISTORY_EVENT)
		json_write_int(b, "id", e->place.number);
	else
		json_write_null(b, "id");
	json_write_key(b, "risk_id", &e->risk_id);
	json_write_time(b, "at", e->place.at);
	json_write_text(b, "kind", history_kind(e));
	json_write_text(b, "state", state_word(e->state));
	json_write_text(b, "band", band_word(e->band));
	put_number(b, "score", e->score);
	json_write_time(b, "due_at", e->due_at);
	json_write_text(b, "actor", e->actor);
	json_write_text(b, "reason", history_reason(e));
	put_cause(b, e, a);
	json_write_stated(b, "comment", e->comment);
	put_side(b, "from", e, e->was_score, history_from(e, a));
	put_side(b, "to", e, e->score, history_to(e, a));
	put_changes(b, e, a);
}
