/* SPDX-License-Identifier: Apache-2.0 */
#include "http/problem.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/memory.h"
#include "http/listen.h"
#include "http/server.h"

static void write_problem(const stile_error *err, stile_buf *out)
{
    stile_problem problem = stile_problem_of(err);

    stile_buf_init(out, 4096);
    cr_assert_eq(stile_problem_write(&problem, out, NULL), STILE_OK);
}

Test(problem, is_the_object_of_rfc_9457_and_the_code)
{
    stile_error err;
    stile_buf out;

    (void)stile_fail(&err, STILE_NOT_FOUND, "no \"x\"");
    write_problem(&err, &out);
    cr_expect_str_eq(out.ptr, "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                              "\"detail\":\"no \\\"x\\\"\",\"code\":\"NOT_FOUND\"}");
    stile_buf_release(&out);
}

Test(problem, hides_the_words_of_the_servers_own_faults)
{
    stile_error err;
    stile_buf out;

    (void)stile_fail(&err, STILE_CORRUPT, "/secret/path: bad checksum");
    cr_expect(stile_problem_is_ours(STILE_CORRUPT));
    write_problem(&err, &out);
    cr_expect_null(strstr(out.ptr, "secret"));
    cr_expect(strstr(out.ptr, stile_status_text(STILE_CORRUPT)));
    stile_buf_release(&out);
}

Test(problem, reads_ok_and_unknown_codes_as_internal)
{
    static const int codes[] = {STILE_OK, STILE_STATUS_COUNT, 4711, -1};

    for (size_t i = 0; i < 4; i++) {
        stile_error err = {.status = (stile_status)codes[i], .text = "told"};
        stile_problem problem = stile_problem_of(&err);
        cr_expect_eq(problem.http, 500u);
        cr_expect_eq(problem.code, STILE_INTERNAL);
        cr_expect_null(strstr(problem.detail, "told"));
    }
}

Test(problem, survives_a_text_cut_inside_a_character)
{
    stile_error err = {.status = STILE_INVALID, .text = "no collection \xc3"};
    stile_buf out;

    write_problem(&err, &out);
    cr_expect(strstr(out.ptr, stile_status_text(STILE_INVALID)), "%s", out.ptr);
    stile_buf_release(&out);
}

Test(faults, each_failing_allocation_of_a_problem_is_reported)
{
    const stile_error err = {.status = STILE_INVALID, .text = "x"};
    const stile_problem problem = stile_problem_of(&err);
    stile_status st = STILE_NO_MEMORY;
    long n = 0;

    for (; st && n < 100; n++) {
        stile_buf out;
        stile_buf_init(&out, 4096);
        stile_memory_fail_after(n);
        st = stile_problem_write(&problem, &out, NULL);
        stile_memory_fail_after(-1);
        cr_expect(st == STILE_OK || st == STILE_NO_MEMORY);
        stile_buf_release(&out);
    }
    cr_expect_eq(st, STILE_OK);
    cr_expect_gt(n, 1);
}

Test(faults, each_failing_allocation_of_a_server_is_reported)
{
    const stile_server_options options = {.listen = "127.0.0.1:0"};
    stile_status st = STILE_NO_MEMORY;
    long n = 0;

    for (; st && n < 100; n++) {
        stile_server *server = NULL;
        stile_memory_fail_after(n);
        st = stile_server_create(&options, &server, NULL);
        stile_memory_fail_after(-1);
        cr_expect(st ? st == STILE_NO_MEMORY && !server : server != NULL);
        stile_server_stop(server);
    }
    cr_expect_eq(st, STILE_OK);
    cr_expect_gt(n, 1);
}

Test(listen, knows_loopback_and_formats_what_it_parsed)
{
    static const struct {
        const char *text;
        bool loopback;
    } rows[] = {
        {"127.0.0.1:7717", true},   {"127.9.9.9:1", true}, {"[::1]:65535", true},
        {"0.0.0.0:1", false},       {"10.0.0.1:1", false}, {"[::]:1", false},
        {"[2001:db8::1]:1", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_listen_address where;
        char text[STILE_LISTEN_TEXT];
        cr_assert_eq(stile_listen_parse(rows[i].text, &where, NULL), STILE_OK, "%s", rows[i].text);
        cr_expect_eq(stile_listen_is_loopback(&where), rows[i].loopback, "%s", rows[i].text);
        stile_listen_format(&where, text);
        cr_expect_str_eq(text, rows[i].text);
    }
}
