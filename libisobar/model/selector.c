/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys are rows of two tables, sets of words and patterns; tags, which may be stated
 * several times, stand for themselves.
 */
#include "model/selector.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "model/asset.h"
#include "model/near_word.h"
#include "model/pattern.h"

static const char nobody[] = "none";
static const char cve_subject[] = "cve:";

static const char *name_of_band(int i)
{
	return band_name((enum band)i);
}

static const char *name_of_provider(int i)
{
	return provider_name((enum provider)i);
}

static const char *name_of_class(int i)
{
	return finding_class_name((enum finding_class)i);
}

static const char *name_of_layer(int i)
{
	return i == 0 ? "unknown" : layer_name((enum layer)(i - 1));
}

static const char *name_of_verdict(int i)
{
	return verdict_name((enum verdict)i);
}

static const char *name_of_environment(int i)
{
	return context_level_name(CONTEXT_ENVIRONMENT, i);
}

static const struct set_key {
	const char *name;
	const char *(*word)(int i);
	int n_words;
} set_keys[N_SELECTOR_SETS] = {
        [SELECT_BAND] = {"band", name_of_band, N_BANDS},
        [SELECT_PROVIDER] = {"provider", name_of_provider, N_PROVIDERS},
        [SELECT_CLASS] = {"class", name_of_class, N_FINDING_CLASSES},
        [SELECT_LAYER] = {"layer", name_of_layer, N_LAYERS + 1},
        [SELECT_RESPONSIBILITY] = {"responsibility", name_of_verdict, N_VERDICTS},
        [SELECT_ENVIRONMENT] = {"environment", name_of_environment,
                                ENVIRONMENT_PRODUCTION + 1},
};

static const char *const text_keys[N_SELECTOR_TEXTS] = {
        [SELECT_ACCOUNT] = "account",     [SELECT_REGION] = "region",
        [SELECT_TYPE] = "type",           [SELECT_OWNER] = "owner",
        [SELECT_SUBJECT] = "subject",     [SELECT_ASSET] = "asset",
        [SELECT_FRAMEWORK] = "framework", [SELECT_CONNECTOR] = "connector",
        [SELECT_RULE] = "rule",
};

/* --- reading --- */

struct reader {
	enum selector_kind kind;
	struct arena *arena;
	struct selector *out;
	struct error *err;
};

static int fault(const struct reader *r, const char *fmt, ...) PRINTF(2, 3);

static int fault(const struct reader *r, const char *fmt, ...)
{
	char what[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return error_set(r->err, ERR_INVALID, "%s", what);
}

static const char *guess_text(const struct reader *r, const struct near_word *g)
{
	return g->word ? arena_printf(r->arena, ", did you mean \"%s\"?", g->word) : ";";
}

static bool is_known(const struct reader *r, int key)
{
	return r->kind == SELECTS_FINDINGS ||
	       (key != SELECT_CONNECTOR && key != SELECT_RULE);
}

static int fault_of_key(const struct reader *r, const char *key)
{
	const char *known = "";
	struct near_word g = {0};

	for (int i = 0; i < N_SELECTOR_SETS; i++) {
		known = arena_printf(r->arena, "%s%s, ", known, set_keys[i].name);
		near_word_try(&g, key, set_keys[i].name);
	}
	for (int i = 0; i < N_SELECTOR_TEXTS; i++) {
		if (!is_known(r, i))
			continue;
		known = arena_printf(r->arena, "%s%s, ", known, text_keys[i]);
		near_word_try(&g, key, text_keys[i]);
	}
	return fault(r, "unknown key \"%.30s\"%s known: %stag", key, guess_text(r, &g),
	             known);
}

static int fault_of_word(const struct reader *r, const struct set_key *key,
                         const char *word)
{
	const char *known = "";
	struct near_word g = {0};

	for (int i = 0; i < key->n_words; i++) {
		known = arena_printf(r->arena, "%s%s%s", known, i ? ", " : "",
		                     key->word(i));
		near_word_try(&g, word, key->word(i));
	}
	return fault(r, "unknown %s \"%.30s\"%s known: %s", key->name, word,
	             guess_text(r, &g), known);
}

static char *trimmed(char *text)
{
	char *end = text + strlen(text);

	while (*text == ' ')
		text++;
	while (end > text && end[-1] == ' ')
		*--end = '\0';
	return text;
}

/* The alternatives without blanks around them; NULL after a fault. */
static const char *take_patterns(const struct reader *r, const char *key, char *value)
{
	const char *out = "";

	for (char *at = value, *next = value; next; at = next) {
		next = strchr(at, '|');
		if (next)
			*next++ = '\0';
		at = trimmed(at);
		if (!*at) {
			fault(r, "\"%s\" has an empty %s", key,
			      next || *out ? "alternative" : "value");
			return NULL;
		}
		out = *out ? ARENA_JOIN(r->arena, out, "|", at) : at;
	}
	return out;
}

static int take_set(const struct reader *r, int i, const char *words)
{
	const struct set_key *key = &set_keys[i];
	unsigned int set = 0;

	while (*words) {
		const size_t size = strcspn(words, "|");
		const char *word = arena_strndup(r->arena, words, size);
		int k = 0;

		while (k < key->n_words && strcasecmp(key->word(k), word) != 0)
			k++;
		if (k == key->n_words)
			return fault_of_word(r, key, word);
		set |= 1u << k;
		words += size + (words[size] == '|');
	}
	if (r->out->sets[i])
		return fault(r, "%s is stated twice; alternatives stand between \"|\"",
		             key->name);
	r->out->sets[i] = set;
	return 0;
}

/* "key" or "key=value", with alternatives on both sides. */
static int take_tag(const struct reader *r, char *value)
{
	char *equals = strchr(value, '=');
	struct selector_tag tag = {0};

	if (equals)
		*equals++ = '\0';
	if (!(tag.names = take_patterns(r, "tag", value)) ||
	    (equals && !(tag.values = take_patterns(r, "tag", equals))))
		return ERR_INVALID;
	if (r->out->n_tags == SELECTOR_TAGS_MAX)
		return fault(r, "more than %d tags", SELECTOR_TAGS_MAX);
	r->out->tags[r->out->n_tags++] = tag;
	return 0;
}

static int take_pair(const struct reader *r, char *pair)
{
	char *value = strchr(pair, '=');
	const char *patterns;

	if (!value)
		return fault(r, "wants KEY=VALUE pairs, not \"%.60s\"", trimmed(pair));
	*value++ = '\0';
	pair = trimmed(pair);
	if (strcmp(pair, "tag") == 0)
		return take_tag(r, value);
	for (int i = 0; i < N_SELECTOR_SETS; i++)
		if (strcmp(pair, set_keys[i].name) == 0)
			return (patterns = take_patterns(r, pair, value))
			               ? take_set(r, i, patterns)
			               : ERR_INVALID;
	for (int i = 0; i < N_SELECTOR_TEXTS; i++) {
		if (strcmp(pair, text_keys[i]) != 0 || !is_known(r, i))
			continue;
		if (!(patterns = take_patterns(r, pair, value)))
			return ERR_INVALID;
		if (r->out->texts[i])
			return fault(r,
			             "%s is stated twice; alternatives stand between \"|\"",
			             pair);
		r->out->texts[i] = patterns;
		return 0;
	}
	return fault_of_key(r, pair);
}

/* A comma ends a value where a key follows: values may hold others. */
static char *pair_end(char *pair)
{
	for (char *comma = strchr(pair, ','); comma; comma = strchr(comma + 1, ',')) {
		const char *at = comma + 1;

		at += strspn(at, " ");
		at += strspn(at, "abcdefghijklmnopqrstuvwxyz");
		at += strspn(at, " ");
		if (*at == '=')
			return comma;
	}
	return NULL;
}

static int check_text(const struct reader *r, const char *text)
{
	const size_t size = strlen(text);

	if (size > SELECTOR_TEXT_MAX)
		return fault(r, "a selector has at most %d bytes", SELECTOR_TEXT_MAX);
	if (utf8_valid_size(text, size) != size)
		return fault(r, "a selector is UTF-8");
	for (size_t i = 0; i < size; i++)
		if (iscntrl((unsigned char)text[i]))
			return fault(r,
			             "a selector is one line, without control characters");
	if (strspn(text, " ") == size)
		return fault(r, "selects nothing: wants KEY=VALUE pairs");
	return 0;
}

int selector_parse(const char *text, enum selector_kind kind, struct arena *a,
                   struct selector *out, struct error *err)
{
	const struct reader r = {kind, a, out, err};
	char *pair = arena_strdup(a, text);
	int rc = check_text(&r, text);

	*out = (struct selector){0};
	while (rc == 0 && pair) {
		char *end = pair_end(pair);

		if (end)
			*end++ = '\0';
		rc = take_pair(&r, pair);
		pair = end;
	}
	return rc;
}

/* --- writing --- */

static void put_key(struct strbuf *b, const char *key)
{
	strbuf_printf(b, "%s%s=", b->size ? "," : "", key);
}

static void put_set(struct strbuf *b, const struct set_key *key, unsigned int set)
{
	const char *bar = "";

	put_key(b, key->name);
	for (int i = 0; i < key->n_words; i++) {
		if (!(set & 1u << i))
			continue;
		strbuf_printf(b, "%s%s", bar, key->word(i));
		bar = "|";
	}
}

const char *selector_text(const struct selector *s, struct arena *a)
{
	struct strbuf b = {0};
	const char *out;

	for (int i = 0; i < N_SELECTOR_SETS; i++)
		if (s->sets[i])
			put_set(&b, &set_keys[i], s->sets[i]);
	for (int i = 0; i < N_SELECTOR_TEXTS; i++) {
		if (!s->texts[i])
			continue;
		put_key(&b, text_keys[i]);
		strbuf_puts(&b, s->texts[i]);
	}
	for (size_t i = 0; i < s->n_tags; i++) {
		const struct selector_tag *tag = &s->tags[i];

		put_key(&b, "tag");
		strbuf_printf(&b, "%s%s%s", tag->names, tag->values ? "=" : "",
		              tag->values ? tag->values : "");
	}
	out = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

/* --- matching --- */

bool tags_match(const struct asset_tag *tags, size_t n_tags, const char *names,
                const char *values)
{
	for (size_t i = 0; i < n_tags; i++)
		if (tag_names_match(names, tags[i].name) &&
		    (!values || patterns_match(values, tags[i].value)))
			return true;
	return false;
}

/* Nobody is no pattern's: it stands there by its word. */
static bool owner_matches(const char *patterns, const char *owner)
{
	if (owner)
		return patterns_match(patterns, owner);
	while (*patterns) {
		const size_t size = strcspn(patterns, "|");

		if (size == strlen(nobody) && strncasecmp(patterns, nobody, size) == 0)
			return true;
		patterns += size + (patterns[size] == '|');
	}
	return false;
}

static bool subject_matches(const char *patterns, const char *subject)
{
	const size_t size = strlen(cve_subject);

	return patterns_match(patterns, subject) ||
	       (strncmp(subject, cve_subject, size) == 0 &&
	        patterns_match(patterns, subject + size));
}

static bool framework_matches(const char *patterns, const struct risk_view *view)
{
	for (size_t i = 0; i < view->n_frameworks; i++)
		if (patterns_match(patterns, view->frameworks[i]))
			return true;
	return false;
}

static bool text_matches(enum selector_text key, const char *patterns,
                         const struct risk_view *view)
{
	switch (key) {
	case SELECT_ACCOUNT:
		return patterns_match(patterns, view->account);
	case SELECT_REGION:
		return patterns_match(patterns, view->region);
	case SELECT_TYPE:
		return patterns_match(patterns, view->type);
	case SELECT_OWNER:
		return owner_matches(patterns, view->owner);
	case SELECT_SUBJECT:
		return subject_matches(patterns, view->subject);
	case SELECT_ASSET:
		return patterns_match(patterns, view->id) ||
		       patterns_match(patterns, view->name);
	case SELECT_FRAMEWORK:
		return framework_matches(patterns, view);
	case SELECT_CONNECTOR:
	case SELECT_RULE:
	case N_SELECTOR_TEXTS:
		break;
	}
	return true; /* of findings */
}

static bool finding_matches(const char *patterns, const char *text)
{
	return !patterns || (text && patterns_match(patterns, text));
}

static bool sets_match(const struct selector *s, const struct risk_view *view)
{
	const int numbers[N_SELECTOR_SETS] = {
	        [SELECT_BAND] = (int)view->band,
	        [SELECT_PROVIDER] = (int)view->provider,
	        [SELECT_CLASS] = (int)view->class,
	        [SELECT_LAYER] = view->layer + 1,
	        [SELECT_RESPONSIBILITY] = (int)view->responsibility,
	        [SELECT_ENVIRONMENT] = view->environment,
	};

	for (int i = 0; i < N_SELECTOR_SETS; i++)
		if (s->sets[i] && !(s->sets[i] & 1u << numbers[i]))
			return false;
	return true;
}

bool selector_matches(const struct selector *s, const struct risk_view *view,
                      const char *connector, const char *rule)
{
	if (!sets_match(s, view) ||
	    !finding_matches(s->texts[SELECT_CONNECTOR], connector) ||
	    !finding_matches(s->texts[SELECT_RULE], rule))
		return false;
	for (int i = 0; i < N_SELECTOR_TEXTS; i++)
		if (s->texts[i] && !text_matches((enum selector_text)i, s->texts[i], view))
			return false;
	for (size_t i = 0; i < s->n_tags; i++)
		if (!tags_match(view->tags, view->n_tags, s->tags[i].names,
		                s->tags[i].values))
			return false;
	return true;
}
