/* SPDX-License-Identifier: Apache-2.0 */
#include "model_file.h"

#include "report.h"

bool model_file_read(struct cli *cli, const char *path, struct model_file *out)
{
	struct error err = {0};

	*out = (struct model_file){0};
	if (cli_read_file(path, &out->text, &err) < 0) {
		cli_complain(cli, "%s: %s", path, err.text);
		return false;
	}
	if (score_model_load(strbuf_text(&out->text), out->text.size, &out->model, &err) <
	    0) {
		cli_complain(cli, "%s: %s", path, report_plain(err.text, cli->arena));
		return false;
	}
	return true;
}

void model_file_done(struct model_file *m)
{
	strbuf_done(&m->text);
	score_model_free(m->model);
}
