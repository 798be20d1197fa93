/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled prefilters in a folder:
 *
 *     <64 hex digits>.prefilter     checksum (8), then what stile_prefilter_encode gives
 *
 * named by a digest of the patterns and of what compiled them. They are derived: a file that is
 * missing, damaged or of another machine is made again, and those that were not used for longest
 * make room for new ones. Threads and processes may do both at once. */
#ifndef STILE_SCAN_PREFILTER_FILE_H
#define STILE_SCAN_PREFILTER_FILE_H

#include "classifiers/prefilter.h"

#define STILE_PREFILTERS_KEPT 16 /* in a folder: of eight policies */

/* The caller owns it; NULL when there is none that is whole. */
stile_prefilter *stile_prefilter_recall(const char *folder, const stile_slice *patterns,
                                        size_t count);
/* A failure is logged: without the file, a later start is slower. */
void stile_prefilter_keep(const stile_prefilter *made, const char *folder,
                          const stile_slice *patterns, size_t count);

#endif
