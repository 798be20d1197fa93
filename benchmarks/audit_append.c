/* SPDX-License-Identifier: Apache-2.0 */
/* How many audit records a second become durable, by one thread and by eight, beside writing and
 * syncing a growing file record by record. Same body, same folder, rounds interleaved; medians
 * with spread. Usage: bench_audit_append FOLDER [SECONDS-per-round] */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stile/audit.h"

enum { ROUNDS = 5, MOST_THREADS = 8 };

static char body[400];
static atomic_bool stop;

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct worker {
    stile_audit *audit;
    unsigned long done;
} worker;

static void *work(void *ctx)
{
    worker *w = ctx;
    stile_receipt receipt;

    while (!atomic_load(&stop)) {
        if (stile_audit_append(w->audit, "retrieve", stile_str(body), &receipt, NULL))
            break;
        w->done++;
    }
    return NULL;
}

static void rest(double seconds)
{
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    (void)nanosleep(&t, NULL);
}

static double run_stile(stile_audit *audit, unsigned threads, double seconds)
{
    worker workers[MOST_THREADS] = {0};
    pthread_t ids[MOST_THREADS];
    unsigned long done = 0;
    double start = now();

    atomic_store(&stop, false);
    for (unsigned i = 0; i < threads; i++) {
        workers[i].audit = audit;
        if (pthread_create(&ids[i], NULL, work, &workers[i]) != 0)
            abort();
    }
    rest(seconds);
    atomic_store(&stop, true);
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(ids[i], NULL);
        done += workers[i].done;
    }
    return (double)done / (now() - start);
}

static double run_naive(const char *folder, double seconds)
{
    char path[1024];
    unsigned long done = 0;
    double start = now();
    int fd;

    (void)snprintf(path, sizeof path, "%s/naive.log", folder);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    while (fd >= 0 && now() - start < seconds) {
        if (write(fd, body, sizeof body) != (ssize_t)sizeof body || fsync(fd) != 0)
            break;
        done++;
    }
    if (fd >= 0)
        (void)close(fd);
    return (double)done / (now() - start);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *rates)
{
    qsort(rates, ROUNDS, sizeof *rates, compare);
    printf("%-24s %9.0f records/s (%.0f to %.0f over %d rounds), %.3f ms each\n", what,
           rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1], ROUNDS, 1000 / rates[ROUNDS / 2]);
}

int main(int argc, char **argv)
{
    double naive[ROUNDS], one[ROUNDS], eight[ROUNDS];
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 1;
    char folder[1024];
    stile_audit *audit = NULL;
    stile_error err = {0};

    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER [SECONDS]\n", argv[0]);
        return 2;
    }
    memset(body, 'x', sizeof body);
    memcpy(body, "{\"t\":\"", 6);
    memcpy(body + sizeof body - 3, "\"}", 3);
    (void)snprintf(folder, sizeof folder, "%s/audit", argv[1]);
    if (stile_audit_open(folder, &audit, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int i = 0; i < ROUNDS; i++) {
        naive[i] = run_naive(argv[1], seconds);
        one[i] = run_stile(audit, 1, seconds);
        eight[i] = run_stile(audit, MOST_THREADS, seconds);
    }
    stile_audit_close(audit);
    report("write + fsync, 1 thread", naive);
    report("stile, 1 thread", one);
    report("stile, 8 threads", eight);
    return 0;
}
