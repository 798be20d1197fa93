/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ui.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "support/random.h"

TestSuite(cli_ui, .timeout = 60);

static char printed[65536];

static const char *stored(stile_slice text, bool lines)
{
    FILE *file = tmpfile();

    stile_print_stored(file, text, lines);
    rewind(file);
    printed[fread(printed, 1, sizeof printed - 1, file)] = '\0';
    fclose(file);
    return printed;
}

static const struct {
    const char *text, *want;
    bool lines;
} texts[] = {
    {"plain", "plain", false},
    {"\x1b[31mred", "\\x1b[31mred", true},
    {"a\nb\tc", "a\\x0ab\\x09c", false},
    {"a\nb\tc", "a\nb\tc", true},
    {"a\rb", "a\\x0db", true},
    {"\xc2\x9b"
     "31m",
     "\\u{9b}31m", true}, /* CSI as one C1 character */
    {"\xe2\x80\xae"
     "x",
     "\\u{202e}x", true}, /* right-to-left override */
    {"\xe2\x80\x8b"
     "x",
     "\\u{200b}x", true},                     /* zero-width space */
    {"\xf3\xa0\x81\x81", "\\u{e0041}", true}, /* a tag character */
    {"\xef\xb8\x8f", "\\u{fe0f}", true},      /* a variation selector */
    {"\xff\xc3", "\\xff\\xc3", true},         /* not UTF-8 */
    {"\xef\xbf\xbd", "\xef\xbf\xbd", true},   /* a real U+FFFD */
    {"\xc3\xa9 \xe6\xbc\xa2", "\xc3\xa9 \xe6\xbc\xa2", true},
};

Test(cli_ui, stored_text_reaches_a_terminal_escaped)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_assert_str_eq(stored(stile_str(texts[i].text), texts[i].lines), texts[i].want, "row %zu",
                         i);
    cr_assert_str_eq(stored(stile_slice_of("a\0b", 3), true), "a\\x00b");
}

/* Whatever the bytes: valid UTF-8 comes out, with no control character but line breaks. */
Test(cli_ui, random_bytes_come_out_safe)
{
    uint64_t seed = test_random_seed("cli_stored");
    uint32_t cases = test_cases(2000);

    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        char text[64];
        size_t len = test_random_below(&r, sizeof text);
        bool lines = test_random_below(&r, 2);
        for (size_t j = 0; j < len; j++)
            text[j] = (char)test_random_below(&r, 256);
        const char *out = stored(stile_slice_of(text, len), lines);
        size_t out_len = strlen(out);
        cr_assert_eq(stile_utf8_valid(stile_str(out)), out_len, "case %u", i);
        for (size_t at = 0; at < out_len;) {
            uint32_t c = stile_utf8_next(stile_str(out), &at);
            bool kept = lines && (c == '\n' || c == '\t');
            cr_assert(kept || (c >= 0x20 && (c < 0x7f || c > 0x9f)), "case %u: U+%04X", i, c);
        }
    }
}

Test(cli_ui, tables_align_by_display_width)
{
    static const char *const headings[] = {"name", "n", "note"};
    static const char *const cells[] = {
        "e\xcc\x81", "1", "x", "\xe6\xbc\xa2\xe5\xad\x97wide", "22222", NULL, "\x1b[m", "3", "end"};
    FILE *file = tmpfile();

    stile_print_table(file, headings, 3, cells, 3);
    rewind(file);
    printed[fread(printed, 1, sizeof printed - 1, file)] = '\0';
    fclose(file);
    cr_assert_str_eq(printed, "name      n      note\n"
                              "e\xcc\x81         1      x\n"
                              "\xe6\xbc\xa2\xe5\xad\x97wide  22222  -\n"
                              "\\x1b[m    3      end\n");
}

Test(cli_ui, sizes_and_durations_read_well)
{
    static const struct {
        uint64_t bytes;
        const char *want;
    } sizes[] = {{0, "0 B"},        {1023, "1023 B"},     {1024, "1.0 KiB"},
                 {1536, "1.5 KiB"}, {1048575, "1.0 MiB"}, {UINT64_MAX, "16.0 EiB"}};
    static const struct {
        double seconds;
        const char *want;
    } durations[] = {{0.25, "0.25 s"},    {9.999, "10 s"}, {59.6, "1 min 0 s"}, {250, "4 min 10 s"},
                     {7260, "2 h 1 min"}, {-1, "-"},       {1e300, "-"}};
    char text[STILE_HUMAN_LEN];

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        stile_human_size(sizes[i].bytes, text);
        cr_assert_str_eq(text, sizes[i].want);
    }
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        stile_human_duration(durations[i].seconds, text);
        cr_assert_str_eq(text, durations[i].want);
    }
}

/* Stderr becomes a pseudo-terminal; gives its other end. */
static int terminal_stderr(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

    cr_assert_geq(master, 0);
    cr_assert_eq(grantpt(master) | unlockpt(master), 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    cr_assert_geq(slave, 0);
    dup2(slave, 2);
    close(slave);
    fcntl(master, F_SETFL, O_NONBLOCK);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    return master;
}

static const char *read_terminal(int master)
{
    ssize_t n;

    fflush(stderr);
    usleep(20000);
    n = read(master, printed, sizeof printed - 1);
    printed[n > 0 ? n : 0] = '\0';
    return printed;
}

Test(cli_ui, progress_rewrites_one_line_and_cleans_up)
{
    int saved = dup(2), master = terminal_stderr();
    stile_progress progress;

    stile_progress_begin(&progress, "wiki\x1b", "documents", 4);
    for (int i = 0; i < 4; i++)
        stile_progress_add(&progress, 1);
    stile_progress_end(&progress);
    read_terminal(master);
    dup2(saved, 2);
    cr_assert_not_null(strstr(printed, "\rwiki\\x1b"), "%s", printed);
    cr_assert_not_null(strstr(printed, "1/4 documents"));
    cr_assert_null(strchr(printed, '\n'), "one line, rewritten");
    cr_assert_null(strstr(printed, "3/4"), "at most ten drawings a second");
    cr_assert_str_eq(printed + strlen(printed) - 4, "\r\x1b[K");
    close(master);
}

Test(cli_ui, progress_is_silent_without_a_terminal)
{
    int saved = dup(2);
    FILE *file = tmpfile();
    stile_progress progress;

    dup2(fileno(file), 2);
    stile_progress_begin(&progress, "wiki", "documents", 4);
    stile_progress_add(&progress, 2);
    stile_progress_end(&progress);
    fflush(stderr);
    dup2(saved, 2);
    cr_assert_eq(lseek(fileno(file), 0, SEEK_END), 0);
    cr_assert_eq(progress.done, 2);
    fclose(file);
}

Test(cli_ui, colours_only_on_a_terminal_that_wants_them)
{
    int saved = dup(2), master = terminal_stderr();
    char coloured[64], refused[64], off[64], dumb[64];

    stile_print(stderr, STILE_RED, "a%d", 1);
    snprintf(coloured, sizeof coloured, "%s", read_terminal(master));
    setenv("NO_COLOR", "1", 1);
    stile_print(stderr, STILE_RED, "b");
    snprintf(refused, sizeof refused, "%s", read_terminal(master));
    unsetenv("NO_COLOR");
    setenv("TERM", "dumb", 1);
    stile_print(stderr, STILE_RED, "c");
    snprintf(dumb, sizeof dumb, "%s", read_terminal(master));
    setenv("TERM", "xterm", 1);
    stile_colours_off();
    stile_print(stderr, STILE_RED, "d");
    snprintf(off, sizeof off, "%s", read_terminal(master));
    dup2(saved, 2);
    close(master);
    cr_assert_str_eq(coloured, "\x1b[31ma1\x1b[0m");
    cr_assert_str_eq(refused, "b");
    cr_assert_str_eq(dumb, "c");
    cr_assert_str_eq(off, "d");
}

Test(cli_ui, a_table_without_memory_prints_no_rows)
{
    static const char *const headings[] = {"a"};
    FILE *file = tmpfile();

    stile_memory_fail_after(0);
    stile_print_table(file, headings, 1, headings, 1);
    stile_memory_fail_after(-1);
    cr_assert_eq(ftell(file), 0);
    fclose(file);
}
