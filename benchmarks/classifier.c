/* SPDX-License-Identifier: Apache-2.0 */
/* What does the classifier cost for a chunk of 1.2 KB? Scores pieces of a text file, or of one that is
 * made up, one thread, and prints the median and p99 of a piece in microseconds.
 *
 *     bench_classifier [FILE] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "classifiers/linear.h"
#include "scan/scan.h"

#define PIECE ((size_t)1200)
#define ROUNDS 5
#define MOST 20000

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Words that repeat seldom, so that no cache makes it look better than it is. */
static void make_up(stile_buf *text)
{
    uint32_t state = 1;
    for (size_t i = 0; text->len < 1000 * PIECE; i++) {
        state = state * 1664525u + 1013904223u;
        stile_buf_printf(text, "w%x%s", state >> 20, i % 11 ? " " : ". ");
    }
}

static void measure(const stile_linear *model, stile_slice text, double *times)
{
    size_t pieces = text.len / PIECE < MOST ? text.len / PIECE : MOST, n = 0;
    stile_linear_result result;

    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < pieces; i++) {
            double began = now();
            stile_linear_score(model, stile_slice_cut(text, i * PIECE, (i + 1) * PIECE), false,
                               &result);
            times[n++] = now() - began;
        }
    qsort(times, n, sizeof *times, by_time);
    printf("%zu pieces of %zu bytes, %d rounds: median %.1f us, p99 %.1f us\n", pieces, PIECE,
           ROUNDS, times[n / 2], times[n * 99 / 100]);
}

int main(int argc, char **argv)
{
    char path[4096];
    stile_linear *model = NULL;
    stile_error err = {0};
    stile_buf text;
    double *times = stile_alloc_array((size_t)MOST * ROUNDS, sizeof *times);
    int code = 1;

    stile_buf_init(&text, (size_t)1 << 28);
    if (!times || stile_classifier_path(path, sizeof path, &err) ||
        stile_linear_load(path, &model, &err))
        goto out;
    if (argc < 2)
        make_up(&text);
    else if (stile_file_read(argv[1], &text, &err))
        goto out;
    if (text.len >= PIECE)
        measure(model, stile_buf_slice(&text), times);
    code = 0;
out:
    if (code)
        (void)fprintf(stderr, "bench_classifier: %s\n", err.text);
    stile_linear_destroy(model);
    stile_buf_release(&text);
    stile_free(times);
    return code;
}
