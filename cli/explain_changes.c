/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would change a score, for eyes: what somebody could do besides the fix, and what is
 * to be learnt.
 */
#include "explain_changes.h"

#include <stdio.h>

#include "report.h"

/* What moves a lever to a level: before, the thing that it is done to, after. */
struct action {
	const char *before, *after;
};

static const struct action exposure_actions[] = {
        [EXPOSURE_NONE] = {"leave no route to ", ""},
        [EXPOSURE_RESTRICTED] = {"let only a few reach ", ""},
        [EXPOSURE_INTERNAL] = {"take ", " off the internet"},
        [EXPOSURE_UNKNOWN] = {"", ""}, /* nobody moves there */
        [EXPOSURE_FILTERED] = {"filter who reaches ", ""},
        [EXPOSURE_OPEN] = {"", ""},
};
static const struct action data_actions[] = {
        [SENSITIVITY_NONE] = {"keep no data in ", ""},
        [SENSITIVITY_INTERNAL] = {"move confidential data out of ", ""},
        [SENSITIVITY_UNKNOWN] = {"", ""},
        [SENSITIVITY_CONFIDENTIAL] = {"move regulated data and secrets out of ", ""},
        [SENSITIVITY_REGULATED] = {"", ""},
};
static const struct action privilege_actions[] = {
        [PRIVILEGE_NONE] = {"take all rights from ", ""},
        [PRIVILEGE_READ] = {"let ", " only read"},
        [PRIVILEGE_UNKNOWN] = {"", ""},
        [PRIVILEGE_WRITE] = {"take broad rights from ", ""},
        [PRIVILEGE_BROAD] = {"take administration from ", ""},
        [PRIVILEGE_ADMIN] = {"", ""},
};
static const struct action path_actions[] = {
        [PATH_NONE] = {"break all paths through ", ""},
        [PATH_ADJACENT] = {"break the paths through ", ""},
        [PATH_TOXIC_RULE] = {"break the paths to what is worth much through ", ""},
        [PATH_TO_HIGH_VALUE] = {"break the path to the crown jewel through ", ""},
        [PATH_TO_CROWN_JEWEL] = {"", ""},
};

/* Of a path the exposure is that of its entry, data and privilege are its target's. */
static const char *action_of(const struct explanation *e, const struct counterfactual *c,
                             struct arena *a)
{
	const bool is_path = e->path_members != NULL;
	const char *thing = is_path ? "its target" : "it";
	const struct action *action = NULL;

	switch (c->factor) {
	case FACTOR_EXPOSURE:
		action = &exposure_actions[c->inputs.exposure];
		thing = is_path ? "its entry" : "it";
		break;
	case FACTOR_DATA:
		action = &data_actions[c->inputs.data];
		break;
	case FACTOR_PRIVILEGE:
		action = &privilege_actions[c->inputs.priv];
		break;
	case FACTOR_PATH:
		action = &path_actions[c->inputs.path];
		break;
	case FACTOR_FAILING_LAYERS:
		return arena_printf(a, "repair %d failing layer%s beside it", c->steps,
		                    c->steps == 1 ? "" : "s");
	case FACTOR_SEVERITY:
	case FACTOR_LIKELIHOOD:
	case FACTOR_MATURITY:
	case FACTOR_AUTOMATABLE:
	case FACTOR_TOTAL_IMPACT:
	case FACTOR_CRITICALITY:
	case FACTOR_CORROBORATION:
	case FACTOR_POLICY:
		break; /* no levers */
	}
	if (!action)
		return "";
	return arena_printf(a, "%s%s%s", action->before, thing, action->after);
}

static void print_score(const struct cli *cli, const struct score *score)
{
	const char *color = cli->color ? report_band_color(score->band) : NULL;

	printf("%d ", score->total);
	if (color)
		printf("\033[%sm%s\033[0m", color, band_name(score->band));
	else
		fputs(band_name(score->band), stdout);
}

/* The best that can be done besides the fix; where that is not enough, so it is said. */
static void print_best(const struct cli *cli, const struct explanation *e,
                       const struct counterfactuals *changes)
{
	const struct counterfactual *c = &changes->changes[0];
	const char *but = e->path_members ? "breaking it" : "the fix";
	struct arena *a = cli->arena;

	if (changes->n_changes == 0) {
		printf("  nothing but %s lowers the band\n", but);
		return;
	}
	printf("  %-14s  %s (to %s): ", explanation_factor_name(c->factor),
	       action_of(e, c, a), explanation_changed_value(e, c->factor, &c->inputs, a));
	print_score(cli, &c->score);
	if (!c->lowers_band)
		printf("; nothing but %s lowers the band", but);
	putchar('\n');
}

static void print_unknown(const struct cli *cli, const struct explanation *e,
                          const struct counterfactual_unknown *u)
{
	struct arena *a = cli->arena;

	printf("  %-14s  unknown: ", explanation_factor_name(u->factor));
	print_score(cli, &u->low.score);
	printf(" (%s) … ", explanation_changed_value(e, u->factor, &u->low.inputs, a));
	print_score(cli, &u->high.score);
	printf(" (%s)\n", explanation_changed_value(e, u->factor, &u->high.inputs, a));
}

void explain_changes_print(const struct cli *cli, const struct explanation *e,
                           const struct queue_risk *risk,
                           const struct counterfactuals *changes)
{
	if (risk->band == BAND_LOW && changes->n_unknowns == 0)
		return;
	printf("\nwhat would change it\n");
	if (risk->band > BAND_LOW)
		print_best(cli, e, changes);
	for (size_t i = 0; i < changes->n_unknowns; i++)
		print_unknown(cli, e, &changes->unknowns[i]);
	if (changes->n_unknowns > 1) {
		printf("  %-14s  together: ", "all unknowns");
		print_score(cli, &changes->low);
		printf(" … ");
		print_score(cli, &changes->high);
		putchar('\n');
	}
}
