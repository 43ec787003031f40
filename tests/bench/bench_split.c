/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast documents are cut into records: bench_split [megabytes].  The document
 * is made in memory, so that neither disk nor page cache is measured; its records
 * are about as large as an ASFF finding (1.2 KB).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "collector/record_reader.h"

/* One block of records is read over and over. */
struct loop {
	struct strbuf head, block, tail;
	size_t blocks, done; /* of the block */
	size_t at;           /* in what is read now */
};

static const struct strbuf *part_of(const struct loop *l)
{
	if (l->done == 0)
		return &l->head;
	if (l->done <= l->blocks)
		return &l->block;
	return l->done == l->blocks + 1 ? &l->tail : NULL;
}

static ssize_t loop_read(void *ctx, void *buf, size_t size)
{
	struct loop *l = ctx;
	const struct strbuf *part = part_of(l);
	size_t n;

	while (part && l->at == part->size) {
		l->done++;
		l->at = 0;
		part = part_of(l);
	}
	if (!part)
		return 0;
	n = part->size - l->at < size ? part->size - l->at : size;
	memcpy(buf, part->data + l->at, n);
	l->at += n;
	return (ssize_t)n;
}

static void put_finding(struct strbuf *b, unsigned int i)
{
	strbuf_printf(
	        b,
	        "{\"SchemaVersion\":\"2018-10-08\",\"Id\":\"arn:aws:securityhub:eu-west-1:"
	        "111122223333:finding/%08u\",\"ProductArn\":\"arn:aws:securityhub:eu-west-1"
	        "::product/aws/securityhub\",\"GeneratorId\":\"security-control/EC2.%u\","
	        "\"AwsAccountId\":\"111122223333\",\"Types\":[\"Software and Configuration "
	        "Checks/Industry and Regulatory Standards\"],",
	        i, i % 180);
	strbuf_printf(
	        b,
	        "\"CreatedAt\":\"2026-01-02T03:04:05.678Z\",\"UpdatedAt\":\"2026-02-03T04:"
	        "05:"
	        "06.789Z\",\"Severity\":{\"Label\":\"MEDIUM\",\"Normalized\":40,"
	        "\"Original\":"
	        "\"MEDIUM\"},\"Title\":\"Security groups should only allow unrestricted "
	        "incoming traffic for authorized ports\",\"Description\":\"This control "
	        "checks "
	        "whether a group \\\"allows\\\" traffic\\nfrom 0.0.0.0/0 to a port that is "
	        "not on the list.\",");
	strbuf_printf(
	        b,
	        "\"Remediation\":{\"Recommendation\":{\"Text\":\"See the documentation.\","
	        "\"Url\":\"https://example.com/EC2.%u/"
	        "remediation\"}},\"Resources\":[{\"Type\":"
	        "\"AwsEc2SecurityGroup\",\"Id\":\"arn:aws:ec2:eu-west-1:111122223333:"
	        "security-"
	        "group/sg-%016u\",\"Partition\":\"aws\",\"Region\":\"eu-west-1\",\"Tags\":"
	        "{\"team\":\"payments\",\"env\":\"prod\"}}],\"Compliance\":{\"Status\":"
	        "\"FAILED\",\"RelatedRequirements\":[\"NIST.800-53.r5 AC-4\",\"PCI DSS "
	        "v4.0.1/1.3.1\"]},\"Workflow\":{\"Status\":\"NEW\"},\"RecordState\":"
	        "\"ACTIVE\"}",
	        i % 180, i);
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

/* Reads all of it; the split off time of reading alone is printed too. */
static int measure(const char *name, struct loop *l)
{
	static const char *const paths[] = {"Findings", "value", "detail/findings"};
	const struct record_reader_options options = {.paths = paths, .n_paths = 3};
	struct record_input input = {.read = loop_read, .ctx = l};
	struct record_reader *r = record_reader_new(&options, &input);
	double mb =
	        (double)(l->head.size + l->blocks * l->block.size + l->tail.size) * 1e-6;
	struct timespec start;
	struct record rec;
	struct error err;
	uint64_t n = 0;
	double t;
	int rc;

	l->done = l->at = 0;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((rc = record_reader_next(r, &rec, &err)) > 0)
		n++;
	t = seconds_since(&start);
	record_reader_free(r);
	if (rc < 0) {
		fprintf(stderr, "%s: %s\n", name, err.text);
		return 1;
	}
	printf("%-14s %10llu records %8.0f MB/s %8.1f ns a record\n", name,
	       (unsigned long long)n, mb / t, t * 1e9 / (double)n);
	return 0;
}

static void measure_read(struct loop *l)
{
	char *buf = xmalloc(1024 * 1024);
	double mb =
	        (double)(l->head.size + l->blocks * l->block.size + l->tail.size) * 1e-6;
	struct timespec start;

	l->done = l->at = 0;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (loop_read(l, buf, 1024 * 1024) > 0)
		continue;
	printf("%-14s %18s %8.0f MB/s\n", "copy alone", "", mb / seconds_since(&start));
	free(buf);
}

int main(int argc, char **argv)
{
	unsigned long megabytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
	struct loop list = {0}, lines = {0};
	int rc;

	for (unsigned int i = 0; i < 800; i++) {
		strbuf_puts(&list.block, i ? "," : "");
		put_finding(&list.block, i);
		put_finding(&lines.block, i);
		strbuf_putc(&lines.block, '\n');
	}
	strbuf_puts(&list.head, "{\"Findings\":[{}");
	list.blocks = megabytes * 1000000 / list.block.size;
	strbuf_putc(&list.block, ',');
	memmove(list.block.data + 1, list.block.data, list.block.size - 1);
	list.block.data[0] = ',';
	strbuf_puts(&list.tail, "]}");
	strbuf_puts(&lines.head, "{\"a\":1}\n");
	lines.blocks = megabytes * 1000000 / lines.block.size;
	measure_read(&list);
	rc = measure("array member", &list);
	rc |= measure("lines", &lines);
	strbuf_done(&list.head);
	strbuf_done(&list.block);
	strbuf_done(&list.tail);
	strbuf_done(&lines.head);
	strbuf_done(&lines.block);
	return rc;
}
