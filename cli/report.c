/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reading commands share: JSON lines, and words for the terminal.
 */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/access.h"

#include "table.h"

#define ACCOUNT_SHOWN 18 /* a table has many columns */

void report_line(struct strbuf *b)
{
	strbuf_putc(b, '\n');
	fwrite(b->data, 1, b->size, stdout);
	strbuf_reset(b);
}

void report_roles(struct strbuf *b, unsigned int roles)
{
	json_write_open(b, "roles", '[');
	for (int role = 0; role < N_ROLES; role++)
		if (roles >> role & 1)
			json_write_text(b, NULL, role_name((enum role)role));
	json_write_close(b, ']');
}

/* --- words --- */

const char *report_layer(int layer)
{
	return layer < 0 ? "unknown" : layer_name((enum layer)layer);
}

const char *report_band_color(enum band band)
{
	switch (band) {
	case BAND_CRITICAL:
		return "1;31";
	case BAND_HIGH:
		return "31";
	case BAND_MEDIUM:
		return "33";
	case BAND_LOW:
		break;
	}
	return "2";
}

const char *report_due(const struct queue_risk *risk, timestamp now, char buf[32])
{
	switch (risk->sla) {
	case SLA_OK:
	case SLA_DUE_SOON:
	case SLA_BREACHED:
		return table_due_words(risk->due_at, now, buf);
	case SLA_MET:
	case SLA_MISSED:
	case SLA_PAUSED:
		return sla_state_name(risk->sla);
	case SLA_NONE:
		break;
	}
	return risk_state_is_open(risk->state) && risk->responsibility != VERDICT_PROVIDER
	               ? "best effort"
	               : "";
}

const char *report_minute(timestamp t, char buf[TIMESTAMP_TEXT_MAX])
{
	timestamp_format(t, buf);
	if (*buf) {
		buf[10] = ' ';
		buf[16] = '\0';
	}
	return buf;
}

const char *report_asset_name(const struct resource *r)
{
	const char *slash = strrchr(r->id, '/');

	if (*r->name)
		return r->name;
	return slash && slash[1] ? slash + 1 : r->id;
}

/* A subscription is told by the first group of its uuid; long names are cut. */
static const char *short_account(const char *account, struct arena *a)
{
	struct key ignored;

	if (key_parse(account, &ignored) == 0)
		return arena_strndup(a, account, 8);
	return arena_strndup(a, account, ACCOUNT_SHOWN);
}

const char *report_place(const struct resource *r, struct arena *a)
{
	const char *account = short_account(r->account, a);

	return arena_printf(a, "%s%s%s%s%s",
	                    r->provider == PROVIDER_NONE ? "" : provider_name(r->provider),
	                    *account && r->provider != PROVIDER_NONE ? " " : "", account,
	                    *r->region ? " " : "", r->region);
}

const char *report_plain(const char *text, struct arena *a)
{
	struct strbuf plain = {0};

	table_plain(text, &plain);
	const char *copy = arena_strdup(a, strbuf_text(&plain));

	strbuf_done(&plain);
	return copy;
}

int report_end(struct cli *cli)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_DONE;
	cli_complain(cli, "stdout: %s", strerror(errno));
	return EXIT_FAILED;
}
