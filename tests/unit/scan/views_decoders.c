/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a place without trying it holds: a decoder ruled out there reads nothing. */
#include "scan/view_decoders.h"

#include <criterion/criterion.h>

#include "support/random.h"

static const char *const pieces[] = {" ",
                                     " ",
                                     "\n",
                                     ",",
                                     "\"",
                                     "+",
                                     "+ ",
                                     "> ",
                                     ". ",
                                     "-",
                                     "=",
                                     "a",
                                     "the",
                                     "this",
                                     "wordword",
                                     "2345",
                                     "aWdu",
                                     "b3Jl",
                                     "MFRGGZDF",
                                     "aWdub3JlIGFs",
                                     "69 67 6e 6f",
                                     "0x69",
                                     "%69",
                                     "&#105;",
                                     "\\x69",
                                     "/usr/share/doc",
                                     "some_identifier",
                                     "\xc3\xa9",
                                     "\xf3\xa0\x81\xa9"};
enum { PIECES = sizeof pieces / sizeof *pieces };

static size_t make_text(test_random *r, char *out)
{
    size_t len = 0;

    for (uint32_t k = 1 + test_random_below(r, 14); k > 0; k--) {
        const char *piece = pieces[test_random_below(r, PIECES)];
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return len;
}

/* What decoder `i` makes of text[at..): bytes made. */
static size_t made_by(size_t i, stile_slice text, size_t at)
{
    stile_arena arena;
    stile_view_builder b;
    size_t len;

    stile_arena_init(&arena, 0);
    stile_view_builder_init(&b, &arena, NULL, 4096);
    (void)stile_decoders[i].run(text, at, &b);
    len = b.text.len;
    stile_view_builder_release(&b);
    stile_arena_release(&arena);
    return len;
}

Test(views_decoders, one_that_is_ruled_out_reads_nothing)
{
    uint64_t seed = test_random_seed("views_decoders");
    uint32_t cases = test_cases(20000), ruled_out = 0, read = 0;

    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        char bytes[512];
        unsigned char rows[512];
        stile_slice text = {bytes, make_text(&r, bytes)};
        /* where a word begins: in the midst of one, runs are left to its start */
        size_t at = test_random_below(&r, (uint32_t)text.len);
        uint32_t may;
        while (at > 0 && text.ptr[at - 1] != ' ')
            at--;
        if ((unsigned char)text.ptr[at] >= 0x80)
            continue; /* only what is not seen begins there */
        stile_decoders_rows(text, rows);
        may = stile_decoders_at(text, rows, at) & stile_decoders_in(text);
        for (size_t i = 0; i < STILE_DECODERS; i++) {
            /* of hex, eight bytes are asked for where it is ruled out, and nowhere else */
            size_t made = made_by(i, text, at),
                   least = strcmp(stile_decoders[i].how, "hex") ? 1 : 8;
            if (i >= STILE_DECODERS - 4 && rows[at] <= i - (STILE_DECODERS - 4))
                continue; /* base64 shifted past the word: a run of the next one's */
            ruled_out += !(may >> i & 1);
            read += made >= least;
            cr_assert(made < least || may >> i & 1, "seed %llu case %u: %s at %zu of %.*s",
                      (unsigned long long)seed, n, stile_decoders[i].how, at, (int)text.len, bytes);
        }
    }
    cr_assert(ruled_out > cases && read > cases / 50, "%u ruled out, %u read", ruled_out, read);
}
