/* SPDX-License-Identifier: Apache-2.0 */
#include "http/lines.h"

#include <stdint.h>

/* A colon and the spaces after it. Past this it is another line's memory, or padding that nobody
 * sends in good faith. */
#define MAX_GAP 256

/* The bytes from the name's end to the value are those of one line. Addresses are compared as
 * numbers: the two may lie in unrelated memory, which is what is being asked. */
static bool are_on_one_line(stile_slice name, stile_slice value)
{
    uintptr_t end = (uintptr_t)name.ptr + name.len, start = (uintptr_t)value.ptr;

    if (start <= end || start - end > MAX_GAP)
        return false;
    for (size_t i = 0; i < start - end; i++) {
        char c = name.ptr[name.len + i];
        if (i == 0 ? c != '\0' : c != ' ' && c != '\t')
            return false;
    }
    return true;
}

bool stile_lines_are_strict(stile_slice name, stile_slice value)
{
    return name.ptr && value.ptr && are_on_one_line(name, value) && name.ptr[-1] == '\0' &&
           name.ptr[-2] == '\0' && value.ptr[value.len] == '\0' && value.ptr[value.len + 1] == '\0';
}
