/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden_scores FILE.csv: compares the scorer with a file of inputs and known
 * scores, in the form of tests/golden/scores.csv.  Prints "N rows, M differ"; exits
 * with 0 when none differ, 1 when some do or the file is not usable, 2 for usage.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#include "scorer/score.h"
#include "support/catalog_file.h"

static const char header[] = "sev100,lik_kind,lik,maturity,automatable,total,exposure,crit,"
                             "data,priv,path,failing,applicable,corr,is_cve,score,band";

enum {
	LINE_MAX_SIZE = 512,
	N_INPUTS = 15
};

/* The greatest value of each input column. */
static const int greatest[N_INPUTS] = {100, 1, 100000, 5, 1, 1, 5, 5, 4, 5, 4, 6, 6, 3, 1};

struct row {
	int inputs[N_INPUTS];
	int score;
	const char *band; /* into the line */
};

static bool parse_row(char *line, struct row *out)
{
	char *at = line;

	for (size_t i = 0; i <= N_INPUTS; i++) {
		const long value = strtol(at, &at, 10);

		if (*at++ != ',' || value < 0 ||
		    value > (i < N_INPUTS ? greatest[i] : 1000))
			return false;
		if (i < N_INPUTS)
			out->inputs[i] = (int)value;
		else
			out->score = (int)value;
	}
	out->band = at;
	/* A class has no 100000, and no more layers fail than there are. */
	return (out->inputs[1] == 0 || out->inputs[2] <= 4) &&
	       out->inputs[11] <= out->inputs[12];
}

static struct score_inputs inputs_of(const int v[N_INPUTS])
{
	return (struct score_inputs){
	        .sev100 = v[0],
	        .lik_kind = (enum likelihood_kind)v[1],
	        .lik = v[2],
	        .maturity = (enum maturity)v[3],
	        .automatable = v[4] == 1,
	        .total = v[5] == 1,
	        .exposure = (enum exposure)v[6],
	        .crit = (enum criticality)v[7],
	        .data = (enum sensitivity)v[8],
	        .priv = (enum privilege)v[9],
	        .path = (enum path_level)v[10],
	        .failing = v[11],
	        .applicable = v[12],
	        .corr = (enum corroboration)v[13],
	        .is_cve = v[14] == 1,
	};
}

/* Prints what differs; true when the row is as the scorer has it. */
static bool check_row(const struct score_model *model, const struct row *row, int line)
{
	const struct score_inputs in = inputs_of(row->inputs);
	const struct score score = score_of(model, &in);
	int sum = 0;

	for (int i = 0; i < N_FACTORS; i++)
		sum += score.points[i];
	if (score.total == row->score && strcmp(band_name(score.band), row->band) == 0 &&
	    sum == score.total)
		return true;
	printf("line %d: %d %s, not %d %s (points add up to %d)\n", line, score.total,
	       band_name(score.band), row->score, row->band, sum);
	return false;
}

static char *read_line(FILE *file, char line[LINE_MAX_SIZE])
{
	if (fgets(line, LINE_MAX_SIZE, file) == NULL)
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

static int compare(const struct score_model *model, FILE *file)
{
	char line[LINE_MAX_SIZE];
	int n_rows = 0;
	int n_differ = 0;

	if (read_line(file, line) == NULL || strcmp(line, header) != 0) {
		fprintf(stderr, "golden_scores: unexpected header\n");
		return 1;
	}
	while (read_line(file, line) != NULL) {
		struct row row;

		n_rows++;
		if (!parse_row(line, &row)) {
			printf("line %d: not a row\n", n_rows + 1);
			n_differ++;
		} else if (!check_row(model, &row, n_rows + 1)) {
			n_differ++;
		}
	}
	printf("%d rows, %d differ\n", n_rows, n_differ);
	return n_differ == 0 && n_rows > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	ARENA_SCOPED a = arena_new(4096);
	CLEANUP(score_model_freep) struct score_model *model = NULL;
	struct error err;

	if (argc != 2) {
		fprintf(stderr, "usage: golden_scores FILE.csv\n");
		return 2;
	}

	const char *text = catalog_file("models/rs-1.0.0.json", a);
	FILE *file = fopen(argv[1], "r");
	int rc = 1;

	if (text == NULL)
		fprintf(stderr, "golden_scores: the model cannot be read\n");
	else if (score_model_load(text, strlen(text), &model, &err) != 0)
		fprintf(stderr, "golden_scores: %s\n", err.text);
	else if (file == NULL)
		fprintf(stderr, "golden_scores: %s cannot be read\n", argv[1]);
	else
		rc = compare(model, file);
	if (file != NULL)
		fclose(file);
	return rc;
}
