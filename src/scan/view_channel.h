/* SPDX-License-Identifier: Apache-2.0 */
/* Channels found so far, and the finders that have a file of their own. */
#ifndef STILE_SCAN_VIEW_CHANNEL_H
#define STILE_SCAN_VIEW_CHANNEL_H

#include "scan/scan_view.h"

#define STILE_MAX_CHANNELS 32 /* those behind are dropped: one is enough to flag */

typedef struct stile_channel_list {
    stile_channel found[STILE_MAX_CHANNELS];
    size_t count;
} stile_channel_list;

#define STILE_CHANNEL_WEIGHT 0.9

/* Another channel; past the most it is dropped. */
void stile_channel_add(stile_channel_list *list, stile_channel channel);

/* Words that a terminal would show in the colour of their background, or in black where the background was left
 * alone. */
void stile_view_colours(stile_slice text, stile_channel_list *list);

/* Whether the escape sequence text[at, at + len) takes from sight what says something. */
bool stile_terminal_hides(stile_slice text, size_t at, size_t len);

/* Letters of words with something unseen between them, one by one. */
typedef struct stile_parted {
    size_t last;       /* where the last unseen character ended */
    size_t start, end; /* of what was counted, with what is not seen around it */
    size_t letters;    /* that stood alone between two unseen characters */
} stile_parted;
/* The unseen character at text[at..next); in the order of the text. */
void stile_parted_see(stile_parted *parted, stile_channel_list *list, stile_slice text, size_t at,
                      size_t next, uint32_t cp);
void stile_parted_close(stile_parted *parted, stile_channel_list *list);

#endif
