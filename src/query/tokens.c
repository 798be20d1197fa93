/* SPDX-License-Identifier: Apache-2.0 */
#include "query/tokens.h"

typedef enum { LETTER, DIGIT, SPACE, LINE, MARK, WIDE } kind;

static kind kind_of(unsigned char c)
{
    if (c >= 0x80)
        return WIDE;
    if ((c | 32) >= 'a' && (c | 32) <= 'z')
        return LETTER;
    if (c >= '0' && c <= '9')
        return DIGIT;
    if (c == '\n')
        return LINE;
    return c <= ' ' ? SPACE : MARK;
}

size_t stile_tokens_estimate(stile_slice text)
{
    size_t quarters = 0; /* of a token */

    for (size_t i = 0; i < text.len;) {
        kind k = kind_of((unsigned char)text.ptr[i]);
        size_t start = i;
        while (i < text.len && kind_of((unsigned char)text.ptr[i]) == k)
            i++;
        switch (k) {
        case LETTER:
            quarters += 4 * ((i - start + 4) / 5);
            break;
        case DIGIT:
            quarters += 4 * ((i - start + 2) / 3);
            break;
        case WIDE:
            quarters += 2 * (i - start);
            break;
        case MARK:
            quarters += 4 * ((i - start + 1) / 2);
            break;
        case LINE:
            quarters += 4;
            break;
        case SPACE:
            quarters += 4 * ((i - start) / 4); /* one space goes with the word after it */
            break;
        }
    }
    return (quarters + 3) / 4;
}
