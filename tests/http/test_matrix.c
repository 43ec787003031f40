/* SPDX-License-Identifier: Apache-2.0 */
/* The request matrix (matrix.c) against http_server. */
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "fixture.h"

extern char **environ;

static int run_matrix(const struct fixture *f)
{
	char name[] = MATRIX, option[] = "--body-path=/echo", tls[] = "--tls";
	char address[] = "127.0.0.1", port[16];
	char *plain[] = {name, option, address, port, NULL};
	char *secure[] = {name, option, tls, address, port, NULL};
	char **argv = f->target.is_tls ? secure : plain;
	pid_t pid;
	int status;

	snprintf(port, sizeof(port), "%u", f->target.port);
	assert_int_equal(posix_spawn(&pid, argv[0], NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_matrix__every_row_holds(void **state)
{
	struct fixture f;

	(void)state;
	FIXTURE_START(&f, "max_per_address=0");
	assert_int_equal(run_matrix(&f), 0);
	fixture_stop(&f);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_matrix__every_row_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
