/* SPDX-License-Identifier: Apache-2.0 */
/* Letters parted by what nobody sees. Hyphenation, line breaks in addresses and joiners part syllables and
 * names, of two letters and more; nothing honest parts the letters of word after word. */
#include "scan/view_channel.h"

#include "base/utf8.h"

#define LEAST_PARTED 5 /* letters */
#define REACH 96       /* bytes from one to the next */
#define SOFT_HYPHEN 0xad

/* Of the scripts whose words are letters that need nothing between them. */
static bool is_letter(uint32_t cp)
{
    if (cp < 0x80)
        return stile_ascii_is_letter((char)cp);
    return (cp >= 0xc0 && cp < 0x250) || (cp >= 0x370 && cp < 0x530) ||
           (cp >= 0x1e00 && cp < 0x2000);
}

static bool is_mark(uint32_t cp)
{
    return cp >= 0x300 && cp < 0x370;
}

/* How many letters text[start, end) is, when it is `most` letters at most and nothing else; else 0. */
static size_t letters_in(stile_slice text, size_t start, size_t end, size_t most)
{
    size_t letters = 0;

    if (end - start > 12) /* two letters with their marks */
        return 0;
    while (start < end) {
        uint32_t cp = stile_utf8_next(text, &start);
        if (!is_letter(cp) && !is_mark(cp))
            return 0;
        letters += is_letter(cp);
    }
    return letters <= most ? letters : 0;
}

void stile_parted_close(stile_parted *parted, stile_channel_list *list)
{
    if (parted->letters >= LEAST_PARTED)
        stile_channel_add(list, (stile_channel){"parted-letters", (uint32_t)parted->start,
                                                (uint32_t)parted->end, (float)STILE_CHANNEL_WEIGHT,
                                                true});
    parted->letters = 0;
}

void stile_parted_see(stile_parted *parted, stile_channel_list *list, stile_slice text, size_t at,
                      size_t next, uint32_t cp)
{
    size_t before = parted->last;

    /* Syllables of two letters are hyphenated; what is parted by other characters is no syllable. */
    if (before && letters_in(text, before, at, cp == SOFT_HYPHEN ? 1 : 2)) {
        if (parted->letters && before - parted->end > REACH)
            stile_parted_close(parted, list);
        if (parted->letters++ == 0)
            parted->start = before;
        parted->end = next;
    }
    parted->last = next;
}
