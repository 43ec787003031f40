/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why two findings are one risk, or are not, in words.  What decides is correlation
 * itself; this only says which of its keys are equal.
 */
#include "why.h"

#include <string.h>
#include <strings.h>

#include "model/cve.h"
#include "model/json_write.h"
#include "model/subject.h"

#include "correlate_private.h"

/* Two findings and what is known of them. */
struct comparing {
	const struct link_finding *finding[2];
	struct control controls[2];
	struct control_alias aliases[2];
	struct rule_pattern patterns[1]; /* none: categories do not matter here */
	struct control_catalog catalog;
	struct correlate_input in;
	struct placed placed[2];
	struct arena *arena;
	struct why *out;
};

/* As scoring reads them: sources and feeds together, when it is exactly one CVE. */
static const char *advisory_cve(const void *ctx, const char *advisory)
{
	const struct comparing *c = ctx;

	for (int i = 0; i < 2; i++) {
		const struct link_finding *f = c->finding[i];

		if (strcasecmp(f->e.cve, advisory) != 0)
			continue;
		if (!f->fed_cve)
			return f->org_cve && *f->org_cve ? f->org_cve : NULL;
		if (!*f->fed_cve ||
		    (f->org_cve && cve_pack(f->org_cve) != cve_pack(f->fed_cve)))
			return NULL;
		return f->fed_cve;
	}
	return NULL;
}

static void know(struct comparing *c)
{
	for (int i = 0; i < 2; i++) {
		const struct link_finding *f = c->finding[i];

		if (!f->control.id)
			continue;
		c->aliases[c->catalog.n_aliases++] =
		        (struct control_alias){f->e.connector, f->e.rule, f->control.id};
		if (!c->catalog.n_controls || strcmp(c->controls[0].id, f->control.id) != 0)
			c->controls[c->catalog.n_controls++] = f->control;
	}
	c->catalog.controls = c->controls;
	c->catalog.aliases = c->aliases;
	c->catalog.patterns = c->patterns;
	control_catalog_sort(&c->catalog);
	c->in = (struct correlate_input){.org = c->in.org,
	                                 .catalog = &c->catalog,
	                                 .advisory_cve = advisory_cve,
	                                 .ctx = c};
	for (int i = 0; i < 2; i++)
		correlate_place(&c->in, &c->finding[i]->e, c->arena, &c->placed[i]);
}

/* --- notes --- */

static void agree(struct comparing *c, const char *word, const char *text)
{
	c->out->reasons[c->out->n_reasons++] = (struct why_note){word, text};
}

static void differ(struct comparing *c, const char *word, const char *text)
{
	c->out->differences[c->out->n_differences++] = (struct why_note){word, text};
}

static void compare_assets(struct comparing *c)
{
	const struct link_finding *a = c->finding[0], *b = c->finding[1];

	if (key_cmp(&a->e.canonical_id, &b->e.canonical_id) != 0)
		differ(c, "asset",
		       arena_printf(c->arena, "different assets: %s and %s", a->asset,
		                    b->asset));
	else if (key_cmp(&a->e.asset_id, &b->e.asset_id) == 0)
		agree(c, "same_asset",
		      arena_printf(c->arena, "both are about %s", a->asset_named));
	else
		agree(c, "asset_alias",
		      arena_printf(c->arena, "%s and %s are names of one asset, %s",
		                   a->asset_named, b->asset_named, a->asset));
}

/* Through which rows a finding has its subject. */
static const char *origin_of(const struct comparing *c, int i)
{
	const struct placed *p = &c->placed[i];
	const struct evidence *e = p->e;

	if (p->reasons & MERGED_ADVISORY)
		return arena_printf(c->arena, "%s is an advisory of %s", e->cve,
		                    p->subject + strlen("cve:"));
	if (p->reasons & MERGED_SAME_CVE)
		return arena_printf(c->arena, "its record names %s", e->cve);
	if (p->reasons & MERGED_CONTROL)
		return arena_printf(c->arena,
		                    "the catalogue says that rule %s of %s is control %s",
		                    e->rule, e->connector, p->control->id);
	if (p->reasons & MERGED_SAME_THREAT)
		return arena_printf(c->arena, "a threat: rule %s", e->rule);
	return arena_printf(c->arena, "the catalogue has no control for rule %s of %s",
	                    e->rule, e->connector);
}

static const char *agreed_word(const struct comparing *c)
{
	const int all = c->placed[0].reasons | c->placed[1].reasons;

	return all & MERGED_ADVISORY      ? "advisory_alias"
	       : all & MERGED_SAME_CVE    ? "same_cve"
	       : all & MERGED_CONTROL     ? "catalogue_control"
	       : all & MERGED_SAME_THREAT ? "same_threat"
	                                  : "same_rule";
}

static void compare_subjects(struct comparing *c)
{
	const struct placed *a = &c->placed[0], *b = &c->placed[1];
	const char *from_a = origin_of(c, 0), *from_b = origin_of(c, 1);

	if (strcmp(a->subject, b->subject) != 0)
		differ(c, "subject",
		       arena_printf(c->arena, "different subjects: %s (%s) and %s (%s)",
		                    a->subject, from_a, b->subject, from_b));
	else if (strcmp(from_a, from_b) == 0)
		agree(c, agreed_word(c),
		      arena_printf(c->arena, "both are %s: %s", a->subject, from_a));
	else
		agree(c, agreed_word(c),
		      arena_printf(c->arena, "both are %s: %s; %s", a->subject, from_a,
		                   from_b));
}

static void compare_locations(struct comparing *c)
{
	const struct placed *a = &c->placed[0], *b = &c->placed[1];

	if (strcmp(a->location, b->location) != 0)
		differ(c, "location",
		       arena_printf(c->arena, "different locations: \"%s\" and \"%s\"",
		                    a->location, b->location));
	else if (*a->location)
		agree(c, "same_location",
		      arena_printf(c->arena, "both are at %s", a->location));
	else if (strcmp(a->e->location, b->e->location) != 0)
		agree(c, "location_does_not_count",
		      arena_printf(c->arena, "\"%s\" and \"%s\" tell no risks of %s apart",
		                   a->e->location, b->e->location, a->subject));
}

static const char *who_said(const struct comparing *c, int i)
{
	const struct link_finding *f = c->finding[i];

	return arena_printf(c->arena, "%s %s finding %s: %s", f->actor,
	                    f->link.kind == RISK_SPLIT ? "split off the" : "linked the",
	                    i == 0 ? "A" : "B", *f->reason ? f->reason : "no reason");
}

/* A link or split holds for the asset that its risk's id begins with. */
static bool holds(const struct link_finding *f)
{
	return f->has_link && key_cmp(&f->link.asset_id, &f->e.canonical_id) == 0;
}

static void compare_links(struct comparing *c)
{
	const struct link_finding *a = c->finding[0], *b = c->finding[1];
	const bool both =
	        holds(a) && holds(b) && key_cmp(&a->link.risk_id, &b->link.risk_id) == 0;

	for (int i = 0; i < 2; i++) {
		const struct link_finding *f = c->finding[i];
		const char *word;

		if (!f->has_link)
			continue;
		word = f->link.kind == RISK_SPLIT ? "split" : "link";
		if (!holds(f))
			differ(c, "link_sleeps",
			       arena_printf(c->arena,
			                    "%s; it waits until the names of the asset "
			                    "are joined again",
			                    who_said(c, i)));
		else if (both || c->out->same)
			agree(c, word, who_said(c, i));
		else
			differ(c, word, who_said(c, i));
	}
}

static void compare_samples(struct comparing *c)
{
	for (int i = 0; i < 2; i++)
		if (c->finding[i]->e.flags & FINDING_FLAG_SAMPLE) {
			differ(c, "sample",
			       arena_printf(c->arena,
			                    "finding %s is a sample of its provider, and "
			                    "in no risk",
			                    i == 0 ? "A" : "B"));
			return;
		}
}

/* --- what decides --- */

/* A link leads to a risk that both may be in as it was scored, whoever else is in it. */
static bool are_scored_as_one(const struct link_finding *a, const struct link_finding *b)
{
	return (holds(a) || holds(b)) && a->has_risk && b->has_risk &&
	       key_cmp(&a->risk_id, &b->risk_id) == 0;
}

static bool are_one(struct comparing *c)
{
	const struct link_finding *a = c->finding[0], *b = c->finding[1];
	const struct evidence both[] = {a->e, b->e};
	struct risk_link rows[2];
	const bool same_finding = key_cmp(&a->e.finding_id, &b->e.finding_id) == 0;
	struct risk_links links = {.rows = rows};
	struct correlate_input in = c->in;
	struct risk_group *groups;
	size_t n;

	for (int i = 0; i < 2; i++)
		if (c->finding[i]->has_link && (i == 0 || !same_finding))
			rows[links.n++] = c->finding[i]->link;
	if (links.n == 2 && key_cmp(&rows[0].finding_id, &rows[1].finding_id) > 0) {
		const struct risk_link swap = rows[0];

		rows[0] = rows[1];
		rows[1] = swap;
	}
	in.links = links.n ? &links : NULL;
	correlate(&in, both, same_finding ? 1 : 2, c->arena, &groups, &n);
	return (n == 1 && (same_finding || groups[0].n_members == 2)) ||
	       are_scored_as_one(a, b);
}

void why_of(const struct org *org, const struct link_finding *a,
            const struct link_finding *b, struct arena *arena, struct why *out)
{
	struct comparing c = {
	        .finding = {a, b}, .in = {.org = org}, .arena = arena, .out = out};

	*out = (struct why){.same = false};
	know(&c);
	out->a = (struct why_side){a, c.placed[0].subject, c.placed[0].location,
	                           c.placed[0].native_subject};
	out->b = (struct why_side){b, c.placed[1].subject, c.placed[1].location,
	                           c.placed[1].native_subject};
	out->same = are_one(&c);
	compare_assets(&c);
	compare_subjects(&c);
	compare_locations(&c);
	compare_links(&c);
	compare_samples(&c);
}

/* --- JSON --- */

static void put_notes(struct strbuf *buf, const char *name, const char *word,
                      const struct why_note *notes, size_t n)
{
	json_write_open(buf, name, '[');
	for (size_t i = 0; i < n; i++) {
		json_write_open(buf, NULL, '{');
		json_write_text(buf, word, notes[i].word);
		json_write_text(buf, "detail", notes[i].text);
		json_write_close(buf, '}');
	}
	json_write_close(buf, ']');
}

static void put_link(struct strbuf *buf, const struct link_finding *f)
{
	if (!f->has_link) {
		json_write_null(buf, "link");
		return;
	}
	json_write_open(buf, "link", '{');
	json_write_text(buf, "kind", f->link.kind == RISK_SPLIT ? "split" : "link");
	json_write_key(buf, "risk", &f->link.risk_id);
	json_write_text(buf, "actor", f->actor);
	json_write_text(buf, "reason", f->reason);
	json_write_time(buf, "at", f->link_at);
	json_write_close(buf, '}');
}

static void put_side(struct strbuf *buf, const char *name, const struct why_side *s)
{
	const struct link_finding *f = s->finding;

	json_write_open(buf, name, '{');
	json_write_key(buf, "finding", &f->e.finding_id);
	if (f->has_risk)
		json_write_key(buf, "risk", &f->risk_id);
	else
		json_write_null(buf, "risk");
	json_write_text(buf, "connector", f->e.connector);
	json_write_text(buf, "rule", f->e.rule);
	json_write_stated(buf, "cve", f->e.cve);
	json_write_text(buf, "title", f->e.title);
	json_write_text(buf, "asset", f->asset);
	json_write_text(buf, "asset_named", f->asset_named);
	json_write_text(buf, "subject", s->subject);
	json_write_text(buf, "native_subject", s->native_subject);
	json_write_text(buf, "control", f->control.id);
	json_write_text(buf, "location", s->location);
	json_write_text(buf, "status", finding_state_name(f->e.state));
	json_write_bool(buf, "sample", f->e.flags & FINDING_FLAG_SAMPLE);
	put_link(buf, f);
	json_write_close(buf, '}');
}

void why_write(struct strbuf *buf, const struct why *why)
{
	json_write_bool(buf, "same", why->same);
	put_notes(buf, "reasons", "reason", why->reasons, why->n_reasons);
	put_side(buf, "a", &why->a);
	put_side(buf, "b", &why->b);
	put_notes(buf, "differences", "difference", why->differences, why->n_differences);
}
