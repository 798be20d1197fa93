/* SPDX-License-Identifier: Apache-2.0 */
/* The first documents of a process may be parsed by several threads at once. libxml2 2.9 sets itself
 * up lazily and not safely; without a set-up before, one of the first processes hangs. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ingest/parse.h"

#define PROCESSES 300
#define THREADS 8

static pthread_barrier_t barrier;

static void *parse_one(void *unused)
{
    stile_arena arena;
    stile_parsed parsed;
    stile_error err;

    stile_arena_init(&arena, 0);
    (void)pthread_barrier_wait(&barrier);
    if (stile_parse(STILE_FORMAT_HTML, stile_str("<p>one<p>two"), &arena, &parsed, &err))
        _exit(1);
    stile_arena_release(&arena);
    return unused;
}

static void first_parses(void)
{
    pthread_t threads[THREADS];

    (void)alarm(30); /* a hang ends by SIGALRM; honest runs take a millisecond */
    (void)pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, parse_one, NULL))
            _exit(1);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    _exit(0);
}

Test(parse, first_documents_come_from_many_threads)
{
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        int status = 1;

        cr_assert(child >= 0);
        if (child == 0)
            first_parses();
        cr_assert(waitpid(child, &status, 0) == child);
        cr_assert_eq(status, 0, "process %d: status %d", i, status);
    }
}
