/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/ui.h"
#include "http/server.h"
#include "plane/plane.h"
#include "query/rescan.h"

#define MAX_THREADS 256

static const stile_option options[] = {
    {"data", 0, "DIR", "the data directory (or $STILE_DATA)", false},
    {"listen", 0, "HOST:PORT", "where to listen; port 0 takes a free one (stile.yaml)", false},
    {"threads", 0, "N", "threads that answer, at least 2 (stile.yaml)", false},
    {"allow-remote", 0, NULL, "listen where other machines reach it, in the clear", false},
    {"json", 0, NULL, "print {\"listen\": ...} on stdout when ready", false},
    {0},
};

/* Threads inherit the mask, so it is set before any is made: only `wait_for_stop` takes these. */
static void hold_signals(sigset_t *stops)
{
    (void)sigemptyset(stops);
    (void)sigaddset(stops, SIGINT);
    (void)sigaddset(stops, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, stops, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* a client that went away is no reason to end */
}

static void wait_for_stop(const sigset_t *stops)
{
    int which;

    while (sigwait(stops, &which) != 0)
        continue;
}

/* Gives false when stdout is gone. */
static bool announce(const stile_server *server, bool json)
{
    json_t *line;
    bool ok;

    stile_print(stderr, STILE_PLAIN, "Listening on http://%s (stop with Ctrl-C)\n",
                stile_server_address(server));
    if (!json)
        return true;
    line = json_pack("{s:s}", "listen", stile_server_address(server));
    ok = stile_print_json(line) == 0 && fflush(stdout) == 0;
    json_decref(line);
    return ok;
}

/* Compile the rules' prefilter before the first caller comes: seconds, the first time. */
static void prepare(stile_plane *plane)
{
    stile_policy *policy = stile_plane_policy(plane);

    stile_policy_prepare(policy);
    stile_policy_unref(policy);
}

static int serve(stile_plane *plane, const stile_arguments *arguments, unsigned threads,
                 const sigset_t *stops)
{
    const char *address = stile_argument(arguments, "listen");
    const stile_config *config = stile_plane_config(plane);
    stile_server_options wanted = {.plane = plane,
                                   .listen = address ? address : config->server.listen,
                                   .allow_remote = stile_argument_flag(arguments, "allow-remote"),
                                   .threads = threads ? threads : config->server.threads};
    stile_server *server = NULL;
    stile_rescanner *rescanner = NULL;
    stile_error err = {0};
    int code = 0;

    prepare(plane);
    if (stile_server_create(&wanted, &server, &err))
        return stile_report(&err);
    if (stile_rescanner_create(plane, &rescanner, &err)) {
        code = stile_report(&err);
    } else if (announce(server, stile_argument_flag(arguments, "json"))) {
        wait_for_stop(stops);
        stile_print(stderr, STILE_PLAIN, "Stopping.\n");
    } else {
        code = 1;
    }
    stile_server_stop(server);
    stile_rescanner_destroy(rescanner);
    return code;
}

static int run(const stile_arguments *arguments)
{
    const char *data = stile_argument(arguments, "data");
    stile_plane *plane = NULL;
    unsigned long threads;
    stile_error err = {0};
    sigset_t stops;
    int code;

    if (!stile_argument_number(arguments, "threads", 2, MAX_THREADS, 0, &threads))
        return 2;
    if (!data)
        data = getenv("STILE_DATA");
    if (!data)
        return stile_usage_error(arguments, "which directory? give --data DIR");
    hold_signals(&stops);
    if (stile_plane_open(data, &plane, &err))
        return stile_report(&err);
    code = serve(plane, arguments, (unsigned)threads, &stops);
    stile_plane_close(plane);
    return code;
}

const stile_command stile_command_serve = {
    .name = "serve",
    .summary = "answer over HTTP",
    .usage = "stile serve --data DIR [--listen HOST:PORT] [options]",
    .details =
        "Opens the data directory and serves the API of docs/api.md until SIGINT or SIGTERM,\n"
        "then finishes what is running. Callers present API keys (stile key create).\n"
        "\n"
        "Keys and answers travel in the clear. So only loopback addresses are taken; to serve\n"
        "other machines put a proxy that ends TLS in front. --allow-remote lifts this, for\n"
        "networks that encrypt by themselves.\n"
        "\n"
        "Example:\n"
        "  stile serve --data ./data --listen 127.0.0.1:7717\n",
    .options = options,
    .run = run,
};
