/* SPDX-License-Identifier: Apache-2.0 */
#include "path_pass.h"

static struct path_clause_row clause_row(int rule, int place, const struct toxic_clause *c)
{
	return (struct path_clause_row){
	        .rule = rule,
	        .place = place,
	        .elements = c->elements,
	        .exposure = c->least[CONTEXT_EXPOSURE],
	        .criticality = c->least[CONTEXT_CRITICALITY],
	        .sensitivity = c->least[CONTEXT_SENSITIVITY],
	        .privilege = c->least[CONTEXT_PRIVILEGE],
	};
}

struct path_rule_rows path_rows_of(const struct toxic_rules *rules, struct arena *a)
{
	const size_t most = TOXIC_PLACES_MAX * rules->n_rules + 1;
	struct path_place_row *places = ARENA_ARRAY(a, struct path_place_row, most);
	struct path_clause_row *clauses =
	        ARENA_ARRAY(a, struct path_clause_row, TOXIC_CLAUSES_MAX * most);
	struct path_rule_rows out = {.places = places,
	                             .clauses = clauses,
	                             .reach = rules->reach,
	                             .hops_max = TOXIC_HOPS_MAX};

	for (size_t r = 0; r < rules->n_rules; r++) {
		const struct toxic_rule *rule = &rules->rules[r];
		const int steps = (int)(rule->n_places - 1) * TOXIC_HOPS_MAX;

		for (size_t p = 0; p < rule->n_places; p++) {
			const struct toxic_place *place = &rule->places[p];

			places[out.n_places++] =
			        (struct path_place_row){.rule = (int)r,
			                                .place = (int)p,
			                                .id = rule->id,
			                                .same = place->same,
			                                .is_last = p + 1 == rule->n_places,
			                                .is_target = p == rule->target,
			                                .reach = place->reach,
			                                .n_clauses = (int)place->n_clauses};
			for (size_t c = 0; c < place->n_clauses; c++)
				clauses[out.n_clauses++] =
				        clause_row((int)r, (int)p, &place->clauses[c]);
		}
		if (steps > out.steps_max)
			out.steps_max = steps;
	}
	return out;
}
