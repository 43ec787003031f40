/* SPDX-License-Identifier: Apache-2.0 */
#include "tally_report.h"

#include <stdlib.h>

#include "model/json_write.h"

static void put_side(struct strbuf *b, const char *name, const struct tally_side *s)
{
	if (!s->exists) {
		json_write_null(b, name);
		return;
	}
	json_write_open(b, name, '{');
	json_write_int(b, "score", s->score);
	json_write_text(b, "band", band_name(s->band));
	json_write_text(b, "state", risk_state_name(s->state));
	json_write_time(b, "due_at", s->due_at);
	json_write_close(b, '}');
}

static void put_bands(struct strbuf *b, const struct tally_report *r)
{
	json_write_open(b, "bands", '[');
	for (int from = N_BANDS - 1; from >= 0; from--)
		for (int to = N_BANDS - 1; to >= 0; to--) {
			if (!r->bands[from][to])
				continue;
			json_write_open(b, NULL, '{');
			json_write_text(b, "from", band_name((enum band)from));
			json_write_text(b, "to", band_name((enum band)to));
			json_write_int(b, "risks", r->bands[from][to]);
			json_write_close(b, '}');
		}
	json_write_close(b, ']');
}

static void put_movers(struct strbuf *b, const struct tally_report *r,
                       const struct mover_name *names)
{
	json_write_open(b, "movers", '[');
	for (size_t i = 0; i < r->n_movers; i++) {
		const struct tally_move *m = r->movers[i];

		json_write_open(b, NULL, '{');
		json_write_key(b, "id", &m->risk_id);
		json_write_text(b, "title", m->title ? m->title : names[i].title);
		json_write_text(b, "subject", m->subject ? m->subject : names[i].subject);
		json_write_stated(b, "asset", names[i].asset);
		put_side(b, "from", &m->before);
		put_side(b, "to", &m->after);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

/* Units of 1e-4 as a number. */
static void put_correlation(struct strbuf *b, int tau)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s%d.%04d", tau < 0 ? "-" : "", abs(tau) / 10000,
	              abs(tau) % 10000);
	json_write_raw(b, "rank_correlation", strbuf_text(&text));
	strbuf_done(&text);
}

void tally_write(struct strbuf *b, const struct tally_report *r,
                 const struct mover_name *names, int correlation)
{
	json_write_int(b, "scores", r->n_scores);
	put_bands(b, r);
	json_write_int(b, "opened", r->n_opened);
	json_write_int(b, "closed", r->n_closed);
	json_write_int(b, "earlier", r->n_earlier);
	json_write_int(b, "later", r->n_later);
	json_write_int(b, "breached", r->n_breached);
	json_write_int(b, "relieved", r->n_relieved);
	put_correlation(b, correlation);
	put_movers(b, r, names);
}
